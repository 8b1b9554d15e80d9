"""The recorded data, read by the audit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """`checked` counts the records that were checked; `violations` has one message each."""

    checked: int
    violations: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPayment:
    """`reference` is the provider's id of the payment."""

    reference: str
    order_number: str
    captured: Money


class AuditReader(Protocol):
    def check(self, number: int, *, now: datetime) -> CheckResult:
        """Check the invariant with this number (1 to 13) in the database."""
        ...

    def payments(self) -> Sequence[RecordedPayment]:
        """Return every payment that was opened at the provider."""
        ...

    def net_captured(self) -> Mapping[str, int]:
        """Return captures less pending and succeeded refunds, in minor units by currency."""
        ...
