"""SQLite has one writer at a time; others wait up to the lock timeout."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Thread, Timer
from time import sleep

import pytest
from sqlalchemy import Connection, text

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.postponed_writes import postponed_writes
from novacart.adapters.persistence.statements import DriverStatement
from novacart.application.ports.errors import StorageUnavailable
from novacart.domain.shared.errors import ConcurrentChange

ENGINE = "novacart.adapters.persistence.sqlite_engine"
LOCK_TIMEOUT = f"{ENGINE}.LOCK_TIMEOUT"
SHORT_TIMEOUT = 0.05
ADD_MARK = DriverStatement(text("INSERT INTO marks VALUES (:mark)"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.connect(f"sqlite:///{tmp_path}/shop.sqlite3")
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE marks (mark INTEGER)"))
        connection.commit()
    yield database
    database.dispose()


@pytest.fixture(params=["same process", "other process"])
def second(request: pytest.FixtureRequest, database: Database) -> Iterator[Database]:
    """Database of a second writer. One of its own waits as another process does."""
    if request.param == "same process":
        yield database
        return
    other = Database.connect(str(database.engine.url))
    yield other
    other.dispose()


def insert_mark(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("INSERT INTO marks VALUES (1)"))
        connection.commit()


def write_optimistically(database: Database, meanwhile: Callable[[], None] = lambda: None) -> None:
    with database.writing(is_optimistic=True) as connection:
        connection.execute(text("SELECT count(*) FROM marks")).all()
        meanwhile()
        connection.execute(text("INSERT INTO marks VALUES (2)"))
        connection.commit()


def count_marks(database: Database) -> int:
    with database.reading() as connection:
        count: int = connection.execute(text("SELECT count(*) FROM marks")).scalar_one()
    return count


def test_second_writer_waits_for_the_first(database: Database, second: Database) -> None:
    started = Event()

    def write() -> None:
        started.set()
        insert_mark(second)

    with database.writing() as connection:
        writer = Thread(target=write)
        writer.start()
        assert started.wait(60)
        sleep(0.05)
        assert count_marks(database) == 0
        connection.commit()
    writer.join(60)
    assert count_marks(database) == 1


def test_writer_fails_after_the_lock_timeout_and_can_retry(
    database: Database, second: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LOCK_TIMEOUT, SHORT_TIMEOUT)
    with database.writing(), pytest.raises(StorageUnavailable):
        insert_mark(second)
    insert_mark(second)
    assert count_marks(database) == 1


def test_threads_of_a_process_wait_without_trying_to_take_the_lock(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts: list[float] = []
    monkeypatch.setattr(f"{ENGINE}.sleep", attempts.append)
    started = [Event(), Event()]

    def write(event: Event) -> None:
        event.set()
        insert_mark(database)

    writers = [Thread(target=write, args=(event,)) for event in started]
    with database.writing():
        for writer, event in zip(writers, started, strict=True):
            writer.start()
            assert event.wait(60)
        sleep(0.05)
    for writer in writers:
        writer.join(60)
    assert count_marks(database) == 2
    assert attempts == []


@pytest.mark.parametrize("is_optimistic", [False, True], ids=["locks at once", "optimistic"])
@pytest.mark.parametrize(
    ("held", "later", "expected"),
    [(0.1, 0.0, [0.025]), (0.01, 0.0, []), (0.1, 0.2, [])],
    ids=["long", "short", "long ago"],
)
def test_thread_pauses_after_a_long_transaction_and_lets_others_write(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    held: float,
    later: float,
    expected: list[float],
    *,
    is_optimistic: bool,
) -> None:
    # Long after the transaction of the fixture, which may take long.
    now = 1e9
    pauses: list[float] = []
    monkeypatch.setattr(f"{ENGINE}.monotonic", lambda: now)

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        # Without a pause before it: the time is that of each thread.
        other = Thread(target=insert_mark, args=(database,))
        other.start()
        other.join(60)
        assert not other.is_alive()

    def write(seconds: float) -> None:
        nonlocal now
        with database.writing(is_optimistic=is_optimistic) as connection:
            connection.execute(text("SELECT count(*) FROM marks")).all()
            ADD_MARK.execute_many(connection, [{"mark": 1}])
            with database.reading() as reading:
                reading.execute(text("SELECT 1")).all()
            postponed = postponed_writes(connection)
            if postponed is not None:
                postponed.is_independent = True
                postponed.execute()
            now += seconds
            connection.commit()

    monkeypatch.setattr(f"{ENGINE}.sleep", pause)
    write(held)
    now += later
    write(0.0)
    write(0.0)
    assert pauses == pytest.approx(expected)
    assert count_marks(database) == 3 + len(expected)


def test_corrupt_file_fails_without_waiting(database: Database, tmp_path: Path) -> None:
    database.dispose()
    (tmp_path / "shop.sqlite3").write_bytes(b"This is no database. " * 100)
    for path in tmp_path.glob("shop.sqlite3-*"):
        path.unlink()
    with pytest.raises(StorageUnavailable, match="can't be opened"):
        insert_mark(database)


def test_optimistic_writer_lets_others_write_before_its_first_write(database: Database) -> None:
    with database.writing(is_optimistic=True) as connection:
        assert connection.scalar(text("SELECT count(*) FROM marks")) == 0
        insert_mark(database)
    write_optimistically(database)
    assert count_marks(database) == 2


def test_optimistic_writer_fails_after_another_one_wrote(database: Database) -> None:
    with pytest.raises(ConcurrentChange):
        write_optimistically(database, meanwhile=lambda: insert_mark(database))
    assert count_marks(database) == 1
    insert_mark(database)


def test_optimistic_writer_fails_while_another_one_writes(database: Database) -> None:
    """It does not wait, since its view of the data would be too old then."""
    with database.writing(), pytest.raises(ConcurrentChange):
        write_optimistically(database)


@pytest.mark.parametrize("is_optimistic", [False, True])
def test_transaction_is_flushed_after_it_has_released_the_lock(
    database: Database, monkeypatch: pytest.MonkeyPatch, *, is_optimistic: bool
) -> None:
    flushed = []

    def flush(log: int) -> None:
        flushed.append(Path(f"/proc/self/fd/{log}").resolve().name)
        if len(flushed) == 1:
            insert_mark(database)

    monkeypatch.setattr(f"{ENGINE}._FLUSH", flush)
    with database.writing(is_optimistic=is_optimistic) as connection:
        connection.execute(text("INSERT INTO marks VALUES (2)"))
        connection.commit()
    assert flushed == ["shop.sqlite3-wal"] * 2
    assert count_marks(database) == 2


def write_later(
    database: Database, meanwhile: Callable[[], None], *, is_independent: bool, mark: int = 2
) -> None:
    with database.writing(is_optimistic=True) as connection:
        connection.execute(text("SELECT count(*) FROM marks")).all()
        ADD_MARK.execute_many(connection, [{"mark": mark}])
        meanwhile()
        postponed = postponed_writes(connection)
        assert postponed is not None
        postponed.is_independent = is_independent
        postponed.execute()
        connection.commit()


def test_independent_writes_do_not_fail_after_another_one_wrote(database: Database) -> None:
    write_later(database, lambda: insert_mark(database), is_independent=True)
    assert count_marks(database) == 2


def test_other_postponed_writes_fail_after_another_one_wrote(database: Database) -> None:
    """Negative control: without the restart the snapshot is too old."""
    with pytest.raises(ConcurrentChange):
        write_later(database, lambda: insert_mark(database), is_independent=False)
    assert count_marks(database) == 1


def test_independent_writes_wait_for_another_writer(database: Database) -> None:
    with ExitStack() as other:
        other.enter_context(database.writing())

        def end_soon() -> None:
            timer = Timer(0.05, other.close)
            timer.daemon = True
            timer.start()

        write_later(database, end_soon, is_independent=True)
    assert count_marks(database) == 1


def test_batch_tries_to_take_the_lock_less_often_than_a_request(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a request that waits, too, usually takes it first."""
    other = Database.connect(str(database.engine.url))
    intervals: list[float] = []

    def interval_of(write: Callable[[], None]) -> float:
        with ExitStack() as holder:
            holder.enter_context(other.writing())

            def release(seconds: float) -> None:
                intervals.append(seconds)
                holder.close()

            monkeypatch.setattr(f"{ENGINE}.sleep", release)
            write()
        return intervals.pop()

    batch = interval_of(lambda: write_later(database, lambda: None, is_independent=True))
    request = interval_of(lambda: insert_mark(database))
    other.dispose()
    assert batch >= 4 * request
    assert count_marks(database) == 2


def test_batches_copy_the_log_into_the_database_before_requests(database: Database) -> None:
    def pages(connection: Connection) -> int:
        return int(connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar_one())

    with database.writing() as connection:
        of_request = pages(connection)
    with database.writing(is_optimistic=True) as connection:
        ADD_MARK.execute_many(connection, [{"mark": 2}])
        postponed = postponed_writes(connection)
        assert postponed is not None
        postponed.execute()
        of_batch = pages(connection)
        connection.commit()
    assert 0 < of_batch <= of_request / 4


def test_key_that_another_one_took_meanwhile_is_a_concurrent_change(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("CREATE UNIQUE INDEX uq_marks ON marks (mark)"))
        connection.commit()
    with pytest.raises(ConcurrentChange):
        write_later(database, lambda: insert_mark(database), is_independent=True, mark=1)
    assert count_marks(database) == 1
