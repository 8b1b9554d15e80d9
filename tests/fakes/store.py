"""Data of the fake repositories."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from itertools import count
from threading import RLock
from typing import Any

from novacart.application.ports.idempotency_keys import Claim
from novacart.application.ports.image_removals import ImageRemoval
from novacart.application.ports.import_jobs import ImportEntry, ImportJob
from novacart.application.ports.picture_downloads import PictureDownload
from novacart.application.ports.product_references import BaseValues
from novacart.application.ports.webhook_events import StoredEvent
from novacart.domain.accounts.account_link import AccountLink
from novacart.domain.accounts.address_book import AddressBook
from novacart.domain.accounts.guest import Guest
from novacart.domain.accounts.mfa import MfaEnrolment
from novacart.domain.accounts.password_reset import PasswordReset
from novacart.domain.accounts.token_family import TokenFamily
from novacart.domain.accounts.user import User
from novacart.domain.cart.cart import Cart
from novacart.domain.catalog.attribute import Attribute
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.collection import Collection
from novacart.domain.catalog.gallery import ProductGallery
from novacart.domain.catalog.price_history import PriceEntry
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.stock import StockLevel, StockMovement
from novacart.domain.ordering.order import Order
from novacart.domain.payments.payment import Payment
from novacart.domain.shared.events import DomainEvent
from novacart.domain.shared.ids import (
    AttributeId,
    CategoryId,
    CollectionId,
    OrderId,
    PaymentId,
    ProductId,
    UserId,
    VariantId,
)
from novacart.domain.wishlist.wishlist import Wishlist
from tests.fakes.transactional_dict import TransactionalDict


@dataclass(slots=True)
class FakeStore:
    """A unit of work holds `lock`, as one writer at a time holds SQLite's."""

    lock: RLock = field(default_factory=RLock)
    ids: "count[int]" = field(default_factory=lambda: count(1))
    users: TransactionalDict[UserId, User] = field(default_factory=TransactionalDict)
    guests: TransactionalDict[UserId, Guest] = field(default_factory=TransactionalDict)
    address_books: TransactionalDict[UserId, AddressBook] = field(default_factory=TransactionalDict)
    token_families: TransactionalDict[int, TokenFamily] = field(default_factory=TransactionalDict)
    known_networks: TransactionalDict[tuple[UserId, str], datetime] = field(
        default_factory=TransactionalDict
    )
    password_resets: TransactionalDict[int, PasswordReset] = field(
        default_factory=TransactionalDict
    )
    account_links: TransactionalDict[int, AccountLink] = field(default_factory=TransactionalDict)
    mfa_enrolments: TransactionalDict[UserId, MfaEnrolment] = field(
        default_factory=TransactionalDict
    )
    products: TransactionalDict[ProductId, Product] = field(default_factory=TransactionalDict)
    prices: TransactionalDict[int, tuple[VariantId, PriceEntry]] = field(
        default_factory=TransactionalDict
    )
    lowest_prices: TransactionalDict[VariantId, int | None] = field(
        default_factory=TransactionalDict
    )
    picture_downloads: TransactionalDict[int, PictureDownload] = field(
        default_factory=TransactionalDict
    )
    import_jobs: TransactionalDict[int, ImportJob] = field(default_factory=TransactionalDict)
    import_files: TransactionalDict[int, list[bytes]] = field(default_factory=TransactionalDict)
    import_entries: TransactionalDict[tuple[int, int], ImportEntry] = field(
        default_factory=TransactionalDict
    )
    import_mappings: TransactionalDict[str, dict[str, str]] = field(
        default_factory=TransactionalDict
    )
    product_references: TransactionalDict[tuple[str, str], ProductId] = field(
        default_factory=TransactionalDict
    )
    product_base_values: TransactionalDict[tuple[str, ProductId], BaseValues] = field(
        default_factory=TransactionalDict
    )
    galleries: TransactionalDict[ProductId, ProductGallery] = field(
        default_factory=TransactionalDict
    )
    image_removals: TransactionalDict[int, tuple[ImageRemoval, datetime]] = field(
        default_factory=TransactionalDict
    )
    categories: TransactionalDict[CategoryId, Category] = field(default_factory=TransactionalDict)
    attributes: TransactionalDict[AttributeId, Attribute] = field(default_factory=TransactionalDict)
    collections: TransactionalDict[CollectionId, Collection] = field(
        default_factory=TransactionalDict
    )
    slug_redirects: TransactionalDict[tuple[str, str], int] = field(
        default_factory=TransactionalDict
    )
    stock_levels: TransactionalDict[VariantId, StockLevel] = field(
        default_factory=TransactionalDict
    )
    stock_movements: TransactionalDict[int, StockMovement] = field(
        default_factory=TransactionalDict
    )
    wishlists: TransactionalDict[UserId, Wishlist] = field(default_factory=TransactionalDict)
    carts: TransactionalDict[UserId, Cart] = field(default_factory=TransactionalDict)
    orders: TransactionalDict[OrderId, Order] = field(default_factory=TransactionalDict)
    payments: TransactionalDict[PaymentId, Payment] = field(default_factory=TransactionalDict)
    webhook_events: TransactionalDict[str, StoredEvent] = field(default_factory=TransactionalDict)
    idempotency_keys: TransactionalDict[tuple[UserId, str], Claim] = field(
        default_factory=TransactionalDict
    )
    events: list[DomainEvent] = field(default_factory=list)
    _tables: list[TransactionalDict[Any, Any]] = field(init=False)

    def commit(self) -> None:
        for table in self._tables:
            table.commit()

    def rollback(self) -> None:
        for table in self._tables:
            table.rollback()

    def __post_init__(self) -> None:
        values = (getattr(self, each.name) for each in fields(self) if each.init)
        self._tables = [value for value in values if isinstance(value, TransactionalDict)]

    def used_categories(self) -> set[CategoryId | None]:
        """The categories of products, attributes and rules."""
        rules = (each.details.rule for each in self.collections.values())
        return {
            *(each.details.category_id for each in self.products.values()),
            *(each.category_id for each in self.attributes.values()),
            *(rule.category_id for rule in rules if rule is not None),
        }
