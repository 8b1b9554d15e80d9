"""The whole shop's memory: one shelf for each kind of thing."""

from dataclasses import dataclass, field
from itertools import count
from threading import RLock

from novacart.adapters.memory.shelf import Shelf
from novacart.application.ports.idempotency_keys import Claim
from novacart.application.ports.webhook_events import StoredEvent
from novacart.domain.accounts.address_book import AddressBook
from novacart.domain.accounts.password_reset import PasswordReset
from novacart.domain.accounts.token_family import TokenFamily
from novacart.domain.accounts.user import User
from novacart.domain.cart.cart import Cart
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.stock import StockLevel, StockMovement
from novacart.domain.ordering.order import Order
from novacart.domain.payments.payment import Payment
from novacart.domain.shared.events import DomainEvent
from novacart.domain.shared.ids import CategoryId, OrderId, PaymentId, ProductId, UserId
from novacart.domain.wishlist.wishlist import Wishlist


@dataclass(slots=True)
class MemoryStore:
    """Writers take turns on `lock`, as they do in SQLite."""

    lock: RLock = field(default_factory=RLock)
    identities: "count[int]" = field(default_factory=lambda: count(1))
    users: Shelf[UserId, User] = field(default_factory=Shelf)
    address_books: Shelf[UserId, AddressBook] = field(default_factory=Shelf)
    token_families: Shelf[int, TokenFamily] = field(default_factory=Shelf)
    password_resets: Shelf[int, PasswordReset] = field(default_factory=Shelf)
    products: Shelf[ProductId, Product] = field(default_factory=Shelf)
    categories: Shelf[CategoryId, Category] = field(default_factory=Shelf)
    stock_levels: Shelf[ProductId, StockLevel] = field(default_factory=Shelf)
    stock_movements: Shelf[int, StockMovement] = field(default_factory=Shelf)
    wishlists: Shelf[UserId, Wishlist] = field(default_factory=Shelf)
    carts: Shelf[UserId, Cart] = field(default_factory=Shelf)
    orders: Shelf[OrderId, Order] = field(default_factory=Shelf)
    payments: Shelf[PaymentId, Payment] = field(default_factory=Shelf)
    webhook_events: Shelf[str, StoredEvent] = field(default_factory=Shelf)
    idempotency_keys: Shelf[tuple[UserId, str], Claim] = field(default_factory=Shelf)
    events: list[DomainEvent] = field(default_factory=list)

    def shelves(self) -> tuple[Shelf[object, object], ...]:
        return tuple(
            value for name in self.__slots__ if isinstance(value := getattr(self, name), Shelf)
        )
