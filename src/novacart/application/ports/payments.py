"""Repository of payments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self

from novacart.domain.payments.payment import Payment
from novacart.domain.shared.ids import OrderId, PaymentId, RefundId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentLocator:
    """Ids to lock before a payment is changed, in the order in which locks are taken."""

    order_id: OrderId
    payment_id: PaymentId

    @classmethod
    def of(cls, payment: Payment) -> Self:
        return cls(order_id=payment.order_id, payment_id=payment.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineCount:
    """`first_at` is when the oldest of the payments was created; None without declines."""

    declines: int
    first_at: datetime | None


class Payments(Protocol):
    """A loaded payment is locked; lock its order first.

    Methods that return a `PaymentLocator` lock nothing.
    """

    def add(self, payment: Payment) -> None: ...

    def save(self, payment: Payment) -> None:
        """Raises `ConcurrentChange` if it was saved elsewhere since it was loaded."""
        ...

    def get(self, payment_id: PaymentId) -> Payment:
        """Raises `PaymentNotFound`."""
        ...

    def of_order(self, order_id: OrderId) -> Payment | None:
        """The order's payment that was not cancelled; there is at most one."""
        ...

    def locate(
        self, payment_id: PaymentId, *, order_number: str | None = None
    ) -> PaymentLocator | None:
        """None also if the payment belongs to another order than `order_number`."""
        ...

    def by_reference(self, reference: str) -> PaymentLocator | None:
        """By the provider's id."""
        ...

    def locate_refund(self, refund_id: RefundId) -> PaymentLocator | None: ...

    def declines_of(self, user_id: UserId, *, since: datetime) -> DeclineCount:
        """The declined attempts of the user's payments created after `since`; not locked."""
        ...

    def requested_by(self, user_id: UserId, *, since: datetime) -> int:
        """The minor units that this member of staff has requested to refund; not locked.

        Without refunds that failed or were cancelled.
        """
        ...

    def due_for_check(self, at: datetime, *, limit: int) -> Sequence[PaymentLocator]:
        """Payments whose `check_at` has passed, the longest overdue first."""
        ...
