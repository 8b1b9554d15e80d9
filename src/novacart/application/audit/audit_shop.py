"""Hold the shop to its promises."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from novacart.application.audit.compare_with_provider import compare_with_provider
from novacart.application.audit.invariants import INVARIANTS, TRAIL_UNBROKEN, Invariant
from novacart.application.ports.audit_reader import AuditReader, CheckResult
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import GatewayUnavailable, PaymentGateway
from novacart.application.ports.system_checks import SystemChecks


class AuditLogFault(Protocol):
    def __call__(self) -> str | None:
        """What is wrong with the audit trail; None where it is as it was written."""
        ...


_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found of one invariant: it holds where nothing contradicts it."""

    invariant: Invariant
    inspection: CheckResult

    @property
    def holds(self) -> bool:
        return not self.inspection.contradictions


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """`provider` says whether the provider's books were compared, or why not."""

    findings: Sequence[Finding]
    provider: str

    @property
    def holds(self) -> bool:
        return all(finding.holds for finding in self.findings)

    @property
    def summary(self) -> str:
        broken = [finding.invariant.name for finding in self.findings if not finding.holds]
        if not broken:
            return f"All {len(self.findings)} invariants hold; {self.provider}."
        return f"Broken: {', '.join(broken)}; {self.provider}."


class AuditShop:
    """Check every invariant against the database and, where there is one, the provider.

    The result is kept for the back office. A provider that can't be reached is said in the
    report, and breaks no invariant: what it would have answered is not known.
    """

    def __init__(
        self,
        *,
        books: AuditReader,
        gateway: PaymentGateway,
        trail_fault: AuditLogFault,
        results: SystemChecks,
        clock: Clock,
    ) -> None:
        self._books = books
        self._gateway = gateway
        self._trail_fault = trail_fault
        self._results = results
        self._clock = clock

    def __call__(self) -> AuditReport:
        now = self._clock.now()
        found = {
            invariant.number: self._books.inspect(invariant.number, now=now)
            for invariant in INVARIANTS
            if invariant is not TRAIL_UNBROKEN
        }
        fault = self._trail_fault()
        found[TRAIL_UNBROKEN.number] = CheckResult(
            looked_at=1, contradictions=[fault] if fault else []
        )
        provider = self._ask_provider(found)
        report = AuditReport(
            findings=[
                Finding(invariant=invariant, inspection=found[invariant.number])
                for invariant in INVARIANTS
            ],
            provider=provider,
        )
        self._results.record("audit", ok=report.holds, summary=report.summary, at=now)
        return report

    def _ask_provider(self, found: dict[int, CheckResult]) -> str:
        try:
            differences = compare_with_provider(self._books, self._gateway, since=_BEGINNING)
        except GatewayUnavailable:
            return "the payment provider could not be reached"
        for number, more in differences.items():
            found[number] = CheckResult(
                looked_at=found[number].looked_at + more.looked_at,
                contradictions=[*found[number].contradictions, *more.contradictions],
            )
        return (
            "the provider's books agree"
            if not any(inspection.contradictions for inspection in differences.values())
            else "the provider's books differ"
        )
