"""Results of system checks and failed jobs, shown in the back office."""

from datetime import datetime
from typing import Final, Protocol

PROVEN_RESTORE: Final = "proven_restore"
"""The name of the check that a backup was restored and is right."""


class SystemChecks(Protocol):
    def record(self, name: str, *, ok: bool, summary: str, at: datetime) -> None:
        """Store the newest result of the check `name`."""
        ...

    def has_failed(self, name: str) -> bool:
        """Whether the newest result of the check is a failure. False if it has none."""
        ...
