"""Cancel an order."""

from dataclasses import dataclass

from novacart.application.authorization.actor import Actor, PermissionDenied
from novacart.application.authorization.limits import StaffLimits
from novacart.application.ordering.stock_claims import stock_claims
from novacart.application.ports.clock import Clock
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.ordering.order import Order
from novacart.domain.shared.ids import OrderId, UserId

_PERMISSION = "orders.cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrderCommand:
    """`user_id` is the customer who cancels their own order; `staff` is given instead for staff."""

    order_id: OrderId
    user_id: UserId | None = None
    staff: Actor | None = None
    reason: str = "Cancelled by the customer."


class CancelOrder:
    """Cancel an unpaid order, or a COD order that is not shipped, and release its stock.

    A customer may cancel their own orders; staff any order, up to the limit of their role.
    Raises `OrderNotFound`, `PaidOrderCannotBeCancelled`, `OrderAlreadyCancelled`,
    `OrderAlreadyShipped`, `PermissionDenied` and `AboveYourLimit`.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        contexts: RequestContexts,
        limits: StaffLimits,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._contexts = contexts
        self._limits = limits

    def __call__(self, command: CancelOrderCommand) -> None:
        now = self._clock.now()
        with self._begin() as work:
            order = self._load(work, command)
            units = order.cancel(
                reason=command.reason, at=now, actor=self._contexts.current().actor
            )
            work.stock.release(stock_claims(order.id, units, "release"), at=now)
            work.orders.save(order)
            work.commit()

    def _load(self, work: UnitOfWork, command: CancelOrderCommand) -> Order:
        if command.staff is None:
            if command.user_id is None:
                raise PermissionDenied
            return work.orders.of_user(command.order_id, command.user_id)
        command.staff.require(_PERMISSION)
        order = work.orders.get(command.order_id)
        self._limits.ensure_within(command.staff.role, _PERMISSION, order.total)
        return order
