"""Retries of webhook events, and limits of declined payments."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

DECLINE_WINDOW: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRetryPolicy:
    """An event is tried `max_attempts` times. `delay` doubles after each attempt."""

    delay: timedelta = timedelta(seconds=15)
    max_attempts: int = 12

    def next_attempt(self, attempts: int, *, at: datetime) -> datetime:
        """When to try again after that number of attempts."""
        return at + self.delay * (1 << min(attempts, 10))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclinePolicy:
    """Numbers of declined payments; None for no limit.

    After `per_order`, the order is cancelled. After `per_account`, counted over the payments
    started in the last `DECLINE_WINDOW`, the account can start no other payment.
    """

    per_order: int | None = None
    per_account: int | None = None
