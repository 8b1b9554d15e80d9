"""Databases for tests: a template with the shop's schema, made once a run, and a copy per test.

All processes of one run share a folder (`TestRun.folder`) and through it one PostgreSQL server,
started by whoever needs it first. `TEST_POSTGRES_URL` names another server to use instead; its
user must be allowed to create databases.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from novacart.adapters.persistence import migrate
from novacart.adapters.persistence.schema import complete_metadata
from tests.support.postgres import START_TIMEOUT, PostgresUnavailable, lives

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRun:
    """One call of pytest, with however many processes: `pid` is the one that outlives them."""

    __test__ = False

    folder: Path
    pid: int

    def sqlite_copy(self, at: Path) -> str:
        """The URL of a new SQLite database at `at`, with the shop's schema and no rows."""
        template = self.folder / "template.sqlite3"
        with self._once("sqlite-template") as first:
            if first:
                create_schema(f"sqlite:///{template}")
        shutil.copyfile(template, at)
        return f"sqlite:///{at}"

    @contextmanager
    def postgresql_copy(self) -> Iterator[str]:
        """The URL of a new PostgreSQL database, likewise, dropped at the end."""
        server = self.postgres_url()
        template = self._template
        with self._once("postgresql-template") as first:
            if first:
                _execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", template)
                _execute(server, "CREATE DATABASE {}", template)
                create_schema(_with_database(server, template))
        name = f"novacart_test_{uuid4().hex}"
        _execute(server, "CREATE DATABASE {} TEMPLATE {}", name, template)
        try:
            yield _with_database(server, name)
        finally:
            _execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def postgres_url(self) -> str:
        """The URL of the server's `postgres` database.

        Raises `PostgresUnavailable`, which fails the test: a suite without PostgreSQL has not
        shown what it is there to show.
        """
        elsewhere = os.environ.get("TEST_POSTGRES_URL")
        if elsewhere:
            return elsewhere
        home = self.folder / "postgres"
        with self._once("postgres-server") as first:
            if first:
                self._start_postgres(home)
        failure = home / "failure"
        if failure.exists():
            raise PostgresUnavailable(failure.read_text())
        return (home / "url").read_text()

    def close(self) -> None:
        """Stop the server and delete what the run made; for the process `pid` alone."""
        elsewhere = os.environ.get("TEST_POSTGRES_URL")
        if elsewhere and (self.folder / "postgresql-template.done").exists():
            _execute(elsewhere, "DROP DATABASE IF EXISTS {} WITH (FORCE)", self._template)
        keeper = self.folder / "postgres" / "keeper.pid"
        if keeper.exists():
            pid = int(keeper.read_text())
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            deadline = time.monotonic() + START_TIMEOUT
            while lives(pid) and time.monotonic() < deadline:
                time.sleep(0.02)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _template(self) -> str:
        return self.folder.name

    def _start_postgres(self, home: Path) -> None:
        home.mkdir()
        with (home / "keeper.log").open("wb") as log:
            keeper = subprocess.Popen(
                [sys.executable, "-m", "tests.support.postgres", str(home), str(self.pid)],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        # It outlives this process where another one still needs it, so nobody waits for it here.
        keeper.returncode = 0
        (home / "keeper.pid").write_text(str(keeper.pid))
        deadline = time.monotonic() + 2 * START_TIMEOUT
        while not (home / "url").exists() and not (home / "failure").exists():
            if time.monotonic() > deadline or not lives(keeper.pid):
                said = (home / "keeper.log").read_text(errors="replace")
                (home / "failure").write_text(f"PostgreSQL's keeper did not report:\n{said}")
            time.sleep(0.05)

    @contextmanager
    def _once(self, step: str) -> Iterator[bool]:
        """True for the first process that comes here, while the others wait for it."""
        done = self.folder / f"{step}.done"
        with (self.folder / f"{step}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            first = not done.exists()
            yield first
            done.touch()


def create_schema(url: str) -> None:
    """Give the empty database at `url` the shop's tables, as a new shop gets them."""
    if migrate.heads():
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
    address = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
