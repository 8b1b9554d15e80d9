"""Read, cancel and claim a guest's order by its link."""

from dataclasses import dataclass

from novacart.application.ordering.queries import OrderQueries, OrderView, order_view
from novacart.application.ordering.transfer_order import transfer_order
from novacart.application.ports.clock import Clock
from novacart.application.ports.order_link_tokens import OrderLinkTokens
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.catalog.stock import MovementKind
from novacart.domain.ordering.address import mask_email
from novacart.domain.ordering.errors import InvalidOrderLink, OrderNotFound
from novacart.domain.ordering.order import CUSTOMER_REASON, Order
from novacart.domain.ordering.order_link import OrderLink
from novacart.domain.services.stock_claims import stock_claims
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOrderByLinkCommand:
    token: str


class ReadOrderByLink:
    """Return the order of a link, with its email and address masked. Raises `InvalidOrderLink`.

    The recipient may forward the link.
    """

    def __init__(self, *, queries: OrderQueries, tokens: OrderLinkTokens, clock: Clock) -> None:
        self._queries = queries
        self._tokens = tokens
        self._clock = clock

    def __call__(self, command: ReadOrderByLinkCommand) -> OrderView:
        link = self._tokens.read(command.token)
        link.ensure_current(at=self._clock.now())
        order = self._queries.linked_order(link.order_id, generation=link.generation)
        if order is None:
            raise InvalidOrderLink
        return masked(order)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrderByLinkCommand:
    token: str


class CancelOrderByLink:
    """Cancel an unpaid order, or a COD order that is not shipped, and release its stock.

    Raises `InvalidOrderLink`, `PaidOrderCannotBeCancelled`, `OrderAlreadyCancelled` and
    `OrderAlreadyShipped`.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        tokens: OrderLinkTokens,
        clock: Clock,
        contexts: RequestContexts,
    ) -> None:
        self._begin = begin
        self._tokens = tokens
        self._clock = clock
        self._contexts = contexts

    def __call__(self, command: CancelOrderByLinkCommand) -> None:
        now = self._clock.now()
        link = self._tokens.read(command.token)
        link.ensure_current(at=now)
        with self._begin() as work:
            order = _linked_order(work, link)
            units = order.cancel(
                reason=CUSTOMER_REASON, at=now, actor=self._contexts.current().actor
            )
            work.stock.release(stock_claims(order.id, units, MovementKind.RELEASE), at=now)
            work.orders.save(order)
            work.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimOrderCommand:
    user_id: UserId
    token: str


class ClaimOrder:
    """Make a guest's order that of a signed-in user. Raises `InvalidOrderLink`.

    Only the link proves that the order is theirs: with an equal email address, anyone who
    registers the address of another person would get that person's orders.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, tokens: OrderLinkTokens, clock: Clock) -> None:
        self._begin = begin
        self._tokens = tokens
        self._clock = clock

    def __call__(self, command: ClaimOrderCommand) -> OrderView:
        now = self._clock.now()
        link = self._tokens.read(command.token)
        link.ensure_current(at=now)
        with self._begin() as work:
            # Users are locked before orders.
            user = work.users.get(command.user_id)
            order = _linked_order(work, link)
            transfer_order(work, order, user.id, at=now)
            work.commit()
        return order_view(order)


def masked(order: OrderView) -> OrderView:
    """The order with its email and address masked."""
    address = order.address
    return order._replace(
        email=mask_email(order.email), address=address.masked() if address else None
    )


def _linked_order(work: UnitOfWork, link: OrderLink) -> Order:
    try:
        order = work.orders.get(link.order_id)
    except OrderNotFound as error:
        raise InvalidOrderLink from error
    order.ensure_link_generation(link.generation)
    return order
