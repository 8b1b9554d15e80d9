"""Monthly partitions of the outbox on PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.outbox import partitions as module
from novacart.adapters.persistence.outbox.outbox import SqlOutbox
from novacart.adapters.persistence.outbox.partitions import OutboxPartitions
from novacart.adapters.persistence.outbox.writer import write_events
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.ports.errors import Unavailable
from novacart.entrypoints.container import build_container, scheduled_jobs
from novacart.entrypoints.settings import load_settings
from tests.support.contracts.outbox import STORED_BY, opened
from tests.support.query_counter import counted_statements

NOVEMBER = datetime(2026, 11, 28, 12, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
FEBRUARY = datetime(2027, 2, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def database(postgresql_url: str) -> Iterator[Database]:
    database = Database.connect(postgresql_url)
    yield database
    database.dispose()


@pytest.fixture
def partitions(database: Database) -> OutboxPartitions:
    return OutboxPartitions(database)


@pytest.fixture
def outbox(database: Database) -> SqlOutbox:
    return SqlOutbox(database, ContextVarRequestContexts())


def store(database: Database, *times: datetime) -> None:
    with database.writing() as connection:
        write_events(connection, [opened(at=at) for at in times], STORED_BY)
        connection.commit()


def stored_in(database: Database) -> dict[str, int]:
    """Return the number of messages in each partition."""
    with database.reading() as connection:
        names = connection.scalars(
            text(
                "SELECT inhrelid::regclass::text FROM pg_inherits"
                " WHERE inhparent = 'outbox_messages'::regclass ORDER BY 1"
            )
        ).all()
        return {
            name.removeprefix("outbox_messages_"): connection.execute(
                text(f"SELECT count(*) FROM {name}")  # noqa: S608 (names from the catalog)
            ).scalar_one()
            for name in names
        }


def handle_all(outbox: SqlOutbox, at: datetime) -> None:
    while messages := outbox.claim(at=at, until=at + HOUR, limit=10):
        outbox.complete(messages, at=at)


def test_partitions_of_the_next_months_exist_before_their_first_message(
    database: Database, partitions: OutboxPartitions
) -> None:
    assert partitions.create(at=NOVEMBER) == 3
    assert partitions.create(at=NOVEMBER) == 0
    store(database, DECEMBER - timedelta(microseconds=1), DECEMBER, FEBRUARY)
    assert stored_in(database) == {"2026_12": 1, "2027_01": 0, "2027_02": 1, "default": 1}


def test_job_of_the_worker_creates_partitions(
    database: Database, postgresql_url: str, tmp_path: Path
) -> None:
    environ = {"DEBUG": "True", "DATABASE_URL": postgresql_url, "VAR_DIR": str(tmp_path)}
    injector = build_container(load_settings(environ, dotenv=tmp_path / "no.env"))
    (job,) = (each for each in scheduled_jobs(injector) if each.name == "partition_outbox")
    job.run()
    now = datetime.now(UTC)
    # The next month may begin too soon.
    month_after = (now.replace(day=1) + timedelta(days=62)).strftime("%Y_%m")
    assert month_after in stored_in(database)
    injector.get(Database).dispose()


def test_messages_of_several_months_are_claimed_oldest_first(
    database: Database, partitions: OutboxPartitions, outbox: SqlOutbox
) -> None:
    partitions.create(at=NOVEMBER)
    times = [FEBRUARY, NOVEMBER, DECEMBER, DECEMBER + HOUR]
    store(database, *times)
    claimed = [
        message.occurred_at
        for _ in times
        for message in outbox.claim(at=FEBRUARY, until=FEBRUARY + HOUR)
    ]
    assert claimed == sorted(times)


def test_messages_of_a_month_without_partition_are_delivered(
    database: Database, partitions: OutboxPartitions, outbox: SqlOutbox
) -> None:
    """The job that creates partitions is late."""
    store(database, DECEMBER)
    later = DECEMBER + timedelta(days=9)
    assert partitions.create(at=later) == 3
    store(database, later)
    handle_all(outbox, later)
    assert outbox.count_pending() == 0
    assert stored_in(database) == {"2027_01": 0, "2027_02": 0, "2027_03": 0, "default": 2}
    assert outbox.prune(before=FEBRUARY) == 2


def test_messages_are_claimed_and_completed_by_index_in_a_partition_that_was_small(
    database: Database, outbox: SqlOutbox
) -> None:
    """PostgreSQL keeps the plans, which it made for one message."""
    completed = 300
    store(database, NOVEMBER)
    (first,) = outbox.claim(at=NOVEMBER, until=NOVEMBER + HOUR)
    with database.reading() as connection:
        connection.exec_driver_sql("ANALYZE outbox_messages")
    outbox.complete([first], at=NOVEMBER)
    store(database, *[NOVEMBER] * completed)
    outbox.complete(outbox.claim(at=NOVEMBER, until=NOVEMBER + HOUR, limit=completed), at=NOVEMBER)
    # Sessions add to the statistics when they end.
    database.dispose()
    read, updated = 0, 0
    while updated < 2 * completed:
        with database.reading() as connection:
            read, updated = connection.execute(
                text(
                    "SELECT sum(seq_tup_read), sum(n_tup_upd) FROM pg_stat_user_tables"
                    " WHERE relname LIKE 'outbox_messages%'"
                )
            ).one()
    assert read < 2 * completed


def test_month_that_has_messages_already_is_left_out(
    database: Database, partitions: OutboxPartitions
) -> None:
    """The clock of a web server was wrong."""
    store(database, DECEMBER)
    assert partitions.create(at=NOVEMBER) == 2
    assert stored_in(database) == {"2027_01": 0, "2027_02": 0, "default": 1}


def test_new_partition_reads_the_default_partition_before_it_blocks_writers(
    database: Database, partitions: OutboxPartitions
) -> None:
    notices: list[str] = []

    @event.listens_for(database.engine, "connect")
    def collect_notices(connection: Any, _record: object) -> None:  # noqa: ANN401 (of the driver)
        connection.execute("SET client_min_messages = debug1")
        connection.commit()
        connection.add_notice_handler(lambda notice: notices.append(notice.message_primary))

    database.dispose()
    store(database, *[NOVEMBER] * 3)
    assert partitions.create(at=NOVEMBER) == 3
    proven = "partition constraint for default partition"
    assert sum(proven in notice and "implied by existing" in notice for notice in notices) == 3


def test_messages_are_stored_while_the_default_partition_is_read(
    database: Database, partitions: OutboxPartitions
) -> None:
    @event.listens_for(database.engine, "after_cursor_execute")
    def store_meanwhile(
        _connection: object, _cursor: object, statement: str, *_rest: object
    ) -> None:
        if "VALIDATE CONSTRAINT" in statement:
            store(database, NOVEMBER)

    assert partitions.create(at=NOVEMBER) == 3
    assert stored_in(database)["default"] == 3


def test_month_that_begins_within_two_days_is_left_out(
    database: Database, partitions: OutboxPartitions
) -> None:
    """If the run is killed, its messages are refused until the next run, a day later."""
    assert partitions.create(at=DECEMBER - 47 * HOUR) == 3
    assert list(stored_in(database)) == ["2027_01", "2027_02", "2027_03", "default"]


def test_interrupted_run_is_cleaned_up_by_the_next(
    database: Database, partitions: OutboxPartitions
) -> None:
    @event.listens_for(database.engine, "before_cursor_execute")
    def interrupt(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "VALIDATE CONSTRAINT" in statement or "DROP CONSTRAINT" in statement:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        partitions.create(at=NOVEMBER)
    with pytest.raises(DBAPIError, match="ck_outbox_messages_default_month"):
        store(database, DECEMBER)
    event.remove(database.engine, "before_cursor_execute", interrupt)
    partitions.create(at=DECEMBER)
    store(database, DECEMBER)


def test_message_of_a_month_without_any_partition_is_refused(database: Database) -> None:
    """Negative control: without the default partition, a late job would stop the shop."""
    with database.writing() as connection:
        connection.execute(text("DROP TABLE outbox_messages_default"))
        connection.commit()
    with pytest.raises(DBAPIError, match="no partition of relation"):
        store(database, DECEMBER)


def test_month_is_dropped_when_all_its_messages_are_old(
    database: Database, partitions: OutboxPartitions, outbox: SqlOutbox
) -> None:
    partitions.create(at=NOVEMBER)
    end = datetime(2027, 1, 1, tzinfo=UTC)
    store(database, DECEMBER, end - HOUR, end)
    handle_all(outbox, end)
    with counted_statements(database) as statements:
        assert outbox.prune(before=end) == 0
        assert outbox.prune(before=end + HOUR) == 2
    assert not any(each.startswith("DELETE FROM outbox_messages_2026") for each in statements)
    assert stored_in(database) == {"2027_01": 1, "2027_02": 0, "default": 0}


def test_month_is_kept_if_a_message_is_stored_before_it_is_dropped(
    database: Database, partitions: OutboxPartitions, outbox: SqlOutbox
) -> None:
    partitions.create(at=NOVEMBER)
    store(database, DECEMBER)
    handle_all(outbox, DECEMBER)

    @event.listens_for(database.engine, "before_cursor_execute")
    def store_late(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("LOCK TABLE"):
            store(database, DECEMBER)

    with counted_statements(database) as statements:
        assert outbox.prune(before=FEBRUARY) == 0
    assert "2026_12" in stored_in(database)
    # Orders wait for this statement, so it must not read the month.
    (check,) = (
        each for each in statements if "EXISTS (SELECT FROM outbox_messages_2026_12" in each
    )
    with database.writing() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = connection.scalars(text(f"EXPLAIN {check}")).all()
    assert any("outbox_messages_2026_12_next_attempt_at_id_idx" in line for line in plan), plan


def test_month_with_a_parked_message_is_kept_for_it(
    database: Database, partitions: OutboxPartitions, outbox: SqlOutbox
) -> None:
    partitions.create(at=NOVEMBER)
    store(database, DECEMBER, DECEMBER + HOUR)
    (message,) = outbox.claim(at=DECEMBER, until=FEBRUARY)
    outbox.park(message, at=DECEMBER, error="no answer", handled_by=frozenset())
    handle_all(outbox, DECEMBER + HOUR)
    assert outbox.prune(before=FEBRUARY) == 1
    assert [each.id for each in outbox.parked()] == [message.id]
    assert outbox.retry(at=FEBRUARY) == 1
    handle_all(outbox, FEBRUARY)
    assert outbox.prune(before=FEBRUARY + HOUR) == 1
    assert "2026_12" not in stored_in(database)


def test_default_partition_is_pruned_in_batches(
    database: Database, outbox: SqlOutbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BATCH", 2)
    store(database, *[NOVEMBER] * 5)
    handle_all(outbox, NOVEMBER)
    with counted_statements(database) as statements:
        assert outbox.prune(before=DECEMBER) == 5
    assert sum(each.startswith("DELETE") for each in statements) == 3


def test_drop_gives_up_soon_while_a_transaction_reads_messages(
    database: Database, partitions: OutboxPartitions, outbox: SqlOutbox
) -> None:
    """Orders wait behind a DROP that waits, such as during a backup."""
    partitions.create(at=NOVEMBER)
    with database.snapshot() as backup:
        backup.execute(text("SELECT count(*) FROM outbox_messages"))
        with pytest.raises(Unavailable):
            outbox.prune(before=FEBRUARY)
        store(database, FEBRUARY)
    outbox.prune(before=FEBRUARY)
    assert stored_in(database) == {"2027_02": 1, "default": 0}
