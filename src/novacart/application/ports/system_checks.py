"""Results of system checks, shown in the back office."""

from datetime import datetime
from typing import Protocol


class SystemChecks(Protocol):
    def record(self, name: str, *, ok: bool, summary: str, at: datetime) -> None:
        """Store the newest result of the check `name`."""
        ...
