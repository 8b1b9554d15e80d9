"""SQLite has one writer at a time: the others wait for their turn, and not for ever."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import pytest
from sqlalchemy import text

from novacart.adapters.persistence.database import Database
from novacart.application.ports.errors import StorageUnavailable

LOCK_TIMEOUT = "novacart.adapters.persistence.sqlite_engine.LOCK_TIMEOUT"
SOON = 0.05


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Database]:
    database = Database.connect(f"sqlite:///{tmp_path}/shop.sqlite3")
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE marks (mark INTEGER)"))
        connection.commit()
    yield database
    database.dispose()


def mark(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("INSERT INTO marks VALUES (1)"))
        connection.commit()


def marks(database: Database) -> int:
    with database.reading() as connection:
        found: int = connection.execute(text("SELECT count(*) FROM marks")).scalar_one()
    return found


def test_a_writer_waits_until_another_one_is_done(shop: Database) -> None:
    waits = Event()

    def write() -> None:
        waits.set()
        mark(shop)

    with shop.writing() as connection:
        writer = Thread(target=write)
        writer.start()
        assert waits.wait(10)
        sleep(0.05)
        assert marks(shop) == 0
        connection.commit()
    writer.join(10)
    assert marks(shop) == 1


def test_a_writer_who_waited_too_long_is_told_so_and_can_come_again(
    shop: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LOCK_TIMEOUT, SOON)
    with shop.writing():
        begun = monotonic()
        with pytest.raises(StorageUnavailable):
            mark(shop)
        assert monotonic() - begun >= SOON
    mark(shop)
    assert marks(shop) == 1


def test_what_is_wrong_with_the_file_is_told_at_once(shop: Database, tmp_path: Path) -> None:
    shop.dispose()
    (tmp_path / "shop.sqlite3").write_bytes(b"This is no database. " * 100)
    for left_over in tmp_path.glob("shop.sqlite3-*"):
        left_over.unlink()
    with pytest.raises(Exception, match="not a database"):
        mark(shop)
