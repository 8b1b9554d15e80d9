"""Unit tests fail when they open a network or database connection."""

import sqlite3
import sys
from collections.abc import Iterator
from typing import Never

import pytest
from pytest_socket import disable_socket


class DatabaseInUnitTest(Exception):
    """A test in tests/unit opened a database."""


def _refuse(*_: object, **__: object) -> Never:
    raise DatabaseInUnitTest("use the fakes, or move the test to tests/integration")


@pytest.fixture(autouse=True)
def _no_socket() -> None:
    # pytest-socket enables sockets again after each test.
    disable_socket(allow_unix_socket=True)


@pytest.fixture(autouse=True, scope="module")
def _no_database() -> Iterator[None]:
    # All libraries and engines call one of these.
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(sqlite3, "connect", _refuse)
        monkeypatch.setattr(sqlite3.dbapi2, "connect", _refuse)
        # Not imported here, because most tests need none and the import takes a tenth of a second.
        if psycopg := sys.modules.get("psycopg"):
            monkeypatch.setattr(psycopg, "connect", _refuse)
            monkeypatch.setattr(psycopg.Connection, "connect", _refuse)
        else:
            monkeypatch.setitem(sys.modules, "psycopg", None)
        yield
