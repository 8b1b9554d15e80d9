"""Cancel an order."""

from dataclasses import dataclass
from datetime import datetime

from novacart.application.authorization.actor import Actor, PermissionDenied
from novacart.application.authorization.limits import StaffLimits, ensure_not_own_order
from novacart.application.ports.clock import Clock
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.catalog.stock import MovementKind
from novacart.domain.ordering.order import CUSTOMER_REASON, Order
from novacart.domain.services.stock_claims import stock_claims
from novacart.domain.shared.ids import OrderId, UserId
from novacart.domain.shared.money import Money

_PERMISSION = "orders.cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrderCommand:
    """`user_id` is the customer who cancels their own order; `staff` is given instead for staff.

    With `dry_run` nothing is cancelled; `planned` is then the amount of other orders that will be
    cancelled with this one, which counts for the limit of the day.
    """

    order_id: OrderId
    user_id: UserId | None = None
    staff: Actor | None = None
    reason: str = CUSTOMER_REASON
    dry_run: bool = False
    planned: Money | None = None


class CancelOrder:
    """Cancel an unpaid order, or a COD order that is not shipped, and release its stock.

    A customer may cancel their own orders; staff those of others, up to the limit of their role for
    a day. Raises `OrderNotFound`, `PaidOrderCannotBeCancelled`, `OrderAlreadyCancelled`,
    `OrderAlreadyShipped`, `PermissionDenied`, `OwnOrder` and `AboveYourLimit`.
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
            order = self._load(work, command, now)
            units = order.cancel(
                reason=command.reason, at=now, actor=self._contexts.current().actor
            )
            if command.dry_run:
                return
            work.stock.release(stock_claims(order.id, units, MovementKind.RELEASE), at=now)
            work.orders.save(order)
            work.commit()

    def _load(self, work: UnitOfWork, command: CancelOrderCommand, now: datetime) -> Order:
        if command.staff is not None:
            return self._load_for_staff(work, command, command.staff, now)
        if command.user_id is None:
            raise PermissionDenied
        return work.orders.of_user(command.order_id, command.user_id)

    def _load_for_staff(
        self, work: UnitOfWork, command: CancelOrderCommand, staff: Actor, now: datetime
    ) -> Order:
        staff.require(_PERMISSION)
        has_limit = self._limits.limit_for(staff.role, _PERMISSION) is not None
        if has_limit and staff.user_id is not None:
            # Lock the member of staff, so that concurrent cancellations count each other.
            work.users.get(staff.user_id)
        order = work.orders.get(command.order_id)
        ensure_not_own_order(staff, order.user_id)
        if has_limit:
            today = work.orders.cancelled_by(
                self._contexts.current().actor, since=self._limits.start_of_day(now)
            )
            used = (command.planned or Money.zero(order.currency)) + Money(today, order.currency)
            self._limits.ensure_within(staff.role, _PERMISSION, order.total, used=used)
        return order
