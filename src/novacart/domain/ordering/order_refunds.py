"""Money of an order that goes back to the customer, whole or in part."""

from collections.abc import Sequence
from datetime import datetime

from novacart.domain.ordering.errors import OrderNotPaid, RefundExceedsPayment
from novacart.domain.ordering.events import (
    OrderRefundFailed,
    OrderRefundRequested,
    OrderRefundSettled,
)
from novacart.domain.ordering.lifecycle import OrderStatus, PaymentMethod, PaymentStatus
from novacart.domain.ordering.line import LineUnits, OrderLine, RefundItem
from novacart.domain.ordering.order_state import OrderState
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.money import Money

_PAID = {PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED}


class RefundableOrder(OrderState):
    """A refund is requested, and then either settled or failed, by the same items.

    Whoever keeps the refunds sees to it that each is settled or failed once.
    """

    __slots__ = ()

    @property
    def refunded(self) -> Money:
        return self._sum([line.refunded_amount for line in self.lines])

    @property
    def refundable(self) -> Money:
        """What was paid and is neither back nor on its way back."""
        if not self._is_paid_online:
            return Money.zero(self.currency)
        return self._sum([line.refundable for line in self.lines])

    def plan_refund(self, amount: Money) -> list[RefundItem]:
        """`amount` spread over the lines in proportion to what is left of each.

        Raises `RefundExceedsPayment` past what is left, `InvalidValue` for nothing, `OrderNotPaid`.
        """
        self._must_be_paid()
        if amount > self.refundable or not self.refundable:
            raise RefundExceedsPayment(self.refundable)
        if amount.amount < 1:
            raise InvalidValue("amount", "A refund is of something.")
        lines = [line for line in self.lines if line.refundable]
        shares = amount.split([line.refundable.amount for line in lines])
        return [
            line.refund_worth(share) for line, share in zip(lines, shares, strict=True) if share
        ]

    def request_refund(
        self, items: Sequence[RefundItem], *, reason: str, at: datetime, actor: str
    ) -> None:
        """Send parts of the order on their way back.

        Raises `RefundExceedsPayment` past what is left of a line, `OrderNotPaid`.
        """
        self._must_be_paid()
        for item in items:
            self.line(item.line_id).request(item)
        self._restate_lines(items, at=at, actor=actor, reason=reason)
        self._record(
            OrderRefundRequested(
                **self._facts(at), amount_minor=self._worth(items).amount, reason=reason
            )
        )

    def settle_refund(
        self, items: Sequence[RefundItem], *, reason: str, at: datetime, actor: str
    ) -> list[LineUnits]:
        """What was requested has arrived. Gives the units whose reservation ends by it.

        Goods that were shipped are reserved no longer, so then there are none.
        """
        for item in items:
            self.line(item.line_id).settle(item)
        self._restate_lines(items, at=at, actor=actor, reason=reason)
        self._restate_payment(at=at, actor=actor, reason=reason)
        complete = self.refunded == self.total
        if complete and self.status is not OrderStatus.REFUNDED:
            self._move(OrderStatus.REFUNDED, at=at, actor=actor, reason=reason)
        amount = self._worth(items).amount
        self._record(OrderRefundSettled(**self._facts(at), amount_minor=amount, complete=complete))
        if self.shipped_at is not None:
            return []
        return [
            LineUnits(
                line_id=item.line_id,
                product_id=self.line(item.line_id).product_id,
                quantity=item.quantity,
            )
            for item in items
            if item.quantity
        ]

    def fail_refund(
        self, items: Sequence[RefundItem], *, reason: str, at: datetime, actor: str
    ) -> None:
        """What was requested won't arrive: the lines are again what they were."""
        for item in items:
            self.line(item.line_id).withdraw(item)
        self._restate_lines(items, at=at, actor=actor, reason=reason)
        self._record(
            OrderRefundFailed(
                **self._facts(at), amount_minor=self._worth(items).amount, reason=reason
            )
        )

    def reverse_refund(
        self, items: Sequence[RefundItem], *, reason: str, at: datetime, actor: str
    ) -> None:
        """What had arrived was sent back by the customer's bank: the money is owed again.

        The goods stay with the shop, so their lines wait for a new refund, and an order that
        was refunded in full stays `REFUNDED`; its payment status tells what is owed.
        """
        for item in items:
            self.line(item.line_id).reverse(item)
        self._restate_lines(items, at=at, actor=actor, reason=reason)
        self._restate_payment(at=at, actor=actor, reason=reason)
        self._record(
            OrderRefundFailed(
                **self._facts(at), amount_minor=self._worth(items).amount, reason=reason
            )
        )

    @property
    def _is_paid_online(self) -> bool:
        return self.payment_method is PaymentMethod.ONLINE and self.payment_status in _PAID

    def _must_be_paid(self) -> None:
        if not self._is_paid_online:
            raise OrderNotPaid

    def _restate_lines(
        self, items: Sequence[RefundItem], *, at: datetime, actor: str, reason: str
    ) -> None:
        touched: dict[int, OrderLine] = {item.line_id: self.line(item.line_id) for item in items}
        for line in touched.values():
            after = line.status_by_refunds()
            if after is not line.status:
                self._move_line(line, after, at=at, actor=actor, reason=reason)

    def _restate_payment(self, *, at: datetime, actor: str, reason: str) -> None:
        if self.refunded == self.total:
            after = PaymentStatus.REFUNDED
        else:
            after = PaymentStatus.PARTIALLY_REFUNDED if self.refunded else PaymentStatus.PAID
        if after is not self.payment_status:
            self._move_payment(after, at=at, actor=actor, reason=reason)

    def _worth(self, items: Sequence[RefundItem]) -> Money:
        return self._sum([item.amount for item in items])

    def _sum(self, amounts: Sequence[Money]) -> Money:
        return sum(amounts, Money.zero(self.currency))
