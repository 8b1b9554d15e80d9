"""Unit tests can't open sockets or databases."""

import socket
import sqlite3

import psycopg
import pytest
from pytest_socket import SocketBlockedError
from sqlalchemy import create_engine


def test_socket_raises() -> None:
    # pytest-socket also warns, and warnings are errors.
    with pytest.raises((SocketBlockedError, UserWarning)):
        socket.socket(socket.AF_INET, socket.SOCK_STREAM)


def test_sqlite_raises() -> None:
    with pytest.raises(Exception, match="use the fakes"):
        sqlite3.connect(":memory:")


@pytest.mark.parametrize("url", ["sqlite://", "postgresql+psycopg://postgres@127.0.0.1:1/shop"])
def test_engine_raises(url: str) -> None:
    with pytest.raises(Exception, match="use the fakes"):
        create_engine(url).connect()


def test_psycopg_raises() -> None:
    with pytest.raises(Exception, match="use the fakes"):
        psycopg.connect("postgresql://postgres@127.0.0.1:1/shop")
