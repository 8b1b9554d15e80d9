"""Verify the hash chain of the audit log."""

from dataclasses import dataclass
from typing import Final

from novacart.application.audit.hash_chain import EMPTY, hash_of
from novacart.application.ports.audit_log import AuditEntry, AuditLog, ChainEnd

_BATCH_SIZE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainReport:
    """`broken_at` is the position of the first wrong or missing entry; None if there is none."""

    entries: int
    broken_at: int | None
    explanation: str


class VerifyAuditLog:
    """Detect changed, removed, inserted and truncated entries.

    An attacker who can write to the database can also replace the chain from any entry to the
    end. To detect that, store the newest hash outside the database.
    """

    def __init__(self, audit_log: AuditLog) -> None:
        self._audit_log = audit_log

    def __call__(self) -> ChainReport:
        # Read first: entries added meanwhile come after this end and are valid.
        recorded_end = self._audit_log.end()
        end = EMPTY
        while entries := self._audit_log.entries(after=end.length, limit=_BATCH_SIZE):
            for entry in entries:
                fault = _fault(end, entry)
                if fault:
                    return ChainReport(
                        entries=end.length, broken_at=entry.position, explanation=fault
                    )
                end = ChainEnd(length=entry.position, hash=entry.hash)
                if end.length == recorded_end.length and end.hash != recorded_end.hash:
                    return ChainReport(
                        entries=end.length,
                        broken_at=entry.position,
                        explanation="The last entry is not the recorded one.",
                    )
        missing = recorded_end.length - end.length
        if missing > 0:
            return ChainReport(
                entries=end.length,
                broken_at=end.length + 1,
                explanation=f"{missing} entries are missing at the end.",
            )
        return ChainReport(entries=end.length, broken_at=None, explanation="The chain is complete.")


def _fault(end: ChainEnd, entry: AuditEntry) -> str | None:
    if entry.position != end.length + 1:
        return f"Entry {end.length + 1} is missing."
    if entry.previous_hash != end.hash:
        return "The entry does not contain the hash of the previous entry."
    if entry.hash != hash_of(entry):
        return "The content was changed."
    return None
