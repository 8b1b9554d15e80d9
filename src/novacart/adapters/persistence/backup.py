"""Copies of the whole database: SQLite's online backup, pg_dump and pg_restore."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext, suppress
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Final, cast
from uuid import uuid4

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

from novacart.adapters.persistence.error_mapping import connection_failure, sqlite_code
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

# Ids that were given after the backup are in links and tokens of customers, in mails, and at the
# payment provider. A shop gives fewer than 100,000,000 between two backups.
SKIP_IDS: Final = "SELECT setval('identities', last_value + 100000000) FROM identities"
"""Statement for a restored database of PostgreSQL, so that no lost id is given again."""
_SKIP_IDS_SQLITE: Final = (
    "INSERT INTO identity_counter (singleton, last) VALUES (1, 100000000)"
    " ON CONFLICT (singleton) DO UPDATE SET last = last + excluded.last"
)

_LOCK_TIMEOUT: Final = 5.0  # seconds
_SCRATCH_FOLDER: Final = ".novacart-scratch-"

# What a release newer than the dump has created would refer to the tables, or stay behind.
_DROP_ALL: Final = """
SET client_min_messages = warning;
DO $$
DECLARE statement text;
BEGIN
  FOR statement IN
    WITH namespace AS (
      SELECT oid, nspname FROM pg_namespace WHERE nspname = current_schema()
    ),
    kind (letter, name) AS (
      VALUES ('r', 'TABLE'), ('p', 'TABLE'), ('f', 'FOREIGN TABLE'), ('v', 'VIEW'),
        ('m', 'MATERIALIZED VIEW'), ('S', 'SEQUENCE')
    ),
    object (position, classid, oid, kind, name) AS (
      SELECT CASE name WHEN 'TABLE' THEN 1 ELSE 2 END, c.tableoid, c.oid, name,
        format('%I.%I', nspname, relname)
      FROM pg_class c JOIN namespace n ON n.oid = relnamespace JOIN kind ON letter = relkind::text
      UNION ALL
      SELECT 3, p.tableoid, p.oid, 'ROUTINE',
        format('%I.%I(%s)', nspname, proname, pg_get_function_identity_arguments(p.oid))
      FROM pg_proc p JOIN namespace n ON n.oid = pronamespace
      UNION ALL
      SELECT 4, t.tableoid, t.oid, 'TYPE', format('%I.%I', nspname, typname)
      FROM pg_type t JOIN namespace n ON n.oid = typnamespace WHERE typtype IN ('e', 'd')
    )
    SELECT format('DROP %s IF EXISTS %s CASCADE', kind, name) FROM object
    WHERE (classid, oid) NOT IN (SELECT classid, objid FROM pg_depend WHERE deptype = 'e')
    ORDER BY position
  LOOP
    EXECUTE statement;
  END LOOP;
END $$;
"""


class BackupFailed(PortError):
    """A copy could not be made or restored. The message says why."""


def dump(url: str, target: Path) -> None:
    """Write a consistent copy of the database while it is in use. Raises `BackupFailed`."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        try:
            with closing(_open(_path(parsed))) as source, closing(sqlite3.connect(target)) as copy:
                # A few pages at a time, so that writers don't wait.
                source.backup(copy, pages=1000, sleep=0.001, progress=_let_signals_end_it)
                copy.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.Error as error:
            raise BackupFailed(f"The database can't be copied: {error}.") from error
        return
    # Positions in the write-ahead log of this server mean nothing on another one.
    options = ["--format=custom", "--no-unlogged-table-data", *_PORTABLE, f"--file={target}"]
    run_program(["pg_dump", *options], parsed)


def _let_signals_end_it(*_: int) -> None:
    """Python handles signals between two calls of this function."""


def restore(source: Path, url: str, *, replace: bool = False) -> None:
    """Restore a copy: completely or not at all. Raises `BackupFailed`.

    With `replace` the database may have content, which is lost; its ids are not given again.
    """
    parsed = make_url(url)
    ensure_replaceable(url, replace=replace)
    if parsed.get_backend_name() == "sqlite":
        _restore_sqlite(source, _path(parsed))
    else:
        _restore_postgresql(source, parsed, replace=replace)


def _restore_sqlite(source: Path, path: Path) -> None:
    """Replace the file at `path`: after a crash it is the old database or the new one."""
    with closing(_open(source)) as copy:
        try:
            is_intact = copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        except sqlite3.DatabaseError:
            is_intact = False
        if not is_intact:
            raise BackupFailed("The copy of the database is damaged.")
    if path.exists():
        _empty_log(path)
    temporary = path.with_name(f"{path.name}.restored")
    try:
        with source.open("rb") as copied, temporary.open("wb") as file:
            temporary.chmod(0o600)
            shutil.copyfileobj(copied, file, 1 << 20)
            file.flush()
            os.fsync(file.fileno())
        with closing(sqlite3.connect(temporary)) as restored, restored:
            restored.execute(_SKIP_IDS_SQLITE)
        # SQLite would apply the WAL of the old database to the new one.
        for end in ("-wal", "-shm", "-journal"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    _flush_directory(path.parent)


def _empty_log(path: Path) -> None:
    """Move what is in the WAL of a database to its file, so that the file alone is complete.

    Raises `BackupFailed` while another process has the database open: it would go on with the file
    that is replaced, and lose what it writes.
    """
    try:
        with closing(sqlite3.connect(path, timeout=_LOCK_TIMEOUT)) as database:
            # The first read rolls back a transaction that a crash has interrupted.
            database.execute("SELECT count(*) FROM sqlite_master")
            # SQLite ends the mode WAL only for the last connection.
            (mode,) = database.execute("PRAGMA journal_mode = DELETE").fetchone()
            is_busy = mode == "wal"
    except sqlite3.OperationalError as error:
        if sqlite_code(error) != sqlite3.SQLITE_BUSY:
            return
        is_busy = True
    except sqlite3.DatabaseError:
        # It is damaged, and is replaced as it is.
        return
    if is_busy:
        raise BackupFailed("The database is in use. Stop web server and workers.")


def _flush_directory(folder: Path) -> None:
    # Windows can't open a directory.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _restore_postgresql(source: Path, url: URL, *, replace: bool) -> None:
    """Send the dump to the server in one transaction, which only a complete dump commits."""
    clean = ("--clean", "--if-exists") if replace else ()
    read = ["pg_restore", "--file=-", *_PORTABLE, *clean, str(source)]
    write = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--set=SHOW_CONTEXT=never"]
    with _running(write, url, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as writer:
        server = cast("IO[bytes]", writer.stdin)
        # If psql has ended, its exit code is an error.
        with suppress(BrokenPipeError):
            server.write(f"BEGIN;\n{_DROP_ALL if replace else ''}".encode())
            with _running(read, url, stdout=subprocess.PIPE) as reader:
                shutil.copyfileobj(cast("IO[bytes]", reader.stdout), server, 1 << 20)
            # The dump has set an empty search path.
            server.write(f"RESET search_path;\n{SKIP_IDS};\nCOMMIT;\n".encode())
            server.flush()


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
        reason = connection_failure(error.orig)
        raise BackupFailed(f"The database can't be reached: {reason}.") from error
    finally:
        engine.dispose()


@contextmanager
def scratch_database(url: str) -> Iterator[str]:
    """Create an empty database beside the one at `url`, and drop it after the block.

    On PostgreSQL the user needs the right CREATEDB. Raises `BackupFailed`.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        with TemporaryDirectory(dir=_path(parsed).parent, prefix=_SCRATCH_FOLDER) as folder:
            yield f"sqlite:///{folder}/scratch.db"
        return
    name = f"{scratch_prefix(parsed)}{uuid4().hex}"
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


def drop_scratch_databases(url: str) -> None:
    """Drop the scratch databases of `url` that nothing uses and that can be dropped."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        for folder in _path(parsed).parent.glob(f"{_SCRATCH_FOLDER}*"):
            shutil.rmtree(folder, ignore_errors=True)
        return
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with suppress(DBAPIError), engine.connect() as connection:
        names = text("SELECT datname FROM pg_database WHERE starts_with(datname, :prefix)")
        for name in connection.scalars(names, {"prefix": scratch_prefix(parsed)}).all():
            with suppress(DBAPIError):
                connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
    engine.dispose()


def scratch_prefix(url: URL) -> str:
    """Return a prefix for the database, as another shop may be on the same server."""
    return f"novacart_scratch_{sha256((url.database or '').encode()).hexdigest()[:8]}_"


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
    with (
        output.open("wb") if output else nullcontext(subprocess.DEVNULL) as stdout,
        _running(command, url, stdout=stdout) as process,
    ):
        process.wait()


@contextmanager
def _running(
    command: list[str],
    url: URL,
    *,
    stdin: int | None = None,
    stdout: int | IO[bytes],
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program of PostgreSQL until it ends, or until the block raises an error.

    Raises `BackupFailed`, also if the program fails.
    """
    with TemporaryFile() as messages:
        try:
            process = subprocess.Popen(  # noqa: S603 (a fixed program)
                command, env=environment(url), stdin=stdin, stdout=stdout, stderr=messages
            )
        except FileNotFoundError as error:
            raise BackupFailed(
                f"{command[0]} is not installed. Install the PostgreSQL client of the server's"
                " version or a newer one."
            ) from error
        with process:
            try:
                yield process
            except BaseException:
                process.kill()
                raise
            finally:
                if process.stdin:
                    with suppress(BrokenPipeError):
                        process.stdin.close()
                process.wait()
        if process.returncode:
            messages.seek(0)
            lines = messages.read().decode(errors="replace").strip().splitlines()
            raise BackupFailed(f"{command[0]} failed: {' '.join(lines[-2:])}")


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
