"""A response to a write is sent after the write is on the disk.

PostgreSQL flushes a commit itself. On SQLite, we do.
"""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from shutil import copyfile

import pytest
from flask.testing import FlaskClient
from injector import Injector

from tests.support.databases import on_sqlite
from tests.support.shoppers import Shopper, new_product

pytestmark = on_sqlite


class Disk:
    """What a power failure leaves: the files as they were when they were last flushed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._disk = folder / "disk"
        self._disk.mkdir()
        self.errors: Iterator[bool] = iter(())

    def flush(self, _log: int) -> None:
        if next(self.errors, False):
            raise OSError(errno.EIO, "Input/output error")
        for name in ("shop.sqlite3", "shop.sqlite3-wal"):
            copyfile(self._folder / name, self._disk / name)

    def count(self, table: str) -> int:
        with closing(sqlite3.connect(self._disk / "shop.sqlite3")) as connection:
            [(count,)] = connection.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 (a constant)
        return int(count)


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk(tmp_path)
    monkeypatch.setattr("novacart.adapters.persistence.sqlite_engine._FLUSH", disk.flush)
    return disk


@pytest.fixture
def asha(client: FlaskClient, injector: Injector, disk: Disk) -> Shopper:
    asha = Shopper(client)
    asha.add(new_product(injector))
    assert disk.count("orders") == 0
    return asha


def test_acknowledged_additions_and_orders_survive(asha: Shopper, disk: Disk) -> None:
    assert disk.count("cart_lines") == 1
    assert asha.order().status_code == 201
    assert disk.count("orders") == 1


def test_order_that_is_not_flushed_is_not_acknowledged(asha: Shopper, disk: Disk) -> None:
    disk.errors = iter([True])
    response = asha.order()
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert disk.count("orders") == 0


def test_order_that_was_not_flushed_is_flushed_before_the_response_is_repeated(
    asha: Shopper, disk: Disk
) -> None:
    """The outcome of the first request is unknown, as after a COMMIT that fails."""
    disk.errors = iter([False, True])  # the claim of the key, then the order
    assert asha.order(key="k").status_code == 503
    disk.errors = iter([True])
    assert asha.order(key="k").status_code == 503
    response = asha.order(key="k")
    assert response.status_code == 201
    assert response.headers["Idempotent-Replayed"] == "true"
    assert disk.count("orders") == 1
