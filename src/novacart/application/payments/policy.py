"""When the provider is asked again, and how long the shop keeps trying."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from novacart.domain.payments.lifecycle import RefundStatus
from novacart.domain.payments.payment import Payment


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpPolicy:
    """`half_done` is for requests to the provider whose outcome is not on record.

    `unpaid` is for payments that the customer has yet to make, `on_its_way` for refunds that
    wait for a bank. An event that can't be handled is tried `event_attempts` times, after
    `event_delay` doubled each time.
    """

    half_done: timedelta = timedelta(seconds=25)
    unpaid: timedelta = timedelta(minutes=2)
    on_its_way: timedelta = timedelta(minutes=10)
    event_delay: timedelta = timedelta(seconds=15)
    event_attempts: int = 12

    def next_check(self, payment: Payment, *, at: datetime) -> datetime | None:
        """When to ask the provider about `payment`; None where all of it is settled."""
        refunds = {refund.status for refund in payment.refunds}
        unsent = payment.is_open and (payment.reference is None or payment.cancel_key is not None)
        if unsent or RefundStatus.REQUESTED in refunds:
            return at + self.half_done
        if payment.is_open:
            return at + self.unpaid
        return at + self.on_its_way if RefundStatus.PENDING in refunds else None

    def next_attempt(self, attempts: int, *, at: datetime) -> datetime:
        """When to handle an event again that failed `attempts` times."""
        return at + self.event_delay * (1 << min(attempts, 10))
