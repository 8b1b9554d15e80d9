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
    created_at: datetime


class AuditReader(Protocol):
    def check(self, number: int, *, now: datetime) -> CheckResult:
        """Check the invariant with this number in the database."""
        ...

    def newest_payments_since(self, count: int) -> datetime | None:
        """Return when the payment before the newest `count` was created; None without one."""
        ...

    def payments(self, *, since: datetime) -> Sequence[RecordedPayment]:
        """Return the payments created since then that were opened at the provider."""
        ...

    def net_captured(self) -> Mapping[str, int]:
        """Return captures less pending and succeeded refunds, in minor units by currency."""
        ...
