"""Unit tests can't open sockets or databases."""

import socket
import sqlite3

import psycopg
import pytest
from pytest_socket import SocketBlockedError
from sqlalchemy import create_engine


# The second test shows that the end of the first one enables no socket.
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_socket_raises(family: socket.AddressFamily) -> None:
    # pytest-socket also warns, and warnings are errors.
    with pytest.raises((SocketBlockedError, UserWarning)):
        socket.socket(family, socket.SOCK_STREAM)


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
