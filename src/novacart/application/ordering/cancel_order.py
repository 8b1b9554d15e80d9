"""Call an order off."""

from dataclasses import dataclass

from novacart.application.ordering.stock_claims import claims
from novacart.application.ports.clock import Clock
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import OrderId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrderCommand:
    """`user_id` where a customer asks, whose own order it must be; None for staff."""

    order_id: OrderId
    user_id: UserId | None
    reason: str = "The customer cancelled it."


class CancelOrder:
    """An unpaid order always, a COD order until it ships; the stock goes back.

    Raises `OrderNotFound`, `PaidOrderCannotBeCancelled`, `OrderAlreadyCancelled`,
    `OrderAlreadyShipped`.
    """

    def __init__(
        self, *, begin: UnitOfWorkFactory, clock: Clock, contexts: RequestContexts
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._contexts = contexts

    def __call__(self, command: CancelOrderCommand) -> None:
        now = self._clock.now()
        with self._begin() as work:
            if command.user_id is None:
                order = work.orders.get(command.order_id)
            else:
                order = work.orders.of_user(command.order_id, command.user_id)
            units = order.cancel(
                reason=command.reason, at=now, actor=self._contexts.current().actor
            )
            work.stock.release(claims(order.id, units, "release"), at=now)
            work.orders.save(order)
            work.commit()
