"""Settings of the checkout."""

from dataclasses import dataclass
from datetime import UTC, timedelta, tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutPolicy:
    """`pending_order_ttl` is how long an unpaid order reserves its stock.

    `online_payments` is False if no payment provider is configured. Dates that customers see
    are dates in `timezone`.
    """

    pending_order_ttl: timedelta
    online_payments: bool = True
    timezone: tzinfo = UTC
