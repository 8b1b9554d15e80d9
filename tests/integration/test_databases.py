"""Databases and servers that the integration tests run on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import create_engine, inspect, text

from tests.support.databases import ROOT, TestRun
from tests.support.postgres import PostgresServer, is_alive


def _tables(url: str) -> list[str]:
    engine = create_engine(url)
    try:
        return inspect(engine).get_table_names()
    finally:
        engine.dispose()


def test_copy_has_the_schema(database_url: str) -> None:
    assert "outbox_messages" in _tables(database_url)


def test_copies_are_independent(test_run: TestRun, tmp_path: Path) -> None:
    with test_run.postgresql_copy() as one, test_run.postgresql_copy() as other:
        for first, second in [
            (one, other),
            (test_run.sqlite_copy(tmp_path / "1"), test_run.sqlite_copy(tmp_path / "2")),
        ]:
            engine = create_engine(first)
            with engine.begin() as connection:
                connection.execute(text("CREATE TABLE extra (id INTEGER)"))
            engine.dispose()
            assert "extra" in _tables(first)
            assert "extra" not in _tables(second)


def test_postgresql_has_english_text_search(postgresql_url: str) -> None:
    engine = create_engine(postgresql_url)
    with engine.connect() as connection:
        matches = connection.execute(
            text("SELECT to_tsvector('english', 'running shoes') @@ to_tsquery('shoe:*')")
        ).scalar_one()
    engine.dispose()
    assert matches is True


@pytest.fixture
def server_folder(run_folder: Path) -> Path:
    # PostgreSQL may run as another user, who can't read pytest's own folders.
    return run_folder / f"server-{uuid4().hex}"


def test_server_stops_when_the_test_run_is_killed(server_folder: Path) -> None:
    server_folder.mkdir()
    run = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "tests.support.postgres", str(server_folder), str(run.pid)],
        cwd=ROOT,
    )
    while not (server_folder / "url").exists():
        assert supervisor.poll() is None
        time.sleep(0.05)
    assert is_alive(run.pid)
    os.kill(run.pid, signal.SIGKILL)
    run.communicate()
    assert supervisor.wait(30) == 0
    assert not server_folder.exists()


def test_crashed_server_restarts_on_the_same_port_with_its_data(server_folder: Path) -> None:
    server = PostgresServer(server_folder)
    server.start()
    url = server.url().replace("+psycopg", "")
    try:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1")
        server.crash()
        server.start()
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1,)
    finally:
        server.stop()
