"""Unit of work on the database."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from types import TracebackType
from typing import Generic, Self, TypeVar

from sqlalchemy import Connection

from novacart.adapters.persistence.accounts.account_links import SqlAccountLinks
from novacart.adapters.persistence.accounts.address_books import SqlAddressBooks
from novacart.adapters.persistence.accounts.guests import SqlGuests
from novacart.adapters.persistence.accounts.known_networks import SqlKnownNetworks
from novacart.adapters.persistence.accounts.mfa_enrolments import SqlMfaEnrolments
from novacart.adapters.persistence.accounts.password_resets import SqlPasswordResets
from novacart.adapters.persistence.accounts.token_families import SqlTokenFamilies
from novacart.adapters.persistence.accounts.users import SqlUsers
from novacart.adapters.persistence.cart.repository import SqlCarts
from novacart.adapters.persistence.catalog.attributes import SqlAttributes
from novacart.adapters.persistence.catalog.categories import SqlCategories
from novacart.adapters.persistence.catalog.collections import SqlCollections
from novacart.adapters.persistence.catalog.galleries import SqlGalleries
from novacart.adapters.persistence.catalog.image_removals import SqlImageRemovals
from novacart.adapters.persistence.catalog.product_references import SqlProductReferences
from novacart.adapters.persistence.catalog.products import SqlProducts
from novacart.adapters.persistence.catalog.stock import SqlStock
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.id_generator import SqlIdGenerator
from novacart.adapters.persistence.idempotency.repository import SqlIdempotencyKeys
from novacart.adapters.persistence.imports.picture_downloads import SqlPictureDownloads
from novacart.adapters.persistence.imports.repository import SqlImportJobs
from novacart.adapters.persistence.ordering.repository import SqlOrders
from novacart.adapters.persistence.outbox.writer import write_events
from novacart.adapters.persistence.payments.repository import SqlPayments
from novacart.adapters.persistence.payments.webhook_events import SqlWebhookEvents
from novacart.adapters.persistence.postponed_writes import postponed_writes
from novacart.adapters.persistence.replicas.replicas import Replicas
from novacart.adapters.persistence.wishlist.repository import SqlWishlists
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
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.security_monitor import SecurityMonitor
from novacart.application.ports.stock import Stock
from novacart.application.ports.token_families import TokenFamilies
from novacart.application.ports.users import Users
from novacart.application.ports.webhook_events import WebhookEvents
from novacart.application.ports.wishlists import Wishlists
from novacart.domain.accounts.user import User
from novacart.domain.shared.events import AggregateRoot, DomainEvent, SecurityEvent

R = TypeVar("R")


class _Repository(Generic[R]):
    """Attribute of a unit of work, which creates the repository when it is used.

    Few are used in each; creating all takes as long as two statements.
    """

    def __init__(self, create: Callable[["SqlUnitOfWork"], R]) -> None:
        self._create = create

    def __set_name__(self, owner: type["SqlUnitOfWork"], name: str) -> None:
        self._name = name

    def __get__(self, work: "SqlUnitOfWork", owner: type["SqlUnitOfWork"]) -> R:
        repository = self._create(work)
        # From now on, the attribute of the object takes precedence.
        work.__dict__[self._name] = repository
        return repository


class SqlUnitOfWork:
    """Repositories that share one transaction; each is created when it is used.

    Each repository passes the aggregates it saves to `saved`. `commit` writes their events to
    the outbox in the same transaction.
    """

    connection: Connection
    actor: str

    ids = _Repository[IdGenerator](lambda work: SqlIdGenerator(work.connection))
    users = _Repository[Users](lambda work: SqlUsers(work.connection, work.saved))
    guests = _Repository[Guests](lambda work: SqlGuests(work.connection, work.saved))
    address_books = _Repository[AddressBooks](
        lambda work: SqlAddressBooks(work.connection, work.saved)
    )
    token_families = _Repository[TokenFamilies](
        lambda work: SqlTokenFamilies(work.connection, work.saved)
    )
    known_networks = _Repository[KnownNetworks](lambda work: SqlKnownNetworks(work.connection))
    password_resets = _Repository[PasswordResets](
        lambda work: SqlPasswordResets(work.connection, work.saved)
    )
    account_links = _Repository[AccountLinks](
        lambda work: SqlAccountLinks(work.connection, work.saved)
    )
    mfa_enrolments = _Repository[MfaEnrolments](
        lambda work: SqlMfaEnrolments(work.connection, work.saved)
    )
    products = _Repository[Products](lambda work: work.create_products())
    galleries = _Repository[Galleries](lambda work: SqlGalleries(work.connection, work.saved))
    image_removals = _Repository[ImageRemovals](lambda work: SqlImageRemovals(work.connection))
    picture_downloads = _Repository[PictureDownloads](
        lambda work: SqlPictureDownloads(work.connection)
    )
    import_jobs = _Repository[ImportJobs](lambda work: SqlImportJobs(work.connection))
    product_references = _Repository[ProductReferences](
        lambda work: SqlProductReferences(work.connection)
    )
    categories = _Repository[Categories](lambda work: SqlCategories(work.connection, work.saved))
    attributes = _Repository[Attributes](lambda work: SqlAttributes(work.connection, work.saved))
    collections = _Repository[Collections](lambda work: SqlCollections(work.connection, work.saved))
    stock = _Repository[Stock](lambda work: SqlStock(work.connection, work.actor, work.record))
    wishlists = _Repository[Wishlists](lambda work: SqlWishlists(work.connection, work.saved))
    carts = _Repository[Carts](lambda work: SqlCarts(work.connection, work.saved))
    orders = _Repository[Orders](lambda work: SqlOrders(work.connection, work.saved))
    payments = _Repository[Payments](lambda work: SqlPayments(work.connection, work.saved))
    webhook_events = _Repository[WebhookEvents](lambda work: SqlWebhookEvents(work.connection))
    idempotency_keys = _Repository[IdempotencyKeys](
        lambda work: SqlIdempotencyKeys(work.connection)
    )

    def __init__(
        self,
        database: Database,
        contexts: RequestContexts,
        monitor: SecurityMonitor | None,
        replicas: Replicas | None,
        *,
        is_optimistic: bool = False,
    ) -> None:
        self._database = database
        self._is_optimistic = is_optimistic
        self._contexts = contexts
        self._monitor = monitor
        self._replicas = replicas
        self._saved: dict[int, AggregateRoot] = {}
        self._recorded: list[DomainEvent] = []
        self._products: SqlProducts | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        writing = self._database.writing(is_optimistic=self._is_optimistic)
        self.connection = self._stack.enter_context(writing)
        self.actor = self._contexts.current().actor
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._saved.clear()
        self._recorded.clear()
        self._stack.__exit__(exc_type, exc, traceback)

    def create_products(self) -> SqlProducts:
        self._products = SqlProducts(self.connection, self.actor, self.saved)
        return self._products

    def saved(self, aggregate: AggregateRoot) -> None:
        self._saved[id(aggregate)] = aggregate

    def record(self, event: DomainEvent) -> None:
        self._recorded.append(event)

    def allow_concurrent_writes(self) -> None:
        if (postponed := postponed_writes(self.connection)) is not None:
            postponed.is_independent = True

    def commit(self) -> None:
        events = [
            event for aggregate in self._saved.values() for event in aggregate.collect_events()
        ]
        events += self._recorded
        context = self._contexts.current()
        write_events(self.connection, events, context)
        if (postponed := postponed_writes(self.connection)) is not None:
            postponed.execute()
        if self._products is not None:
            self._products.write_counts()
        self.connection.commit()
        if self._replicas is not None:
            self._replicas.committed(_users(self._saved.values(), context.actor))
        self._saved.clear()
        self._recorded.clear()
        if self._monitor is not None:
            for event in events:
                if isinstance(event, SecurityEvent):
                    self._monitor.notice(event, context)


def _users(saved: Iterable[AggregateRoot], actor: str) -> set[int]:
    """The users whose data has changed, and the user who changed it."""
    users: set[int] = set()
    for aggregate in saved:
        if isinstance(aggregate, User):
            users.add(aggregate.id)
        elif (owner := getattr(aggregate, "user_id", None)) is not None:
            users.add(owner)
    _, _, user_id = actor.partition(":")
    if user_id:
        users.add(int(user_id))
    return users


class SqlUnitOfWorkFactory:
    """`monitor` receives the security events of each commit, `replicas` its position."""

    def __init__(
        self,
        database: Database,
        contexts: RequestContexts,
        monitor: SecurityMonitor | None = None,
        replicas: Replicas | None = None,
    ) -> None:
        self._database = database
        self._contexts = contexts
        self._monitor = monitor
        self._replicas = replicas

    def __call__(self, *, is_optimistic: bool = False) -> SqlUnitOfWork:
        return SqlUnitOfWork(
            self._database,
            self._contexts,
            self._monitor,
            self._replicas,
            is_optimistic=is_optimistic,
        )
