"""Turns, told apart by the database."""

from datetime import datetime, timedelta

from sqlalchemy.dialects import postgresql, sqlite

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.jobs.tables import schedule_turns as turns


class SqlJobLock:
    """One conditional upsert: of any number of workers, one changes the row."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, name: str, *, at: datetime, every: timedelta) -> bool:
        insert = postgresql.insert if self._database.dialect == "postgresql" else sqlite.insert
        mine = insert(turns).values(name=name, taken_at=at)
        statement = mine.on_conflict_do_update(
            index_elements=[turns.c.name],
            set_={"taken_at": mine.excluded.taken_at},
            where=turns.c.taken_at <= at - every,
        ).returning(turns.c.name)
        with self._database.writing() as connection:
            taken = connection.execute(statement).first() is not None
            connection.commit()
        return taken
