"""The walls around unit tests stand."""

import socket
import sqlite3

import psycopg
import pytest
from pytest_socket import SocketBlockedError
from sqlalchemy import create_engine


def test_a_socket_is_refused() -> None:
    # pytest-socket warns before it raises, and warnings are errors here.
    with pytest.raises((SocketBlockedError, UserWarning)):
        socket.socket(socket.AF_INET, socket.SOCK_STREAM)


def test_sqlite_is_refused() -> None:
    with pytest.raises(Exception, match="use the memory adapters here"):
        sqlite3.connect(":memory:")


@pytest.mark.parametrize("url", ["sqlite://", "postgresql+psycopg://postgres@127.0.0.1:1/shop"])
def test_an_engine_is_refused(url: str) -> None:
    with pytest.raises(Exception, match="use the memory adapters here"):
        create_engine(url).connect()


def test_psycopg_is_refused() -> None:
    with pytest.raises(Exception, match="use the memory adapters here"):
        psycopg.connect("postgresql://postgres@127.0.0.1:1/shop")
