"""What the shop's checks of itself found."""

from datetime import datetime
from typing import Protocol


class SystemChecks(Protocol):
    def record(self, name: str, *, ok: bool, summary: str, at: datetime) -> None:
        """Keep this as the newest result of the check called `name`."""
        ...
