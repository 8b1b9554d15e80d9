"""SQL check that returns one row per violation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, TextClause, bindparam, text

from novacart.adapters.persistence.metadata import UtcDateTime
from novacart.application.ports.audit_reader import CheckResult

# Enough to find the fault; one fault may cause a million violations.
_MAX_VIOLATIONS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditCheck:
    """`violations` selects one row per violation; `message` is formatted with its columns.

    `population` counts the rows that are checked. `times` names parameters of the statement and
    their offset from the current time.
    """

    message: str
    population: str
    violations: str
    times: Mapping[str, timedelta] = field(default_factory=dict)

    def run(self, connection: Connection, now: datetime) -> CheckResult:
        times = {name: now + offset for name, offset in self.times.items()}
        rows = connection.execute(_statement(self.violations, times), times).mappings()
        return CheckResult(
            checked=connection.execute(text(self.population)).scalar_one(),
            violations=[self.message.format_map(row) for row in rows.fetchmany(_MAX_VIOLATIONS)],
        )


def run_all(checks: Sequence[AuditCheck], connection: Connection, now: datetime) -> CheckResult:
    """Run several checks and merge their results."""
    results = [check.run(connection, now) for check in checks]
    return CheckResult(
        checked=sum(result.checked for result in results),
        violations=[message for result in results for message in result.violations],
    )


def _statement(sql: str, times: Mapping[str, datetime]) -> TextClause:
    return text(sql).bindparams(*(bindparam(name, type_=UtcDateTime) for name in times))
