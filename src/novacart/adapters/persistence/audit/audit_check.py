"""A question to the books, whose every answer is a contradiction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, TextClause, bindparam, text

from novacart.adapters.persistence.metadata import UtcDateTime
from novacart.application.ports.audit_reader import CheckResult

# A broken shop may contradict itself a million times; the first ones tell as much.
_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditCheck:
    """`contradictions` selects what is wrong, `sentence` is filled from its columns.

    `population` counts what was looked at. `moments` are times relative to now that the
    statement names.
    """

    sentence: str
    population: str
    contradictions: str
    moments: Mapping[str, timedelta] = field(default_factory=dict)

    def ask(self, connection: Connection, now: datetime) -> CheckResult:
        times = {name: now + offset for name, offset in self.moments.items()}
        rows = connection.execute(_statement(self.contradictions, times), times).mappings()
        return CheckResult(
            looked_at=connection.execute(text(self.population)).scalar_one(),
            contradictions=[self.sentence.format_map(row) for row in rows.fetchmany(_SHOWN)],
        )


def ask_all(
    audit_checks: Sequence[AuditCheck], connection: Connection, now: datetime
) -> CheckResult:
    """One inspection out of several questions."""
    answers = [question.ask(connection, now) for question in audit_checks]
    return CheckResult(
        looked_at=sum(answer.looked_at for answer in answers),
        contradictions=[said for answer in answers for said in answer.contradictions],
    )


def _statement(sql: str, times: Mapping[str, datetime]) -> TextClause:
    return text(sql).bindparams(*(bindparam(name, type_=UtcDateTime) for name in times))
