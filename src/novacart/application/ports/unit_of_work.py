"""Unit of work: one business transaction."""

from types import TracebackType
from typing import Protocol, Self

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
from novacart.domain.shared.events import DomainEvent


class UnitOfWork(Protocol):
    """Context manager for one transaction; rolls back on exit unless `commit` was called.

    Repositories lock what they load until the block ends, so that a rule checked on it still
    holds when it is saved. To avoid deadlocks, locks are taken in this order: user, cart, order,
    payment, then stock by ascending variant id. `commit` stores the events of the saved
    aggregates in the same transaction. It is on the disk when the block has ended.
    """

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

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

    def record(self, event: DomainEvent) -> None:
        """Store an event that does not come from an aggregate, on commit."""
        ...

    def allow_concurrent_writes(self) -> None:
        """Let an optimistic unit of work commit even if others have written since it began.

        Call it if unique keys and conditions of its writes detect all changes that matter. They
        raise `ConcurrentChange`.
        """
        ...

    def commit(self) -> None:
        """Commit.

        This, and the end of the block, raise `StorageUnavailable`; then the transaction may or may
        not be committed.
        """
        ...


class UnitOfWorkFactory(Protocol):
    def __call__(self, *, is_optimistic: bool = False) -> UnitOfWork:
        """Return a new unit of work, to be entered with `with`.

        On a database with one writer at a time, an optimistic one lets others write until its own
        first write, which raises `ConcurrentChange` if one of them has written since it began. Use
        an optimistic one to read for long.
        """
        ...
