"""Verify the hash chain of the audit log."""

from dataclasses import dataclass, replace
from typing import Final

from novacart.application.audit.hash_chain import EMPTY, hash_of
from novacart.application.ports.audit_log import AuditEntry, AuditLog, ChainEnd
from novacart.application.processor_time import yielding_processor

_BATCH_SIZE: Final = 1000
_PART: Final = 1_000_000


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

    def __call__(self, *, day: int | None = None) -> ChainReport:
        """Verify all entries, or with `day` a part of a log of more than two million entries.

        The newest million entries are verified each day, and each million of the others in turn.
        `day` is a number that rises by one each day.
        """
        # Read first: entries added meanwhile come after this end and are valid.
        recorded_end = self._audit_log.end()
        entries = 0
        for after, last in _parts(recorded_end.length, day):
            report = self._verify(after, last, recorded_end)
            entries += report.entries
            if report.broken_at is not None:
                return replace(report, entries=entries)
        return ChainReport(entries=entries, broken_at=None, explanation="The chain is complete.")

    def _verify(self, after: int, last: int | None, recorded_end: ChainEnd) -> ChainReport:
        """Verify the entries after position `after`, up to `last` or to the end of the chain."""
        end, verified = EMPTY, 0
        if after:
            before = self._audit_log.entries(after=after - 1, limit=1)
            if not before or before[0].position != after:
                return ChainReport(
                    entries=0, broken_at=after, explanation=f"Entry {after} is missing."
                )
            end = ChainEnd(length=after, hash=before[0].hash)
        while entries := self._audit_log.entries(after=end.length, limit=_batch(end, last)):
            for entry in yielding_processor(entries):
                fault = _fault(end, entry)
                end = ChainEnd(length=entry.position, hash=entry.hash)
                if not fault and end.length == recorded_end.length and end != recorded_end:
                    fault = "The last entry is not the recorded one."
                if fault:
                    return ChainReport(
                        entries=verified, broken_at=entry.position, explanation=fault
                    )
                verified += 1
            if end.length == last:
                break
        missing = recorded_end.length - end.length
        if last is None and missing > 0:
            return ChainReport(
                entries=verified,
                broken_at=end.length + 1,
                explanation=f"{missing} entries are missing at the end.",
            )
        return ChainReport(entries=verified, broken_at=None, explanation="")


def _parts(length: int, day: int | None) -> list[tuple[int, int | None]]:
    """Return the position before each part to verify and its last one; None is the end."""
    older = length - _PART
    if day is None or older <= _PART:
        return [(0, None)]
    after = day % -(-older // _PART) * _PART
    return [(after, min(after + _PART, older)), (older, None)]


def _batch(end: ChainEnd, last: int | None) -> int:
    return _BATCH_SIZE if last is None else min(_BATCH_SIZE, last - end.length)


def _fault(end: ChainEnd, entry: AuditEntry) -> str | None:
    if entry.position != end.length + 1:
        return f"Entry {end.length + 1} is missing."
    if entry.previous_hash != end.hash:
        return "The entry does not contain the hash of the previous entry."
    if entry.hash != hash_of(entry):
        return "The content was changed."
    return None
