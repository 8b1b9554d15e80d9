"""One business transaction in memory."""

from itertools import islice
from types import TracebackType
from typing import Self

from novacart.adapters.memory.accounts import (
    MemoryAddressBooks,
    MemoryPasswordResets,
    MemoryTokenFamilies,
    MemoryUsers,
)
from novacart.adapters.memory.carts import MemoryCarts
from novacart.adapters.memory.catalog import MemoryCategories, MemoryProducts
from novacart.adapters.memory.catalog_stock import MemoryStock
from novacart.adapters.memory.idempotency_keys import MemoryIdempotencyKeys
from novacart.adapters.memory.orders import MemoryOrders
from novacart.adapters.memory.payments import MemoryPayments, MemoryWebhookEvents
from novacart.adapters.memory.store import MemoryStore
from novacart.adapters.memory.wishlists import MemoryWishlists
from novacart.application.ports.address_books import AddressBooks
from novacart.application.ports.carts import Carts
from novacart.application.ports.categories import Categories
from novacart.application.ports.idempotency_keys import IdempotencyKeys
from novacart.application.ports.identities import Identities
from novacart.application.ports.orders import Orders
from novacart.application.ports.password_resets import PasswordResets
from novacart.application.ports.payments import Payments
from novacart.application.ports.products import Products
from novacart.application.ports.stock import Stock
from novacart.application.ports.token_families import TokenFamilies
from novacart.application.ports.users import Users
from novacart.application.ports.webhook_events import WebhookEvents
from novacart.application.ports.wishlists import Wishlists
from novacart.domain.shared.events import AggregateRoot, DomainEvent


class MemoryIdentities:
    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def take(self, count: int = 1) -> list[int]:
        return list(islice(self._store.identities, count))


class MemoryUnitOfWork:
    """The lock is held from `with` to its end; leaving without a commit forgets everything."""

    identities: Identities
    users: Users
    address_books: AddressBooks
    token_families: TokenFamilies
    password_resets: PasswordResets
    products: Products
    categories: Categories
    stock: Stock
    wishlists: Wishlists
    carts: Carts
    orders: Orders
    payments: Payments
    webhook_events: WebhookEvents
    idempotency_keys: IdempotencyKeys

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._saved: dict[int, AggregateRoot] = {}
        self._recorded: list[DomainEvent] = []
        self.identities = MemoryIdentities(store)
        self.users = MemoryUsers(store.users, self.saved)
        self.address_books = MemoryAddressBooks(store.address_books, self.saved)
        self.token_families = MemoryTokenFamilies(store.token_families, self.saved)
        self.password_resets = MemoryPasswordResets(store.password_resets, self.saved)
        self.products = MemoryProducts(store.products, self.saved)
        self.categories = MemoryCategories(store.categories, self.saved)
        self.stock = MemoryStock(store.stock_levels, store.stock_movements, self.record)
        self.wishlists = MemoryWishlists(store.wishlists, self.saved)
        self.carts = MemoryCarts(store, self.saved)
        self.orders = MemoryOrders(store.orders, self.saved)
        self.payments = MemoryPayments(store.payments, self.saved)
        self.webhook_events = MemoryWebhookEvents(store.webhook_events)
        self.idempotency_keys = MemoryIdempotencyKeys(store.idempotency_keys)

    def __enter__(self) -> Self:
        self._store.lock.acquire()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for shelf in self._store.shelves():
            shelf.rollback()
        self._saved.clear()
        self._recorded.clear()
        self._store.lock.release()

    def saved(self, aggregate: AggregateRoot) -> None:
        self._saved[id(aggregate)] = aggregate

    def record(self, event: DomainEvent) -> None:
        self._recorded.append(event)

    def commit(self) -> None:
        for shelf in self._store.shelves():
            shelf.commit()
        for aggregate in self._saved.values():
            self._store.events.extend(aggregate.collect_events())
        self._store.events.extend(self._recorded)
        self._saved.clear()
        self._recorded.clear()


class MemoryUnitOfWorkFactory:
    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def __call__(self) -> MemoryUnitOfWork:
        return MemoryUnitOfWork(self._store)
