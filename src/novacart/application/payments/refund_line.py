"""Cancel one line of a paid order."""

from novacart.application.payments.idempotency import new_key
from novacart.application.payments.policy import FollowUpPolicy
from novacart.application.payments.request_refund import sent
from novacart.application.payments.send_refund import SendRefund
from novacart.application.payments.settle_refunds import parts_of
from novacart.application.ports.clock import Clock
from novacart.application.ports.line_refunds import LineRefundRequest
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.errors import OrderNotPaid
from novacart.domain.payments.refund import RefundOrigin
from novacart.domain.shared.ids import RefundId


class RefundLine:
    """Start the refund of exactly what is left of one line that has not shipped.

    Raises `OrderNotFound`, `OrderLineNotFound`, `OrderNotPaid`, `OrderAlreadyShipped`,
    `LineAlreadyCancelled`, and `RefundRefused` where the provider will not make it.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        contexts: RequestContexts,
        send_refund: SendRefund,
        policy: FollowUpPolicy,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._contexts = contexts
        self._send_refund = send_refund
        self._policy = policy

    def __call__(self, request: LineRefundRequest) -> None:
        now = self._clock.now()
        with self._begin() as work:
            order = work.orders.of_user(request.order_id, request.user_id)
            order.ensure_line_cancellable(request.line_id)
            line = order.line(request.line_id)
            payment = work.payments.of_order(order.id)
            if order.paid_at is None or payment is None or not payment.captured:
                raise OrderNotPaid
            items = [line.refund_worth(line.refundable)]
            refund = payment.request_refund(
                id=RefundId(work.ids.take()[0]),
                key=new_key("refund"),
                amount=items[0].amount,
                origin=RefundOrigin.LINE_CANCELLED,
                reason=request.reason,
                parts=parts_of(items),
                at=now,
            )
            actor = self._contexts.current().actor
            order.request_refund(items, reason=request.reason, at=now, actor=actor)
            payment.check_at = self._policy.next_check(payment, at=now)
            work.orders.save(order)
            work.payments.save(payment)
            if request.idempotency_key is not None:
                work.idempotency_keys.fulfil(
                    request.user_id, request.idempotency_key, int(order.id)
                )
            work.commit()
        sent(self._send_refund, refund)
