"""Turns in memory."""

from datetime import datetime, timedelta
from threading import Lock


class FakeJobLock:
    def __init__(self) -> None:
        self._lock = Lock()
        self._taken: dict[str, datetime] = {}

    def take(self, name: str, *, at: datetime, every: timedelta) -> bool:
        with self._lock:
            before = self._taken.get(name)
            if before is not None and before > at - every:
                return False
            self._taken[name] = at
            return True
