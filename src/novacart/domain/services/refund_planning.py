"""Planning a refund of an order and its payment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from novacart.domain.ordering.order import Order
from novacart.domain.payments.payment import Payment
from novacart.domain.payments.refund import Refund, RefundOrigin
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import OrderLineId, RefundId, UserId
from novacart.domain.shared.money import Money
from novacart.domain.shared.refunds import LineQuantity, RefundItem


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPlan:
    """An amount and its split over order lines.

    `items` is empty for a late payment: its order was cancelled, and no line was paid.
    """

    amount: Money
    items: Sequence[RefundItem] = ()

    @classmethod
    def of_items(cls, items: Sequence[RefundItem]) -> Self:
        first, *others = [item.amount for item in items]
        return cls(amount=sum(others, start=first), items=items)

    def request(
        self,
        *,
        order: Order,
        payment: Payment,
        id: RefundId,
        key: str,
        origin: RefundOrigin,
        reason: str,
        at: datetime,
        actor: str,
        requested_by: UserId | None = None,
    ) -> Refund:
        """Request the refund of the payment and of the order lines.

        Raises `NothingToRefund`, `RefundExceedsPayment` and what `Order.request_refund` raises.
        """
        refund = payment.request_refund(
            id=id,
            key=key,
            amount=self.amount,
            origin=origin,
            reason=reason,
            items=self.items,
            at=at,
            requested_by=requested_by,
        )
        if self.items:
            order.request_refund(self.items, reason=reason, at=at, actor=actor)
        return refund


def plan_refund(
    order: Order,
    payment: Payment,
    *,
    amount: Money | None = None,
    units: Sequence[LineQuantity] = (),
) -> RefundPlan:
    """Split a refund over the order lines.

    By default everything that is left. An `amount` is spread over all lines in proportion to
    what is left of each. `units` are refunded at their price, or at `amount` together, in
    which case the customer keeps the goods. Raises `InvalidValue` for an amount that is not
    positive or above the price of the units, for a line named twice, and for units of a late
    payment, which paid no line; and what the order raises.
    """
    if amount is not None and amount.amount <= 0:
        raise InvalidValue("amount", "A refund must be more than zero.")
    if order.paid_at is None:
        if units:
            raise InvalidValue("items", "No item of this order was paid. Refund an amount.")
        return RefundPlan(amount=amount or payment.refundable)
    if not units:
        total = amount or min(payment.refundable, order.refundable)
        return RefundPlan.of_items(order.plan_refund(total))
    plan = RefundPlan.of_items([order.line(one.line_id).refund_of(one.quantity) for one in units])
    if len({item.line_id for item in plan.items}) < len(plan.items):
        raise InvalidValue("items", "Name each item once.")
    if amount is None or amount == plan.amount:
        return plan
    if amount > plan.amount:
        price = plan.amount
        raise InvalidValue("amount", f"These items cost {price} {price.currency} at most.")
    shares = amount.split([item.amount.amount for item in plan.items])
    return RefundPlan.of_items(
        [
            order.line(item.line_id).refund_of_amount(share)
            for item, share in zip(plan.items, shares, strict=True)
            if share
        ]
    )


def plan_retry(order: Order, failed: Refund) -> RefundPlan:
    """Request the same refund again; units of a refund that a bank returned stay returned.

    What is left of a line is refunded with its remaining units. If the order is paid and the
    refund has no items, it began at the provider while less than its amount could be refunded: it
    is now spread over the lines. Raises what `Order.plan_refund` raises.
    """
    if not failed.items and order.paid_at is not None:
        return RefundPlan.of_items(order.plan_refund(failed.amount))
    items = [
        order.line(item.line_id).refund_again(item, is_returned=failed.returned)
        for item in failed.items
    ]
    return RefundPlan(amount=failed.amount, items=items)


def plan_line_refund(order: Order, line_id: OrderLineId) -> RefundPlan:
    """Refund everything that is left of one line."""
    line = order.line(line_id)
    return RefundPlan.of_items([line.refund_of_amount(line.refundable)])
