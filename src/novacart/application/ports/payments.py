"""Where payments are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from novacart.domain.payments.payment import Payment
from novacart.domain.shared.ids import OrderId, PaymentId, RefundId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentLocator:
    """What must be locked before a payment, in the order in which locks are taken."""

    user_id: UserId
    order_id: OrderId
    payment_id: PaymentId


class Payments(Protocol):
    """A payment is handed out locked, its order having been locked before it.

    Whatever gives a `PaymentLocator` locks nothing.
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

    def place(self, payment_id: PaymentId) -> PaymentLocator | None: ...

    def by_reference(self, reference: str) -> PaymentLocator | None:
        """By the provider's id."""
        ...

    def locate_refund(self, refund_id: RefundId) -> PaymentLocator | None: ...

    def to_check(self, at: datetime, *, limit: int) -> Sequence[PaymentLocator]:
        """Payments whose `check_at` has come, the longest overdue first."""
        ...
