"""Generator of order numbers."""

from datetime import datetime
from typing import Protocol


class OrderNumbers(Protocol):
    def __call__(self, at: datetime, /) -> str:
        """A random number that cannot be guessed; it may, rarely, be in use already."""
        ...
