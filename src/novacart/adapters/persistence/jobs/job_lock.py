"""Job locks in the database."""

from datetime import datetime, timedelta

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.jobs.tables import job_locks
from novacart.adapters.persistence.upserts import conflict_insert


class SqlJobLock:
    """One conditional upsert: only one of several workers changes the row."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, name: str, *, at: datetime, every: timedelta) -> bool:
        upsert = conflict_insert(self._database.dialect, job_locks).values(name=name, taken_at=at)
        statement = upsert.on_conflict_do_update(
            index_elements=[job_locks.c.name],
            set_={"taken_at": upsert.excluded.taken_at},
            where=job_locks.c.taken_at <= at - every,
        ).returning(job_locks.c.name)
        with self._database.writing() as connection:
            taken = connection.execute(statement).first() is not None
            connection.commit()
        return taken
