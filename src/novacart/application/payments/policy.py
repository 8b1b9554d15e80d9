"""When a webhook event that failed is handled again."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRetryPolicy:
    """An event is tried `max_attempts` times. `delay` doubles after each attempt."""

    delay: timedelta = timedelta(seconds=15)
    max_attempts: int = 12

    def next_attempt(self, attempts: int, *, at: datetime) -> datetime:
        """When to try again after that number of attempts."""
        return at + self.delay * (1 << min(attempts, 10))
