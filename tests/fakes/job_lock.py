"""Fake job lock."""

from datetime import datetime, timedelta
from threading import Lock


class FakeJobLock:
    def __init__(self) -> None:
        self._lock = Lock()
        self._taken_at: dict[str, datetime] = {}

    def take(self, name: str, *, at: datetime, every: timedelta) -> bool:
        with self._lock:
            taken_at = self._taken_at.get(name)
            if taken_at is not None and taken_at > at - every:
                return False
            self._taken_at[name] = at
            return True
