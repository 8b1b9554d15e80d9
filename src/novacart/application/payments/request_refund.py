"""Give a customer money back."""

from collections.abc import Sequence
from dataclasses import dataclass

from novacart.application.authorization.limits import ensure_within_limit
from novacart.application.payments.idempotency import new_key
from novacart.application.payments.policy import FollowUpPolicy
from novacart.application.payments.send_refund import SendRefund
from novacart.application.payments.settle_refunds import parts_of
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import GatewayUnavailable
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.lifecycle import OrderStatus
from novacart.domain.ordering.line import RefundItem
from novacart.domain.ordering.order import Order
from novacart.domain.payments.errors import (
    NothingToRefund,
    PartialRefundNeedsStaff,
    RefundNotAllowed,
    RefundRefused,
)
from novacart.domain.payments.lifecycle import RefundStatus
from novacart.domain.payments.payment import Payment
from novacart.domain.payments.refund import Refund, RefundOrigin
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import OrderId, OrderLineId, RefundId, UserId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundedUnits:
    """`quantity` pieces of one line."""

    line_id: OrderLineId
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRefundCommand:
    """All that is left where neither `amount` nor `units` says less.

    Both together mean that so much of the price of those units goes back, and the goods are
    kept. `as_staff` may refund any part of any order; a customer the whole of an own one.
    `amount` is in major units. `at_most` is what whoever asks may give back at a time.
    """

    user_id: UserId
    order_id: OrderId
    as_staff: bool = False
    at_most: Money | None = None
    amount: str | None = None
    units: Sequence[RefundedUnits] = ()
    reason: str = ""
    idempotency_key: str | None = None


class RequestRefund:
    """Commit the refund with its key, then have the provider make it.

    Where the provider is out of reach the refund stays requested and is sent again later.
    Raises `OrderNotFound`, `RefundNotAllowed`, `NothingToRefund`, `RefundExceedsPayment`,
    `AboveYourLimit`, `InvalidValue`, and `RefundRefused` where the provider will not make it.
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

    def __call__(self, command: RequestRefundCommand) -> Refund:
        now = self._clock.now()
        with self._begin() as work:
            order = (
                work.orders.get(command.order_id)
                if command.as_staff
                else work.orders.of_user(command.order_id, command.user_id)
            )
            payment = work.payments.of_order(order.id)
            if payment is None:
                raise NothingToRefund
            if not command.as_staff:
                _check_customer(order)
            if not payment.left:
                raise NothingToRefund
            items = _items(command, order, payment)
            if not command.as_staff and _worth(items) != payment.left:
                raise PartialRefundNeedsStaff
            worth = _worth(items) if items else _amount(command, payment) or payment.left
            ensure_within_limit(command.at_most, worth)
            refund = payment.request_refund(
                id=RefundId(work.ids.take()[0]),
                key=new_key("refund"),
                amount=worth,
                origin=RefundOrigin.STAFF if command.as_staff else RefundOrigin.CUSTOMER,
                reason=command.reason,
                parts=parts_of(items),
                at=now,
            )
            if items:
                actor = self._contexts.current().actor
                order.request_refund(items, reason=command.reason, at=now, actor=actor)
                work.orders.save(order)
            payment.check_at = self._policy.next_check(payment, at=now)
            work.payments.save(payment)
            if command.idempotency_key is not None:
                work.idempotency_keys.fulfil(
                    command.user_id, command.idempotency_key, int(refund.id)
                )
            work.commit()
        return sent(self._send_refund, refund)


def sent(send_refund: SendRefund, refund: Refund) -> Refund:
    """Try to send it at once. Raises `RefundRefused` where the provider will not make it."""
    try:
        settled = send_refund(refund.id) or refund
    except GatewayUnavailable:
        return refund
    if settled.status is RefundStatus.FAILED:
        raise RefundRefused
    return settled


def _check_customer(order: Order) -> None:
    if order.status is not OrderStatus.PAID:
        raise RefundNotAllowed("Only a paid order that is not in processing can be refunded.")


def _items(command: RequestRefundCommand, order: Order, payment: Payment) -> list[RefundItem]:
    if order.paid_at is None:
        return []  # money that came late for a closed order belongs to none of its lines
    amount = _amount(command, payment)
    if not command.units:
        return order.plan_refund(amount or min(payment.left, order.refundable))
    items = [order.line(units.line_id).refund_of(units.quantity) for units in command.units]
    if len({item.line_id for item in items}) < len(items):
        raise InvalidValue("items", "Name each item once.")
    if amount is None:
        return items
    whole = _worth(items)
    if amount > whole:
        raise InvalidValue("amount", f"These items are worth {whole} {whole.currency} at most.")
    if amount == whole:
        return items
    shares = amount.split([item.amount.amount for item in items])
    return [
        order.line(item.line_id).refund_worth(share)
        for item, share in zip(items, shares, strict=True)
        if share
    ]


def _amount(command: RequestRefundCommand, payment: Payment) -> Money | None:
    if command.amount is None:
        return None
    amount = Money.parse(command.amount, payment.amount.currency)
    if amount.amount <= 0:
        raise InvalidValue("amount", "A refund is more than nothing.")
    return amount


def _worth(items: Sequence[RefundItem]) -> Money:
    first, *others = [item.amount for item in items]
    return sum(others, start=first)
