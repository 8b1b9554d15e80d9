"""Verify the hash chain of the audit log."""

from dataclasses import dataclass
from typing import Final

from novacart.application.back_office.audit_log_chain import EMPTY, hash_of
from novacart.application.ports.audit_log import AuditEntry, AuditLog, ChainEnd

_BATCH: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainReport:
    """`broken_at` is the position of the first invalid entry, None for a valid chain."""

    entries: int
    broken_at: int | None
    explanation: str


class VerifyAuditLog:
    """Read the whole chain and detect entries changed, removed, inserted or truncated.

    Someone with write access to the database can forge a valid chain from any entry on. Keep
    copies of the latest hash elsewhere to detect that.
    """

    def __init__(self, *, audit_log: AuditLog) -> None:
        self._audit_log = audit_log

    def __call__(self) -> ChainReport:
        # Read first: entries added during the walk come after it and are not an error.
        recorded = self._audit_log.end()
        end = EMPTY
        while entries := self._audit_log.entries(after=end.length, limit=_BATCH):
            for entry in entries:
                error = _error(end, entry)
                if error:
                    return ChainReport(
                        entries=end.length, broken_at=entry.position, explanation=error
                    )
                end = ChainEnd(length=entry.position, hash=entry.hash)
                if end.length == recorded.length and end.hash != recorded.hash:
                    return ChainReport(
                        entries=end.length,
                        broken_at=entry.position,
                        explanation="The last entry differs from the recorded end of the chain.",
                    )
        if end.length < recorded.length:
            return ChainReport(
                entries=end.length,
                broken_at=end.length + 1,
                explanation=f"{recorded.length - end.length} entries are missing at the end.",
            )
        return ChainReport(entries=end.length, broken_at=None, explanation="All entries are valid.")


def _error(end: ChainEnd, entry: AuditEntry) -> str | None:
    if entry.position != end.length + 1:
        return f"Entry {end.length + 1} is missing."
    if entry.previous_hash != end.hash:
        return "The entry does not contain the hash of the previous entry."
    if entry.hash != hash_of(entry):
        return "The entry's content does not match its hash."
    return None
