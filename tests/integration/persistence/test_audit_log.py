from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from novacart.adapters.persistence.back_office.audit_log import SqlAuditLog
from novacart.adapters.persistence.database import Database
from novacart.application.back_office.verify_audit_log import VerifyAuditLog
from tests.support.contracts.audit_log import AuditTrailContract, message


class TestSqlAuditTrail(AuditTrailContract):
    @pytest.fixture
    def trail(self, database: Database) -> SqlAuditLog:
        return SqlAuditLog(database)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entries SET actor = 'nobody'", "DELETE FROM audit_entries"]
)
def test_the_database_itself_refuses_to_change_an_entry(database: Database, statement: str) -> None:
    trail = SqlAuditLog(database)
    trail.add(message(1))

    with (
        pytest.raises(DBAPIError, match="only ever added"),
        database.engine.begin() as connection,
    ):
        connection.execute(text(statement))

    assert trail.end().length == 1
    assert VerifyAuditLog(trail=trail)().broken_at is None


def test_workers_that_add_at_once_take_turns(database: Database) -> None:
    trail = SqlAuditLog(database)
    numbers = [*range(1, 21), *range(1, 21)]

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(lambda number: trail.add(message(number)), numbers))

    assert trail.end().length == 20
    assert VerifyAuditLog(trail=trail)().broken_at is None
