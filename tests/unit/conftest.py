"""Unit tests have no network and no database: whoever reaches for one is told so at once."""

import sqlite3
from collections.abc import Iterator
from typing import Never

import psycopg
import pytest
from pytest_socket import disable_socket, enable_socket


class UnitTestReachedOut(Exception):
    """A test in tests/unit opened a database; such a test belongs into tests/integration."""


def _refuse(*_: object, **__: object) -> Never:
    raise UnitTestReachedOut("use the memory adapters here, or move the test to tests/integration")


@pytest.fixture(autouse=True)
def _no_socket() -> Iterator[None]:
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


@pytest.fixture(autouse=True)
def _no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    # Where every engine and every library ends up, however it was imported.
    monkeypatch.setattr(sqlite3, "connect", _refuse)
    monkeypatch.setattr(sqlite3.dbapi2, "connect", _refuse)
    monkeypatch.setattr(psycopg, "connect", _refuse)
    monkeypatch.setattr(psycopg.Connection, "connect", _refuse)
