"""Settings of the checkout."""

from dataclasses import dataclass, field
from datetime import UTC, timedelta, tzinfo

from novacart.domain.ordering.limits import OrderLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutPolicy:
    """`pending_order_ttl` is how long an unpaid order reserves its stock.

    `online_payments` is False if no payment provider is configured. Dates that customers see
    are dates in `timezone`.
    """

    pending_order_ttl: timedelta
    online_payments: bool = True
    timezone: tzinfo = UTC
    limits: OrderLimits = field(default_factory=OrderLimits)
