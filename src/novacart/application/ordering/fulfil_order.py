"""Pack, send and deliver an order."""

from dataclasses import dataclass

from novacart.application.ordering.stock_claims import claims
from novacart.application.ports.clock import Clock
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import OrderId


class StartProcessing:
    """The goods are being packed. Raises `OrderNotFound`, `InvalidTransition`."""

    def __init__(
        self, *, begin: UnitOfWorkFactory, clock: Clock, contexts: RequestContexts
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._contexts = contexts

    def __call__(self, order_id: OrderId) -> None:
        with self._begin() as work:
            order = work.orders.get(order_id)
            order.start_processing(at=self._clock.now(), actor=self._contexts.current().actor)
            work.orders.save(order)
            work.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipOrderCommand:
    order_id: OrderId
    carrier: str
    tracking_number: str


class ShipOrder:
    """The goods leave the house: what was reserved is sold.

    Raises `OrderNotFound`, `InvalidTransition`, `RefundInProgress`, `NothingToShip`, and
    `InvalidValue` without a carrier or a tracking number.
    """

    def __init__(
        self, *, begin: UnitOfWorkFactory, clock: Clock, contexts: RequestContexts
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._contexts = contexts

    def __call__(self, command: ShipOrderCommand) -> None:
        now = self._clock.now()
        with self._begin() as work:
            order = work.orders.get(command.order_id)
            units = order.ship(
                carrier=command.carrier,
                tracking_number=command.tracking_number,
                at=now,
                actor=self._contexts.current().actor,
            )
            work.stock.sell(claims(order.id, units, "sell"), at=now)
            work.orders.save(order)
            work.commit()


class DeliverOrder:
    """The customer has the goods. Raises `OrderNotFound`, `InvalidTransition`."""

    def __init__(
        self, *, begin: UnitOfWorkFactory, clock: Clock, contexts: RequestContexts
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._contexts = contexts

    def __call__(self, order_id: OrderId) -> None:
        with self._begin() as work:
            order = work.orders.get(order_id)
            order.deliver(at=self._clock.now(), actor=self._contexts.current().actor)
            work.orders.save(order)
            work.commit()
