"""Databases for tests: copies of a template with the schema, which is created once a run.

All processes of a test run share one folder and one PostgreSQL server, which the first process
that needs it starts. Set `TEST_POSTGRES_URL` to use another server; its user must be allowed to
create databases.
"""

import atexit
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import LiteralString
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import TupleRow
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from novacart.adapters.persistence import migrate, revisions
from novacart.adapters.persistence.schema import complete_metadata
from tests.support.postgres import START_TIMEOUT, PostgresUnavailable, is_alive

ROOT = Path(__file__).parents[2]

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Mark of tests of what does not depend on the database, such as the validation of requests."""
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRun:
    """One run of pytest with any number of processes; `pid` is the main process."""

    __test__ = False

    folder: Path
    pid: int

    def sqlite_copy(self, at: Path) -> str:
        """Create an SQLite database at `at` with the schema and no rows; return its URL."""
        template = self.folder / "template.sqlite3"
        with self.once("sqlite-template") as first:
            if first:
                create_schema(f"sqlite:///{template}")
        shutil.copyfile(template, at)
        return f"sqlite:///{at}"

    @contextmanager
    def postgresql_copy(self) -> Iterator[str]:
        """Create a PostgreSQL database with the schema and no rows; drop it after the block."""
        server = self.postgres_url()
        template = self._template
        with self.once("postgresql-template") as first:
            if first:
                _execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", template)
                _execute(server, "CREATE DATABASE {}", template)
                create_schema(_with_database(server, template))
        name = f"novacart_test_{uuid4().hex}"
        # By default it is copied through the write-ahead log, which takes twice as long.
        _execute(server, "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        try:
            yield _with_database(server, name)
        finally:
            _execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def postgres_url(self) -> str:
        """Return the URL of the server's `postgres` database; start the server if needed.

        Raises `PostgresUnavailable`, which fails the test: tests never skip PostgreSQL.
        """
        external_url = os.environ.get("TEST_POSTGRES_URL")
        if external_url:
            return external_url
        home = self.folder / "postgres"
        with self.once("postgres-server") as first:
            if first:
                self._start_postgres(home)
        failure = home / "failure"
        if failure.exists():
            raise PostgresUnavailable(failure.read_text())
        return (home / "url").read_text()

    def new_folder(self, name: str) -> Path:
        """Create a folder for a server of PostgreSQL, which may run as another user.

        A process can set up the fixtures of a module twice, so its number is not enough of a name.
        """
        folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.folder))
        folder.chmod(0o755)
        return folder

    def close(self) -> None:
        """Stop the server and delete the folder. Only the main process calls this."""
        external_url = os.environ.get("TEST_POSTGRES_URL")
        if external_url and (self.folder / "postgresql-template.done").exists():
            _execute(external_url, "DROP DATABASE IF EXISTS {} WITH (FORCE)", self._template)
        supervisor = self.folder / "postgres" / "supervisor.pid"
        if supervisor.exists():
            pid = int(supervisor.read_text())
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            deadline = time.monotonic() + START_TIMEOUT
            while is_alive(pid) and time.monotonic() < deadline:
                time.sleep(0.02)
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def once(self, step: str) -> Iterator[bool]:
        """True for the first process; the others wait until it is done."""
        done = self.folder / f"{step}.done"
        with (self.folder / f"{step}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            first = not done.exists()
            yield first
            done.touch()

    @property
    def _template(self) -> str:
        return self.folder.name

    def _start_postgres(self, home: Path) -> None:
        home.mkdir()
        with (home / "supervisor.log").open("wb") as log:
            supervisor = subprocess.Popen(
                [sys.executable, "-m", "tests.support.postgres", str(home), str(self.pid)],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        # Not waited for: other processes of the run may still need it after this one ends.
        supervisor.returncode = 0
        (home / "supervisor.pid").write_text(str(supervisor.pid))
        deadline = time.monotonic() + 2 * START_TIMEOUT
        while not (home / "url").exists() and not (home / "failure").exists():
            if time.monotonic() > deadline or not is_alive(supervisor.pid):
                log_text = (home / "supervisor.log").read_text(errors="replace")
                (home / "failure").write_text(f"PostgreSQL did not start:\n{log_text}")
            time.sleep(0.05)


def create_schema(url: str) -> None:
    """Create the schema in the empty database at `url`."""
    if revisions.heads():
        migrate.upgrade(url)
        return
    engine = create_engine(url)
    try:
        complete_metadata().create_all(engine)
    finally:
        engine.dispose()


def _with_database(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _execute(server: str, statement: LiteralString, *names: str) -> None:
    _connection(server).execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@cache
def _connection(server: str) -> psycopg.Connection[TupleRow]:
    """The connection of this process that creates and drops databases."""
    address = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = psycopg.connect(address, autocommit=True)
    atexit.register(connection.close)
    return connection
