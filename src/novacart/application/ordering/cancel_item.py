"""Cancel one item of an order."""

from dataclasses import dataclass

from novacart.application.ports.clock import Clock
from novacart.application.ports.line_refunds import LineRefundRequest, LineRefunds
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.stock import MovementKind
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.ordering.order import CUSTOMER_REASON
from novacart.domain.services.stock_claims import stock_claims
from novacart.domain.shared.ids import OrderId, OrderLineId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelItemCommand:
    """A blank `reason` is recorded as `CUSTOMER_REASON`."""

    user_id: UserId
    order_id: OrderId
    line_id: OrderLineId
    reason: str = ""
    idempotency_key: str | None = None


class CancelItem:
    """Cancel an item of a COD order and release its stock; refund an item that was paid online.

    Raises `OrderNotFound`, `OrderLineNotFound`, `LineAlreadyCancelled`,
    `OrderAlreadyShipped`, `OrderNotPaid` for an unpaid online order, `RefundNotAllowed` for a
    paid order in processing, and as `LineRefunds`.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        contexts: RequestContexts,
        refund_line: LineRefunds,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._contexts = contexts
        self._refund_line = refund_line

    def __call__(self, command: CancelItemCommand) -> None:
        reason = command.reason or CUSTOMER_REASON
        if not self._cancel_cod_item(command, reason):
            self._refund_line(
                LineRefundRequest(
                    user_id=command.user_id,
                    order_id=command.order_id,
                    line_id=command.line_id,
                    reason=reason,
                    idempotency_key=command.idempotency_key,
                )
            )

    def _cancel_cod_item(self, command: CancelItemCommand, reason: str) -> bool:
        """Return False for an online order: its item is refunded in another unit of work."""
        now = self._clock.now()
        with self._begin() as work:
            order = work.orders.of_user(command.order_id, command.user_id)
            order.ensure_line_cancellable(command.line_id)
            if order.payment_method is not PaymentMethod.COD:
                return False
            units = order.cancel_line(
                command.line_id, reason=reason, at=now, actor=self._contexts.current().actor
            )
            work.stock.release(stock_claims(order.id, units, MovementKind.RELEASE), at=now)
            work.orders.save(order)
            if command.idempotency_key is not None:
                work.idempotency_keys.fulfil(command.user_id, command.idempotency_key, order.id)
            work.commit()
        return True
