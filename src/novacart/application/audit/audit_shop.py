"""Check every invariant of the shop."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from novacart.application.audit.compare_with_provider import compare_with_provider
from novacart.application.audit.invariants import AUDIT_LOG, INVARIANTS, Invariant
from novacart.application.audit.verify_audit_log import VerifyAuditLog
from novacart.application.ports.audit_reader import AuditReader, CheckResult
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import GatewayUnavailable, PaymentGateway
from novacart.application.ports.system_checks import SystemChecks

# Stripe lists 100 payments in each response.
_COMPARED_PAYMENTS: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The result of checking one invariant."""

    invariant: Invariant
    result: CheckResult

    @property
    def holds(self) -> bool:
        return not self.result.violations


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """`provider` is the result of the comparison with the provider, as a phrase."""

    findings: Sequence[Finding]
    provider: str

    @property
    def holds(self) -> bool:
        return all(finding.holds for finding in self.findings)

    @property
    def summary(self) -> str:
        violated = [finding.invariant.name for finding in self.findings if not finding.holds]
        if not violated:
            return f"All {len(self.findings)} invariants hold; {self.provider}."
        return f"Violated: {', '.join(violated)}; {self.provider}."


class AuditShop:
    """Check every invariant in the database and, if configured, at the payment provider.

    A `complete` audit compares all payments with the provider and verifies the whole audit log.
    Another one compares the newest 100,000 payments, compares the balance only if there are no
    others, and verifies the audit log in parts.

    Stores the result for the back office. An unreachable provider is noted in the report and
    violates no invariant.
    """

    def __init__(
        self,
        *,
        reader: AuditReader,
        gateway: PaymentGateway,
        verify_audit_log: VerifyAuditLog,
        results: SystemChecks,
        clock: Clock,
    ) -> None:
        self._reader = reader
        self._gateway = gateway
        self._verify_audit_log = verify_audit_log
        self._results = results
        self._clock = clock

    def __call__(self, *, complete: bool = False) -> AuditReport:
        now = self._clock.now()
        results = {
            invariant.number: self._reader.check(invariant.number, now=now)
            for invariant in INVARIANTS
            if invariant is not AUDIT_LOG
        }
        results[AUDIT_LOG.number] = self._check_audit_log(None if complete else now.toordinal())
        since = None if complete else self._reader.newest_payments_since(_COMPARED_PAYMENTS)
        provider = self._add_provider_results(results, since)
        report = AuditReport(
            findings=[
                Finding(invariant=invariant, result=results[invariant.number])
                for invariant in INVARIANTS
            ],
            provider=provider,
        )
        self._results.record("audit", ok=report.holds, summary=report.summary, at=now)
        return report

    def _check_audit_log(self, day: int | None) -> CheckResult:
        report = self._verify_audit_log(day=day)
        if report.broken_at is None:
            return CheckResult(checked=report.entries)
        return CheckResult(
            checked=report.entries,
            violations=[f"Entry {report.broken_at}: {report.explanation}"],
        )

    def _add_provider_results(self, results: dict[int, CheckResult], since: datetime | None) -> str:
        compared = "records" if since is None else f"records since {since:%Y-%m-%d %H:%M} UTC"
        try:
            differences = compare_with_provider(
                self._reader, self._gateway, since=since, now=self._clock.now()
            )
        except GatewayUnavailable as error:
            return f"the provider's {compared} were not compared ({error})"
        for number, difference in differences.items():
            results[number] = CheckResult(
                checked=results[number].checked + difference.checked,
                violations=[*results[number].violations, *difference.violations],
            )
        if any(difference.violations for difference in differences.values()):
            return f"the provider's {compared} differ"
        return f"the provider's {compared} agree"
