"""Bindings of the queries, which requests and commands use, and workers do not."""

from injector import Module, provider, singleton

from novacart.adapters.persistence.accounts.guests import SqlGuestQueries
from novacart.adapters.persistence.accounts.queries import SqlAccountQueries, SqlAddressQueries
from novacart.adapters.persistence.back_office.attention import SqlAttentionQueries
from novacart.adapters.persistence.back_office.dashboard import SqlDashboardQueries
from novacart.adapters.persistence.back_office.operations import SqlHealthQueries
from novacart.adapters.persistence.back_office.queries import SqlBackOfficeQueries
from novacart.adapters.persistence.cart.queries import SqlCartQueries
from novacart.adapters.persistence.catalog.best_sellers import SqlBestSellers
from novacart.adapters.persistence.catalog.collections import SqlCollectionQueries
from novacart.adapters.persistence.catalog.price_queries import SqlPriceQueries
from novacart.adapters.persistence.catalog.queries import SqlCatalogQueries
from novacart.adapters.persistence.database import Database, QueryDatabase
from novacart.adapters.persistence.ordering.queries import SqlOrderQueries
from novacart.adapters.persistence.payments.queries import SqlPaymentQueries
from novacart.adapters.persistence.replicas.replicas import Replicas
from novacart.adapters.persistence.wishlist.queries import SqlWishlistQueries
from novacart.application.accounts.queries import AccountQueries, AddressQueries, GuestQueries
from novacart.application.back_office.attention import AttentionQueries
from novacart.application.back_office.dashboard import DashboardQueries
from novacart.application.back_office.operations import HealthQueries
from novacart.application.back_office.queries import BackOfficeQueries
from novacart.application.cart.queries import CartQueries
from novacart.application.catalog.collection_queries import CollectionQueries
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.price_queries import PriceQueries
from novacart.application.catalog.queries import BestSellerQueries, CatalogQueries
from novacart.application.ordering.queries import OrderQueries
from novacart.application.payments.queries import PaymentQueries
from novacart.application.wishlist.queries import WishlistQueries
from novacart.entrypoints.cache_server import CacheServer
from novacart.entrypoints.settings import Settings


class QueriesModule(Module):
    @provider
    @singleton
    def catalog(
        self,
        database: QueryDatabase,
        policy: CatalogPolicy,
        settings: Settings,
        cache_server: CacheServer,
    ) -> CatalogQueries:
        seconds = settings.search_cache_seconds
        cache = None
        if cache_server.connection is not None and seconds:
            # Imported only where it is used, to save memory.
            from novacart.adapters.redis.result_cache import RedisResultCache  # noqa: PLC0415

            cache = RedisResultCache(cache_server.connection, seconds=seconds)
        return SqlCatalogQueries(database, policy, search_seconds=seconds, shared_counts=cache)

    @provider
    @singleton
    def best_sellers(self, database: QueryDatabase) -> BestSellerQueries:
        return SqlBestSellers(database)

    @provider
    @singleton
    def prices(self, database: QueryDatabase) -> PriceQueries:
        return SqlPriceQueries(database)

    @provider
    @singleton
    def collections(self, database: Database) -> CollectionQueries:
        return SqlCollectionQueries(database)

    @provider
    @singleton
    def orders(self, database: QueryDatabase) -> OrderQueries:
        return SqlOrderQueries(database)

    @provider
    @singleton
    def payments(self, database: Database) -> PaymentQueries:
        return SqlPaymentQueries(database)

    @provider
    @singleton
    def carts(self, database: QueryDatabase) -> CartQueries:
        return SqlCartQueries(database)

    @provider
    @singleton
    def wishlists(self, database: QueryDatabase) -> WishlistQueries:
        return SqlWishlistQueries(database)

    @provider
    @singleton
    def accounts(self, database: Database, replicas: Replicas) -> AccountQueries:
        return SqlAccountQueries(database, replicas or None)

    @provider
    @singleton
    def guests(self, database: Database) -> GuestQueries:
        return SqlGuestQueries(database)

    @provider
    @singleton
    def addresses(self, database: QueryDatabase) -> AddressQueries:
        return SqlAddressQueries(database)

    @provider
    @singleton
    def back_office(self, database: QueryDatabase, settings: Settings) -> BackOfficeQueries:
        return SqlBackOfficeQueries(database, settings.currency)

    @provider
    @singleton
    def dashboard(self, database: QueryDatabase, settings: Settings) -> DashboardQueries:
        return SqlDashboardQueries(database, settings.currency, settings.shop_timezone)

    @provider
    @singleton
    def attention(self, database: QueryDatabase) -> AttentionQueries:
        return SqlAttentionQueries(database)

    @provider
    @singleton
    def health(self, database: Database) -> HealthQueries:
        return SqlHealthQueries(database)
