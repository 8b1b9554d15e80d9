"""Where payments are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from novacart.domain.payments.payment import Payment
from novacart.domain.shared.ids import OrderId, PaymentId, RefundId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPlace:
    """What must be locked before a payment, in the order in which locks are taken."""

    user_id: UserId
    order_id: OrderId
    payment_id: PaymentId


class Payments(Protocol):
    """A payment is handed out locked, its order having been locked before it.

    Whatever gives a `PaymentPlace` locks nothing.
    """

    def add(self, payment: Payment) -> None: ...

    def save(self, payment: Payment) -> None:
        """Raises `ConcurrentChange` where somebody saved it since it was loaded."""
        ...

    def get(self, payment_id: PaymentId) -> Payment:
        """Raises `PaymentNotFound`."""
        ...

    def of_order(self, order_id: OrderId) -> Payment | None:
        """The order's payment that was not cancelled; there is one at most."""
        ...

    def place(self, payment_id: PaymentId) -> PaymentPlace | None: ...

    def place_called(self, reference: str) -> PaymentPlace | None:
        """By the provider's id."""
        ...

    def place_of_refund(self, refund_id: RefundId) -> PaymentPlace | None: ...

    def to_check(self, at: datetime, *, limit: int) -> Sequence[PaymentPlace]:
        """Payments whose `check_at` has come, the longest overdue first."""
        ...
