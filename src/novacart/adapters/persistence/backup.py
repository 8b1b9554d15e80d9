"""Copies of the whole database: SQLite's online backup, pg_dump and pg_restore."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from uuid import uuid4

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

from novacart.application.ports.errors import PortError

# Variables of libpq for the parameters of a URL; arguments would show them to other users.
_LIBPQ: Final[Mapping[str, str]] = {
    "host": "PGHOST",
    "port": "PGPORT",
    "passfile": "PGPASSFILE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "options": "PGOPTIONS",
}

# The user that restores may have another name.
_PORTABLE: Final = ("--no-owner", "--no-privileges")


class BackupFailed(PortError):
    """A copy could not be made or restored. The message says why."""


def dump(url: str, target: Path) -> None:
    """Write a consistent copy of the database while it is in use. Raises `BackupFailed`."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        try:
            with closing(_open(_path(parsed))) as source, closing(sqlite3.connect(target)) as copy:
                # A few pages at a time, so that writers don't wait.
                source.backup(copy, pages=1000, sleep=0.001)
                copy.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.Error as error:
            raise BackupFailed(f"The database can't be copied: {error}.") from error
        return
    # Positions in the write-ahead log of this server mean nothing on another one.
    options = ["--format=custom", "--no-unlogged-table-data", *_PORTABLE, f"--file={target}"]
    run_program(["pg_dump", *options], parsed)


def restore(source: Path, url: str, *, replace: bool = False) -> None:
    """Restore a copy: completely or not at all. Raises `BackupFailed`.

    With `replace` the database may have content, which is lost.
    """
    parsed = make_url(url)
    ensure_replaceable(url, replace=replace)
    if parsed.get_backend_name() == "sqlite":
        path = _path(parsed)
        with closing(_open(source)) as copy:
            if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BackupFailed("The copy of the database is damaged.")
        temporary = path.with_name(f"{path.name}.restored")
        shutil.copyfile(source, temporary)
        temporary.chmod(0o600)
        for end in ("-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        temporary.replace(path)
        return
    options = ["--clean", "--if-exists"] if replace else []
    into = f"--dbname={parsed.database}"
    command = ["pg_restore", "--single-transaction", *_PORTABLE, *options, into, str(source)]
    run_program(command, parsed)


def ensure_replaceable(url: str, *, replace: bool) -> None:
    """Raise `BackupFailed` if the database has content and `replace` is not given."""
    if not replace and not is_empty(url):
        raise BackupFailed(
            "The database is not empty. Stop web server and workers and add --replace to lose what"
            " it has."
        )


def is_empty(url: str) -> bool:
    """Whether the database has no table. Raises `BackupFailed` if it can't be reached."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not _path(parsed).exists():
        return True
    engine = create_engine(url)
    try:
        return not inspect(engine).get_table_names()
    except DBAPIError as error:
        raise BackupFailed("The database can't be reached.") from error
    finally:
        engine.dispose()


@contextmanager
def scratch_database(url: str) -> Iterator[str]:
    """Create an empty database beside the one at `url`, and drop it after the block.

    On PostgreSQL the user needs the right CREATEDB. Raises `BackupFailed`.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        with TemporaryDirectory(dir=_path(parsed).parent, prefix="scratch-") as folder:
            yield f"sqlite:///{folder}/scratch.db"
        return
    name = f"novacart_scratch_{uuid4().hex}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except DBAPIError as error:
        engine.dispose()
        raise BackupFailed(
            "No scratch database can be created: give the user of DATABASE_URL the right CREATEDB."
        ) from error
    try:
        yield parsed.set(database=name).render_as_string(hide_password=False)
    finally:
        with suppress(DBAPIError), engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        engine.dispose()


def _path(url: URL) -> Path:
    return Path(url.database or "")


def _open(path: Path) -> sqlite3.Connection:
    """Open an existing file."""
    if not path.exists():
        raise BackupFailed(f"There is no database {path}.")
    return sqlite3.connect(path)


def run_program(command: list[str], url: URL, *, output: Path | None = None) -> None:
    """Run a program of PostgreSQL on the server of `url`, its output in a file.

    Raises `BackupFailed`.
    """
    try:
        with output.open("wb") if output else nullcontext(subprocess.PIPE) as stdout:
            done = subprocess.run(  # noqa: S603 (a fixed program)
                command,
                env=environment(url),
                stdout=stdout,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
    except FileNotFoundError as error:
        raise BackupFailed(
            f"{command[0]} is not installed. Install the PostgreSQL client of the server's version"
            " or a newer one."
        ) from error
    if done.returncode:
        reason = " ".join(done.stderr.strip().splitlines()[-2:])
        raise BackupFailed(f"{command[0]} failed: {reason}")


def environment(url: URL) -> dict[str, str]:
    """Return the environment of a program of PostgreSQL, with the parameters of the URL."""
    environ = os.environ | {  # noqa: TID251 (the environment of a child process)
        _LIBPQ[name]: str(value) for name, value in url.query.items() if name in _LIBPQ
    }
    for name, value in {
        "PGHOST": url.host,
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }.items():
        if value:
            environ[name] = str(value)
    return environ
