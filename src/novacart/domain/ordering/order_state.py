"""What an order is made of, and how it moves along its lifecycles."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from novacart.domain.ordering.address import ShippingAddress
from novacart.domain.ordering.errors import EmptyCart, InvalidTransition, OrderLineNotFound
from novacart.domain.ordering.history import ChangeSubject, StatusChange
from novacart.domain.ordering.lifecycle import (
    ORDER_LIFECYCLE,
    PAYMENT_LIFECYCLE,
    LineStatus,
    OrderStatus,
    PaymentMethod,
    PaymentStatus,
)
from novacart.domain.ordering.line import OrderLine
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import OrderId, OrderLineId, UserId
from novacart.domain.shared.money import Money


class OrderState(AggregateRoot):
    """An order as it stands. Every move is a row of `history`; the placement itself is none."""

    __slots__ = (
        "_lines",
        "address",
        "carrier",
        "delivered_at",
        "email",
        "estimated_delivery",
        "expires_at",
        "history",
        "id",
        "number",
        "paid_at",
        "payment_method",
        "payment_status",
        "placed_at",
        "shipped_at",
        "status",
        "tracking_number",
        "user_id",
    )

    def __init__(
        self,
        *,
        id: OrderId,
        number: str,
        user_id: UserId,
        email: str,
        status: OrderStatus,
        payment_method: PaymentMethod,
        payment_status: PaymentStatus,
        lines: Iterable[OrderLine],
        address: ShippingAddress | None,
        placed_at: datetime,
        expires_at: datetime | None,
        estimated_delivery: date,
        paid_at: datetime | None = None,
        shipped_at: datetime | None = None,
        delivered_at: datetime | None = None,
        carrier: str | None = None,
        tracking_number: str | None = None,
        history: Iterable[StatusChange] = (),
        version: int = 0,
    ) -> None:
        """An order as it was stored; `Order.place` makes a new one."""
        super().__init__(version=version)
        self.id = id
        self.number = number
        self.user_id = user_id
        self.email = email
        self.status = status
        self.payment_method = payment_method
        self.payment_status = payment_status
        self._lines = {line.id: line for line in lines}
        self.address = address
        self.placed_at = placed_at
        self.expires_at = expires_at
        self.estimated_delivery = estimated_delivery
        self.paid_at = paid_at
        self.shipped_at = shipped_at
        self.delivered_at = delivered_at
        self.carrier = carrier
        self.tracking_number = tracking_number
        self.history = tuple(history)
        if not self._lines:
            raise EmptyCart

    @property
    def lines(self) -> tuple[OrderLine, ...]:
        return tuple(self._lines.values())

    def line(self, line_id: OrderLineId) -> OrderLine:
        """Raises `OrderLineNotFound`."""
        try:
            return self._lines[line_id]
        except KeyError:
            raise OrderLineNotFound from None

    @property
    def currency(self) -> str:
        return self.total.currency

    @property
    def total(self) -> Money:
        """The sum of all lines as they were bought; cancelling or refunding one keeps it."""
        first, *others = self.lines
        return sum((line.total for line in others), first.total)

    def _must_allow(self, after: OrderStatus) -> None:
        if after not in ORDER_LIFECYCLE[self.payment_method][self.status]:
            raise InvalidTransition(self.status, after)

    def _move(self, after: OrderStatus, *, at: datetime, actor: str, reason: str) -> None:
        self._must_allow(after)
        self._note(ChangeSubject.ORDER, self.status, after, at=at, actor=actor, reason=reason)
        self.status = after

    def _move_payment(self, after: PaymentStatus, *, at: datetime, actor: str, reason: str) -> None:
        if after not in PAYMENT_LIFECYCLE[self.payment_status]:
            raise InvalidTransition(self.payment_status, after)
        before = self.payment_status
        self._note(ChangeSubject.PAYMENT, before, after, at=at, actor=actor, reason=reason)
        self.payment_status = after

    def _move_line(
        self, line: OrderLine, after: LineStatus, *, at: datetime, actor: str, reason: str
    ) -> None:
        before = line.status
        line.become(after)
        self._note(
            ChangeSubject.LINE, before, after, at=at, actor=actor, reason=reason, line_id=line.id
        )

    def _note(
        self,
        subject: ChangeSubject,
        before: str,
        after: str,
        *,
        at: datetime,
        actor: str,
        reason: str,
        line_id: OrderLineId | None = None,
    ) -> None:
        change = StatusChange(
            subject=subject,
            line_id=line_id,
            before=str(before),
            after=str(after),
            at=at,
            actor=actor,
            reason=reason,
        )
        self.history = (*self.history, change)

    def _facts(self, at: datetime) -> dict[str, Any]:
        """What every event of this order says."""
        return {
            "order_id": self.id,
            "order_number": self.number,
            "user_id": self.user_id,
            "payment_method": str(self.payment_method),
            "currency": self.currency,
            "occurred_at": at,
        }
