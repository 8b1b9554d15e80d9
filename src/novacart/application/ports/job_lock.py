"""Lock that lets one worker run each scheduled job."""

from datetime import datetime, timedelta
from typing import Protocol


class JobLock(Protocol):
    def take(self, name: str, *, at: datetime, every: timedelta) -> bool:
        """Return True for one caller in each interval `every`."""
        ...
