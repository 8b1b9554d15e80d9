"""What the shop decides about orders."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutPolicy:
    """`pending_order_ttl`: how long an unpaid order waits for its payment."""

    pending_order_ttl: timedelta
