"""Whose turn it is to do what is done once in a while."""

from datetime import datetime, timedelta
from typing import Protocol


class JobLock(Protocol):
    def take(self, name: str, *, at: datetime, every: timedelta) -> bool:
        """True for one caller in each `every`, of however many workers ask."""
        ...
