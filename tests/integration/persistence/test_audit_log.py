from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from novacart.adapters.persistence.back_office.audit_log import SqlAuditLog
from novacart.adapters.persistence.database import Database
from novacart.application.audit.hash_chain import next_entry
from novacart.application.audit.verify_audit_log import VerifyAuditLog
from novacart.application.ports.audit_log import AuditEntry, ChainEnd
from novacart.application.ports.outbox import OutboxMessage
from tests.support.contracts.audit_log import AuditLogContract, message

AUDIT_LOG = "novacart.adapters.persistence.back_office.audit_log"


class TestSqlAuditLog(AuditLogContract):
    @pytest.fixture
    def audit_log(self, database: Database) -> SqlAuditLog:
        return SqlAuditLog(database)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entries SET actor = 'unknown'", "DELETE FROM audit_entries"]
)
def test_database_rejects_changes_of_entries(database: Database, statement: str) -> None:
    audit_log = SqlAuditLog(database)
    audit_log.add([message(1)])

    with (
        pytest.raises(DBAPIError, match="only ever added"),
        database.engine.begin() as connection,
    ):
        connection.execute(text(statement))

    assert audit_log.end().length == 1
    assert VerifyAuditLog(audit_log)().broken_at is None


def test_concurrent_additions_keep_the_chain(database: Database) -> None:
    audit_log = SqlAuditLog(database)
    numbers = [*range(1, 20), *range(1, 20)]

    def add_two(number: int) -> None:
        audit_log.add([message(number), message(number + 1)])

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(add_two, numbers))

    assert audit_log.end().length == 20
    assert VerifyAuditLog(audit_log)().broken_at is None


def test_message_that_another_worker_adds_meanwhile_is_not_added_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other worker does not wait, since entries are calculated before the transaction."""
    audit_log = SqlAuditLog(database)
    others = [[message(9)], [message(1), message(8)]]

    def after_others(end: ChainEnd, each: OutboxMessage) -> AuditEntry:
        if others:
            monkeypatch.setattr(f"{AUDIT_LOG}.next_entry", next_entry)
            SqlAuditLog(database).add(others.pop())
            monkeypatch.setattr(f"{AUDIT_LOG}.next_entry", after_others)
        return next_entry(end, each)

    monkeypatch.setattr(f"{AUDIT_LOG}.next_entry", after_others)
    audit_log.add([message(1), message(2)])

    entries = audit_log.entries(after=0, limit=10)
    assert [entry.message_id for entry in entries] == [1, 8, 9, 2]
    assert VerifyAuditLog(audit_log)().broken_at is None
