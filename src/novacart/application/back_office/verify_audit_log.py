"""See whether anybody tampered with the audit trail."""

from dataclasses import dataclass
from typing import Final

from novacart.application.back_office.audit_log_chain import EMPTY, hash_of
from novacart.application.ports.audit_log import AuditEntry, AuditLog, ChainEnd

_PORTION: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainReport:
    """`broken_at` is the position of the first entry that does not fit, None where all do."""

    entries: int
    broken_at: int | None
    explanation: str


class VerifyAuditLog:
    """Walk the whole chain: an entry changed, removed, inserted or cut off the end shows.

    Whoever can write the database can also write a new chain from any entry on; keep the
    newest hash elsewhere to notice that too.
    """

    def __init__(self, *, trail: AuditLog) -> None:
        self._trail = trail

    def __call__(self) -> ChainReport:
        # First, so that entries added while we walk are beyond it and no contradiction.
        promised = self._trail.end()
        end = EMPTY
        while entries := self._trail.entries(after=end.length, limit=_PORTION):
            for entry in entries:
                fault = _fault(end, entry)
                if fault:
                    return ChainReport(
                        entries=end.length, broken_at=entry.position, explanation=fault
                    )
                end = ChainEnd(length=entry.position, hash=entry.hash)
                if end.length == promised.length and end.hash != promised.hash:
                    return ChainReport(
                        entries=end.length,
                        broken_at=entry.position,
                        explanation="The last entry is not the one that was recorded as last.",
                    )
        if end.length < promised.length:
            return ChainReport(
                entries=end.length,
                broken_at=end.length + 1,
                explanation=f"{promised.length - end.length} entries are missing at the end.",
            )
        return ChainReport(entries=end.length, broken_at=None, explanation="Every entry fits.")


def _fault(end: ChainEnd, entry: AuditEntry) -> str | None:
    if entry.position != end.length + 1:
        return f"Entry {end.length + 1} is missing."
    if entry.previous_hash != end.hash:
        return "It does not follow the entry before it."
    if entry.hash != hash_of(entry):
        return "Its content is not what was recorded."
    return None
