"""Check the database connection and the schema revision."""

from collections.abc import Sequence

import structlog
from sqlalchemy import text

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.revisions import current, heads, is_later, known
from novacart.application.ports.errors import StorageUnavailable
from novacart.application.ports.readiness import Dependency

_log = structlog.get_logger("novacart.readiness")


class SqlReadiness:
    def __init__(self, database: Database) -> None:
        self._database = database
        # An update can replace the files of this release while it runs.
        self._heads = heads()
        self._known = known()

    def __call__(self) -> Sequence[Dependency]:
        try:
            with self._database.reading() as connection:
                connection.execute(text("SELECT 1"))
                revisions = current(connection)
        except StorageUnavailable as error:
            _log.warning("database_unreachable", reason=error.explanation)
            return [
                Dependency(
                    name="database",
                    ok=False,
                    detail="The database can't be reached.",
                    explanation=error.explanation,
                ),
                Dependency(
                    name="migrations",
                    ok=False,
                    detail="Unknown, because the database can't be reached.",
                ),
            ]
        # The release before works with the schema of the next one, and can be started again.
        migrated = revisions == self._heads or is_later(revisions, self._known)
        return [
            Dependency(name="database", ok=True, detail="The database can be reached."),
            Dependency(
                name="migrations",
                ok=migrated,
                detail="The schema is up to date."
                if migrated
                else "The schema is not up to date: run `novacart migrate`.",
            ),
        ]
