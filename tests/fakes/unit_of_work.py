"""Fake unit of work."""

import itertools
from itertools import islice
from types import TracebackType
from typing import Self

from novacart.application.ports.account_links import AccountLinks
from novacart.application.ports.address_books import AddressBooks
from novacart.application.ports.attributes import Attributes
from novacart.application.ports.carts import Carts
from novacart.application.ports.categories import Categories
from novacart.application.ports.collections import Collections
from novacart.application.ports.galleries import Galleries
from novacart.application.ports.guests import Guests
from novacart.application.ports.id_generator import IdGenerator
from novacart.application.ports.idempotency_keys import IdempotencyKeys
from novacart.application.ports.image_removals import ImageRemovals
from novacart.application.ports.import_jobs import ImportJobs
from novacart.application.ports.known_networks import KnownNetworks
from novacart.application.ports.mfa_enrolments import MfaEnrolments
from novacart.application.ports.orders import Orders
from novacart.application.ports.password_resets import PasswordResets
from novacart.application.ports.payments import Payments
from novacart.application.ports.picture_downloads import PictureDownloads
from novacart.application.ports.product_references import ProductReferences
from novacart.application.ports.products import Products
from novacart.application.ports.stock import Stock
from novacart.application.ports.token_families import TokenFamilies
from novacart.application.ports.users import Users
from novacart.application.ports.webhook_events import WebhookEvents
from novacart.application.ports.wishlists import Wishlists
from novacart.domain.shared.events import AggregateRoot, DomainEvent
from tests.fakes.accounts import (
    FakeAccountLinks,
    FakeAddressBooks,
    FakeKnownNetworks,
    FakeMfaEnrolments,
    FakePasswordResets,
    FakeTokenFamilies,
    FakeUsers,
)
from tests.fakes.attributes import FakeAttributes
from tests.fakes.carts import FakeCarts
from tests.fakes.catalog import FakeCategories, FakeProductReferences, FakeProducts
from tests.fakes.catalog_stock import FakeStock
from tests.fakes.collections import FakeCollections
from tests.fakes.galleries import FakeGalleries, FakeImageRemovals
from tests.fakes.guests import FakeGuests
from tests.fakes.idempotency_keys import FakeIdempotencyKeys
from tests.fakes.import_jobs import FakeImportJobs
from tests.fakes.orders import FakeOrders
from tests.fakes.payments import FakePayments, FakeWebhookEvents
from tests.fakes.picture_downloads import FakePictureDownloads
from tests.fakes.store import FakeStore
from tests.fakes.wishlists import FakeWishlists


class FakeIdGenerator:
    def __init__(self, store: FakeStore) -> None:
        self._store = store

    def take(self, count: int = 1) -> list[int]:
        return list(islice(self._store.ids, count))

    def skip(self, highest: int) -> None:
        [following] = self.take()
        self._store.ids = itertools.count(max(following, highest + 1))


class FakeUnitOfWork:
    """Holds the store's lock inside the `with` block; rolls back without `commit`."""

    ids: IdGenerator
    users: Users
    guests: Guests
    address_books: AddressBooks
    token_families: TokenFamilies
    known_networks: KnownNetworks
    password_resets: PasswordResets
    account_links: AccountLinks
    mfa_enrolments: MfaEnrolments
    products: Products
    product_references: ProductReferences
    galleries: Galleries
    image_removals: ImageRemovals
    import_jobs: ImportJobs
    picture_downloads: PictureDownloads
    categories: Categories
    attributes: Attributes
    collections: Collections
    stock: Stock
    wishlists: Wishlists
    carts: Carts
    orders: Orders
    payments: Payments
    webhook_events: WebhookEvents
    idempotency_keys: IdempotencyKeys

    def __init__(self, store: FakeStore) -> None:
        self._store = store
        self._saved: dict[int, AggregateRoot] = {}
        self._recorded: list[DomainEvent] = []
        self.ids = FakeIdGenerator(store)
        self.users = FakeUsers(store.users, self.saved)
        self.guests = FakeGuests(store, self.saved)
        self.address_books = FakeAddressBooks(store.address_books, self.saved)
        self.token_families = FakeTokenFamilies(store.token_families, store.users, self.saved)
        self.known_networks = FakeKnownNetworks(store.known_networks)
        self.password_resets = FakePasswordResets(store.password_resets, self.saved)
        self.account_links = FakeAccountLinks(store.account_links, self.saved)
        self.mfa_enrolments = FakeMfaEnrolments(store.mfa_enrolments, self.saved)
        self.products = FakeProducts(store, self.saved)
        self.picture_downloads = FakePictureDownloads(store.picture_downloads)
        self.import_jobs = FakeImportJobs(store)
        self.product_references = FakeProductReferences(
            store.product_references, store.product_base_values
        )
        self.galleries = FakeGalleries(store.galleries, self.saved)
        self.image_removals = FakeImageRemovals(store)
        self.categories = FakeCategories(
            store.categories, store.slug_redirects, store.used_categories, self.saved
        )
        self.attributes = FakeAttributes(store, self.saved)
        self.collections = FakeCollections(store, self.saved)
        self.stock = FakeStock(store.stock_levels, store.stock_movements, self.record)
        self.wishlists = FakeWishlists(store.wishlists, self.saved)
        self.carts = FakeCarts(store, self.saved)
        self.orders = FakeOrders(store.orders, self.saved)
        self.payments = FakePayments(store.payments, self.saved)
        self.webhook_events = FakeWebhookEvents(store.webhook_events)
        self.idempotency_keys = FakeIdempotencyKeys(store.idempotency_keys)

    def __enter__(self) -> Self:
        self._store.lock.acquire()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._store.rollback()
        self._saved.clear()
        self._recorded.clear()
        self._store.lock.release()

    def saved(self, aggregate: AggregateRoot) -> None:
        self._saved[id(aggregate)] = aggregate

    def record(self, event: DomainEvent) -> None:
        self._recorded.append(event)

    def allow_concurrent_writes(self) -> None: ...

    def commit(self) -> None:
        self._store.commit()
        for aggregate in self._saved.values():
            self._store.events.extend(aggregate.collect_events())
        self._store.events.extend(self._recorded)
        self._saved.clear()
        self._recorded.clear()


class FakeUnitOfWorkFactory:
    def __init__(self, store: FakeStore) -> None:
        self._store = store

    def __call__(self, *, is_optimistic: bool = False) -> FakeUnitOfWork:  # noqa: ARG002 (one thread)
        return FakeUnitOfWork(self._store)
