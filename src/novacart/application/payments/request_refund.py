"""Refund an order in full or in part."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from novacart.application.authorization.actor import Actor
from novacart.application.authorization.limits import StaffLimits, ensure_not_own_order
from novacart.application.authorization.reauthentication import ReauthenticationPolicy
from novacart.application.payments.send_refund import SendRefund
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import new_key
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.ordering.errors import OrderNotFound
from novacart.domain.ordering.order import Order
from novacart.domain.payments.errors import (
    NothingToRefund,
    PartialRefundNeedsStaff,
)
from novacart.domain.payments.payment import Payment
from novacart.domain.payments.refund import Refund, RefundOrigin
from novacart.domain.services.refund_planning import RefundPlan, plan_refund
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import OrderId, RefundId
from novacart.domain.shared.money import Money
from novacart.domain.shared.refunds import LineQuantity

PERMISSION: Final = "orders.refund"
_OTHER_REFUNDABLE: Final = (
    "Another amount can be refunded than when the page was loaded. Check the refunds of the order"
    " before you request another one."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRefundCommand:
    """By default everything that is left is refunded.

    `amount` is in major units, such as `"249.00"`. With `units` as well, that amount of their
    price is refunded and the customer keeps the goods. The requester saw `expected_refundable`, the
    amount that can be refunded, and `expected_amount`, the amount of this refund; None skips the
    check. With `dry_run` nothing is refunded; `planned` is then the amount of other refunds that
    will be made with this one, which counts for the limit of the day.
    """

    actor: Actor
    order_id: OrderId
    amount: str | None = None
    units: Sequence[LineQuantity] = ()
    reason: str = ""
    expected_refundable: Money | None = None
    expected_amount: Money | None = None
    dry_run: bool = False
    planned: Money | None = None
    idempotency_key: str | None = None


class RequestRefund:
    """Commit the refund with its idempotency key, then send it to the provider.

    Staff refund any part of any order, up to the limit of their role; a customer refunds a
    whole order of their own that is paid and not in processing. If the provider cannot be
    reached the refund stays requested and is sent later. Raises `OrderNotFound`,
    `RefundNotAllowed`, `NothingToRefund`, `RefundExceedsPayment`, `RefundExceedsOrder`,
    `RefundExceedsUnits`, `PartialRefundNeedsStaff`, `PaymentDisputed`, `AboveYourLimit`,
    `OwnOrder`, `ReauthenticationRequired`, `InvalidValue`, `RefundRefused`, and
    `ConcurrentChange` if another amount is refundable or would be refunded than expected.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        contexts: RequestContexts,
        send_refund: SendRefund,
        limits: StaffLimits,
        reauthentication: ReauthenticationPolicy,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._contexts = contexts
        self._send_refund = send_refund
        self._limits = limits
        self._reauthentication = reauthentication

    def __call__(self, command: RequestRefundCommand) -> Refund:
        actor = command.actor
        with self._begin() as work:
            refund = self._request(work, command)
            if command.dry_run:
                return refund
            if command.idempotency_key is not None and actor.user_id is not None:
                work.idempotency_keys.fulfil(actor.user_id, command.idempotency_key, int(refund.id))
            work.commit()
        return self._send_refund.send_now(refund)

    def _request(self, work: UnitOfWork, command: RequestRefundCommand) -> Refund:
        actor, now = command.actor, self._clock.now()
        is_staff = actor.may(PERMISSION)
        order, payment = self._load(work, command)
        plan = _plan(command, order, payment)
        self._send_refund.ensure_possible(plan.amount)
        if is_staff:
            self._ensure_within_limit(work, command, payment, plan.amount)
            self._reauthentication.ensure_recent_for_refund(actor, plan.amount, at=now)
        elif plan.amount != payment.refundable:
            raise PartialRefundNeedsStaff
        refund = plan.request(
            order=order,
            payment=payment,
            id=RefundId(work.ids.take()[0]),
            key=new_key("refund"),
            origin=RefundOrigin.STAFF if is_staff else RefundOrigin.CUSTOMER,
            reason=command.reason,
            at=now,
            actor=self._contexts.current().actor,
            requested_by=actor.user_id if is_staff else None,
        )
        if plan.items:
            work.orders.save(order)
        work.payments.save(payment)
        return refund

    def _load(self, work: UnitOfWork, command: RequestRefundCommand) -> tuple[Order, Payment]:
        """Lock the order and its payment, and check that the actor may refund something of them."""
        actor = command.actor
        if self._has_limit(actor) and actor.user_id is not None:
            # Lock the member of staff, so that concurrent refunds count each other.
            work.users.get(actor.user_id)
        order = _order(work, command)
        is_staff = actor.may(PERMISSION)
        if is_staff:
            ensure_not_own_order(actor, order.user_id)
        payment = work.payments.of_order(order.id)
        if payment is None:
            raise NothingToRefund
        if not is_staff:
            order.ensure_refundable_by_customer()
        payment.ensure_refundable()
        return order, payment

    def _has_limit(self, actor: Actor) -> bool:
        return self._limits.limit_for(actor.role, PERMISSION) is not None

    def _ensure_within_limit(
        self, work: UnitOfWork, command: RequestRefundCommand, payment: Payment, amount: Money
    ) -> None:
        """For the order, what all staff have refunded counts; for the day, the actor's refunds."""
        actor = command.actor
        today = command.planned or Money.zero(amount.currency)
        if self._has_limit(actor) and actor.user_id is not None:
            since = self._limits.start_of_day(self._clock.now())
            requested = work.payments.requested_by(actor.user_id, since=since)
            today += Money(requested, amount.currency)
        used = max(payment.refunded_by_staff, today)
        self._limits.ensure_within(actor.role, PERMISSION, amount, used=used)


def _plan(command: RequestRefundCommand, order: Order, payment: Payment) -> RefundPlan:
    if command.expected_refundable not in {None, payment.refundable}:
        raise ConcurrentChange(_OTHER_REFUNDABLE)
    amount = None
    if command.amount is not None:
        amount = Money.parse(command.amount, payment.amount.currency)
    plan = plan_refund(order, payment, amount=amount, units=command.units)
    if command.expected_amount not in {None, plan.amount}:
        raise ConcurrentChange(_OTHER_REFUNDABLE)
    return plan


def _order(work: UnitOfWork, command: RequestRefundCommand) -> Order:
    if command.actor.may(PERMISSION):
        return work.orders.get(command.order_id)
    if command.actor.user_id is None:
        raise OrderNotFound
    return work.orders.of_user(command.order_id, command.actor.user_id)
