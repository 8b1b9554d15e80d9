"""The time, as the application asks for it."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment: aware, UTC."""
        ...
