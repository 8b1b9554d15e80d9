"""How the shop is, from its tables; and what its checks found."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Table, func, select
from sqlalchemy.dialects import postgresql, sqlite

from novacart.adapters.persistence.back_office.tables import check_results
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.jobs.tables import schedule_turns
from novacart.adapters.persistence.outbox.tables import outbox_messages
from novacart.adapters.persistence.payments.tables import webhook_events
from novacart.application.back_office.health import (
    Health,
    JobState,
    QueueState,
    SystemCheck,
)

_NAMES: Final = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_SET_ASIDE: Final = ("parked", "quarantined")


class SqlHealthQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    def health(self) -> Health:
        with self._database.reading() as connection:
            queues = [
                QueueState(name=name, **connection.execute(_queue(table, since)).mappings().one())
                for name, table, since in (
                    ("Outbox", outbox_messages, "occurred_at"),
                    ("Webhook events", webhook_events, "received_at"),
                )
            ]
            turns = connection.execute(select(schedule_turns).order_by(schedule_turns.c.name))
            schedules = [JobState(name=row.name, last_begun=row.taken_at) for row in turns]
            found = connection.execute(select(check_results).order_by(check_results.c.name))
            checks = [SystemCheck(**row) for row in found.mappings()]
        return Health(
            database=_NAMES[self._database.dialect],
            queues=queues,
            schedules=schedules,
            checks=checks,
        )


class SqlSystemChecks:
    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, name: str, *, ok: bool, summary: str, at: datetime) -> None:
        insert = postgresql.insert if self._database.dialect == "postgresql" else sqlite.insert
        found = {"ok": ok, "summary": summary, "checked_at": at}
        statement = insert(check_results).values(name=name, **found)
        with self._database.writing() as connection:
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[check_results.c.name],
                    set_={key: statement.excluded[key] for key in found},
                )
            )
            connection.commit()


def _queue(table: Table, since: str) -> Any:  # noqa: ANN401 (a select of three scalars)
    waiting = table.c.state == "pending"
    aside = select(func.count()).where(table.c.state.in_(_SET_ASIDE)).scalar_subquery()
    return select(
        func.count().label("waiting"),
        func.min(table.c[since], type_=table.c[since].type).label("oldest"),
        aside.label("set_aside"),
    ).where(waiting)
