"""Numbers for new orders."""

from datetime import datetime
from typing import Protocol


class OrderNumbers(Protocol):
    def __call__(self, at: datetime, /) -> str:
        """A number that nobody could have guessed; very likely, but not surely, a new one."""
        ...
