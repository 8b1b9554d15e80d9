"""Resolve a failed refund: retry it, or record that its money was returned in another way."""

from dataclasses import dataclass
from typing import Final

from novacart.application.authorization.actor import Actor
from novacart.application.authorization.limits import ensure_not_own_order
from novacart.application.payments.payment_recorder import PaymentRecorder
from novacart.application.payments.send_refund import SendRefund
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import new_key
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.ordering.order import Order
from novacart.domain.payments.errors import RefundNotFound, RefundResolved
from novacart.domain.payments.payment import Payment
from novacart.domain.payments.refund import Refund
from novacart.domain.services.refund_planning import plan_retry
from novacart.domain.shared.ids import RefundId

PERMISSION: Final = "refunds.resolve"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRefundCommand:
    actor: Actor
    refund_id: RefundId


class RetryRefund:
    """Request a failed refund again, with a new idempotency key. Return the new refund.

    Raises `PermissionDenied`, `OwnOrder`, `RefundNotFound`, `RefundResolved`, `RefundRefused`,
    and what `RefundPlan.request` raises.
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

    def __call__(self, command: RetryRefundCommand) -> Refund:
        command.actor.require(PERMISSION)
        now = self._clock.now()
        with self._begin() as work:
            order, payment, failed = _load(work, command.refund_id)
            ensure_not_own_order(command.actor, order.user_id)
            if not failed.needs_attention:
                raise RefundResolved
            plan = plan_retry(order, failed)
            self._send_refund.ensure_possible(plan.amount)
            retry = plan.request(
                order=order,
                payment=payment,
                id=RefundId(work.ids.take()[0]),
                key=new_key("refund"),
                origin=failed.origin,
                reason=failed.reason,
                at=now,
                actor=self._contexts.current().actor,
                requested_by=command.actor.user_id,
            )
            payment.retry_refund(failed, retry, at=now)
            if plan.items:
                work.orders.save(order)
            work.payments.save(payment)
            work.commit()
        return self._send_refund.send_now(retry)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleRefundCommand:
    """`reason` says how the money was returned, for the audit log."""

    actor: Actor
    refund_id: RefundId
    reason: str


class SettleRefund:
    """Record that the money of a failed refund was returned outside of the payment provider.

    The order and its lines count as refunded. Raises `PermissionDenied`, `OwnOrder`,
    `RefundNotFound`, `RefundResolved`, `InvalidValue` without a reason, and
    `RefundExceedsPayment` if the amount was refunded since.
    """

    def __init__(
        self, *, begin: UnitOfWorkFactory, contexts: RequestContexts, recorder: PaymentRecorder
    ) -> None:
        self._begin = begin
        self._contexts = contexts
        self._recorder = recorder

    def __call__(self, command: SettleRefundCommand) -> None:
        command.actor.require(PERMISSION)
        with self._begin() as work:
            locator = work.payments.locate_refund(command.refund_id)
            if locator is None:
                raise RefundNotFound
            ensure_not_own_order(command.actor, work.orders.get(locator.order_id).user_id)
        self._recorder.settle_by_hand(
            locator,
            command.refund_id,
            note=command.reason,
            actor=self._contexts.current().actor,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SupersedeRefundCommand:
    """`reason` says by which refunds, for the audit log."""

    actor: Actor
    refund_id: RefundId
    reason: str = ""


class SupersedeRefund:
    """Record that the amount of a failed refund was refunded by other refunds.

    Transfers no money and changes no order. Raises `PermissionDenied`, `OwnOrder`,
    `RefundNotFound`, `RefundResolved`, and `InvalidValue` without a reason unless recorded refunds
    cover the amount.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: SupersedeRefundCommand) -> None:
        command.actor.require(PERMISSION)
        with self._begin() as work:
            order, payment, failed = _load(work, command.refund_id)
            ensure_not_own_order(command.actor, order.user_id)
            payment.supersede_refund(failed.id, note=command.reason, at=self._clock.now())
            work.payments.save(payment)
            work.commit()


def _load(work: UnitOfWork, refund_id: RefundId) -> tuple[Order, Payment, Refund]:
    locator = work.payments.locate_refund(refund_id)
    if locator is None:
        raise RefundNotFound
    order = work.orders.get(locator.order_id)
    payment = work.payments.get(locator.payment_id)
    return order, payment, payment.refund(refund_id)
