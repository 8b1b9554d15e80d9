"""Process, ship and deliver an order."""

from dataclasses import dataclass

from novacart.application.authorization.actor import Actor
from novacart.application.ports.clock import Clock
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.stock import MovementKind
from novacart.domain.services.stock_claims import stock_claims
from novacart.domain.shared.ids import OrderId

_PERMISSION = "orders.fulfil"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartProcessingCommand:
    staff: Actor
    order_id: OrderId


class StartProcessing:
    """Start packing an order.

    Raises `PermissionDenied`, `OrderNotFound`, `InvalidTransition`.
    """

    def __init__(
        self, *, begin: UnitOfWorkFactory, clock: Clock, contexts: RequestContexts
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._contexts = contexts

    def __call__(self, command: StartProcessingCommand) -> None:
        command.staff.require(_PERMISSION)
        with self._begin() as work:
            order = work.orders.get(command.order_id)
            order.start_processing(at=self._clock.now(), actor=self._contexts.current().actor)
            work.orders.save(order)
            work.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipOrderCommand:
    """`despite_dispute`: staff confirmed that the goods of a disputed payment are shipped."""

    staff: Actor
    order_id: OrderId
    carrier: str
    tracking_number: str
    despite_dispute: bool = False


class ShipOrder:
    """Ship an order and take its units out of stock.

    Raises `PermissionDenied`, `OrderNotFound`, `InvalidTransition`, `RefundInProgress`,
    `NothingToShip`, and `OrderDisputed` unless staff confirmed it.
    """

    def __init__(
        self, *, begin: UnitOfWorkFactory, clock: Clock, contexts: RequestContexts
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._contexts = contexts

    def __call__(self, command: ShipOrderCommand) -> None:
        command.staff.require(_PERMISSION)
        now = self._clock.now()
        with self._begin() as work:
            order = work.orders.get(command.order_id)
            units = order.ship(
                carrier=command.carrier,
                tracking_number=command.tracking_number,
                at=now,
                actor=self._contexts.current().actor,
            )
            payment = None if command.despite_dispute else work.payments.of_order(order.id)
            if payment is not None:
                payment.ensure_undisputed()
            work.stock.sell(stock_claims(order.id, units, MovementKind.SELL), at=now)
            work.orders.save(order)
            work.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverOrderCommand:
    staff: Actor
    order_id: OrderId


class DeliverOrder:
    """Record the delivery of an order.

    Raises `PermissionDenied`, `OrderNotFound`, `InvalidTransition`.
    """

    def __init__(
        self, *, begin: UnitOfWorkFactory, clock: Clock, contexts: RequestContexts
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._contexts = contexts

    def __call__(self, command: DeliverOrderCommand) -> None:
        command.staff.require(_PERMISSION)
        with self._begin() as work:
            order = work.orders.get(command.order_id)
            order.deliver(at=self._clock.now(), actor=self._contexts.current().actor)
            work.orders.save(order)
            work.commit()
