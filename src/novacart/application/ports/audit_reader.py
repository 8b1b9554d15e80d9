"""What the shop has written down, read to find contradictions in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """How many things were looked at, and a sentence for each that contradicts another."""

    looked_at: int
    contradictions: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPayment:
    """A payment on record: `reference` is the provider's id of it."""

    reference: str
    order_number: str
    captured: Money


class AuditReader(Protocol):
    def inspect(self, number: int, *, now: datetime) -> CheckResult:
        """Look at all that the invariant of this number (1 to 13) speaks of, in the database."""
        ...

    def payments(self) -> Iterator[RecordedPayment]:
        """Every payment that the provider knows of."""
        ...

    def net_captured(self) -> Mapping[str, int]:
        """Captures less refunds given or being given, in minor units by currency (ISO 4217)."""
        ...
