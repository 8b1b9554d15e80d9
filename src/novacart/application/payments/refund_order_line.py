"""Refund one line of a paid order that the customer cancels."""

from novacart.application.payments.send_refund import SendRefund
from novacart.application.ports.clock import Clock
from novacart.application.ports.line_refunds import LineRefundRequest
from novacart.application.ports.payment_gateway import new_key
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.errors import OrderNotPaid
from novacart.domain.payments.refund import RefundOrigin
from novacart.domain.services.refund_planning import plan_line_refund
from novacart.domain.shared.ids import RefundId


class RefundOrderLine:
    """Refund everything that is left of one line that has not been shipped.

    Raises `OrderNotFound`, `OrderLineNotFound`, `OrderNotPaid`, `OrderAlreadyShipped`,
    `LineAlreadyCancelled`, `RefundNotAllowed`, `PaymentDisputed` and `RefundRefused`.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        contexts: RequestContexts,
        send_refund: SendRefund,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._contexts = contexts
        self._send_refund = send_refund

    def __call__(self, request: LineRefundRequest) -> None:
        with self._begin() as work:
            order = work.orders.of_user(request.order_id, request.user_id)
            order.ensure_line_cancellable(request.line_id)
            payment = work.payments.of_order(order.id)
            if order.paid_at is None or payment is None or not payment.captured:
                raise OrderNotPaid
            plan = plan_line_refund(order, request.line_id)
            self._send_refund.ensure_possible(plan.amount)
            refund = plan.request(
                order=order,
                payment=payment,
                id=RefundId(work.ids.take()[0]),
                key=new_key("refund"),
                origin=RefundOrigin.LINE_CANCELLED,
                reason=request.reason,
                at=self._clock.now(),
                actor=self._contexts.current().actor,
            )
            work.orders.save(order)
            work.payments.save(payment)
            if request.idempotency_key is not None:
                work.idempotency_keys.fulfil(
                    request.user_id, request.idempotency_key, int(refund.id)
                )
            work.commit()
        self._send_refund.send_now(refund)
