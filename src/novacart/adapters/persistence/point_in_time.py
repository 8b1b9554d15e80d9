"""Recovery of PostgreSQL to a moment: a physical copy of the server, and its log since then.

PostgreSQL's documentation, "Continuous Archiving and Point-in-Time Recovery".
"""

import os
import re
import shutil
import signal
import subprocess
import tarfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGINT, Signals
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, RowMapping, make_url
from sqlalchemy.exc import DBAPIError

from novacart.adapters.persistence.backup import (
    SKIP_IDS,
    BackupFailed,
    environment,
    run_program,
)
from novacart.adapters.persistence.error_mapping import connection_failure

SLOT: Final = "novacart_wal"
"""The replication slot, for which the server keeps the log until it was received."""

WAL_FOLDER: Final = "novacart_wal"
"""The folder in a data directory with the log from which it is recovered."""

_START: Final = re.compile(r"START WAL LOCATION: \S+ \(file ([0-9A-F]{24})\)")
_LAST_TRANSACTION: Final = re.compile(r"last completed transaction was at log time (\S+ [0-9:.]+)")
_ENDED_EARLY: Final = "recovery ended before configured recovery target was reached"
# Seconds in which a server ends. The last checkpoint of a large database takes minutes.
_STOP_TIMEOUT: Final = 900
# Folders in which packages of Linux distributions have the server.
_SERVERS: Final = ("/usr/lib/postgresql/{}/bin", "/usr/pgsql-{}/bin")


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseBackup:
    """Facts of a physical copy.

    Recovery needs the log from `first_segment`, and can't end before `ended_at`, UTC, when the log
    had reached `ended_in`.
    """

    first_segment: str
    segment_size: int
    ended_at: datetime
    ended_in: str
    database: str
    user: str


class LogEndsEarly(BackupFailed):
    """The log ends before the moment. `last_transaction` is None if it has no transaction."""

    def __init__(self, last_transaction: datetime | None) -> None:
        end = last_transaction.isoformat(sep=" ") if last_transaction else "the end of the backup"
        super().__init__(f"The archived log ends at {end}.")
        self.last_transaction = last_transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveredServer:
    """A running server: the URL of the shop's database, and the time of the last transaction."""

    url: str
    last_transaction: datetime | None


def base_backup(url: str, target: Path) -> BaseBackup:
    """Write a physical copy of the server, while it is in use, to a tar file.

    The role of `url` needs the right REPLICATION. Raises `BackupFailed`.
    """
    command = ["pg_basebackup", "--pgdata=-", "--format=tar", "--wal-method=none"]
    options = ["--checkpoint=fast", "--no-password"]
    run_program([*command, *options], make_url(url), output=target)
    with tarfile.open(target) as archive:
        label = archive.extractfile("backup_label")
        start = _START.search(label.read().decode() if label else "")
    if start is None:
        raise BackupFailed("pg_basebackup wrote no label.")
    row = _query(
        url,
        "SELECT clock_timestamp() AS ended_at, pg_current_wal_flush_lsn()::text AS ended_in,"
        " pg_size_bytes(current_setting('wal_segment_size')) AS segment_size,"
        ' current_database()::text AS database, current_user::text AS "user"',
    )
    return BaseBackup(first_segment=start[1], **row)


def server_id(url: str) -> int:
    """Return the id that a server gets when it is created. Raises `BackupFailed`."""
    row = _query(url, "SELECT system_identifier AS id FROM pg_control_system()")
    return int(row["id"])


def start_receiver(url: str, folder: Path) -> subprocess.Popen[str]:
    """Start pg_receivewal, which writes the log to `folder` and tries a lost server again.

    Its messages are on stderr. On Linux it also ends if this process is killed, since it would keep
    the next one from using the slot. Raises `BackupFailed`.
    """
    parsed = make_url(url)
    common = ["pg_receivewal", f"--slot={SLOT}", "--no-password"]
    run_program([*common, "--create-slot", "--if-not-exists"], parsed)
    setpriv = shutil.which("setpriv")
    with_parent = [setpriv, "--pdeathsig", "TERM"] if setpriv else []
    return subprocess.Popen(  # noqa: S603 (a fixed program)
        # Flushes and reports what it has received at once, instead of a segment at a time.
        [*with_parent, *common, f"--directory={folder}", "--synchronous"],
        env=environment(parsed),
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_receiver(url: str, position: str, *, seconds: float) -> None:
    """Wait until the log was received up to a position. Raises `BackupFailed`."""
    deadline = time.monotonic() + seconds
    received = (
        "SELECT coalesce(bool_or(restart_lsn >= CAST(:position AS pg_lsn)), false) AS received"
        " FROM pg_replication_slots WHERE slot_name = :slot"
    )
    while not _query(url, received, position=position, slot=SLOT)["received"]:
        if time.monotonic() > deadline:
            raise BackupFailed(
                "The log of the database is not received: run `novacart archive-wal`."
            )
        time.sleep(0.5)


@contextmanager
def recovered_server(
    data: Path, base: BaseBackup, *, to: datetime | None, durable: bool
) -> Iterator[RecoveredServer]:
    """Recover a data directory with the log in its `WAL_FOLDER`, and run it until the block ends.

    Without `to` it is recovered to the end of the log. Only this process can connect, by a socket.
    Nothing is flushed to the disk unless `durable`. Raises `BackupFailed`, and `LogEndsEarly`.
    """
    program = _server_program((data / "PG_VERSION").read_text().strip())
    # The path of a socket has 107 bytes at most.
    with TemporaryDirectory(prefix="novacart-") as folder:
        process = _start(program, data, Path(folder), to=to, durable=durable)
        log = Path(folder) / "log"
        url = URL.create(
            "postgresql+psycopg",
            username=base.user,
            database=base.database,
            query={"host": folder},
        )
        try:
            _wait_until_recovered(process, url, log)
            yield RecoveredServer(
                url=url.render_as_string(), last_transaction=_last_transaction(log)
            )
        finally:
            # One that is not durable needs no checkpoint, since its data is deleted. The module
            # `signal` of Windows has no SIGQUIT, and no server is started there.
            stop = SIGINT if durable else signal.SIGQUIT
            stopped = stop_process(process, stop, seconds=_STOP_TIMEOUT)
    if not stopped:
        raise BackupFailed(
            f"The recovered server did not stop within {_STOP_TIMEOUT // 60} minutes, and was"
            " killed. Check the disk, and repeat the command."
        )
    shutil.rmtree(data / WAL_FOLDER)


def stop_process(process: subprocess.Popen[Any], signal: Signals, *, seconds: float) -> bool:
    """Send the signal to a running process, and kill it if it has not ended after `seconds`.

    Return False if it was killed.
    """
    if process.poll() is None:
        process.send_signal(signal)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False
    return True


def has_reached(url: str, position: str) -> bool:
    """Whether a recovered server has applied the log up to a position."""
    statement = "SELECT pg_last_wal_replay_lsn() >= CAST(:position AS pg_lsn) AS reached"
    return bool(_query(url, statement, position=position)["reached"])


def skip_lost_ids(url: str) -> None:
    """Let a recovered server not give the ids again that were given after the moment."""
    _query(url, SKIP_IDS)


def _server_program(version: str) -> str:
    """Return the path of `postgres` of this major version. Raises `BackupFailed`."""
    found = [
        shutil.which("postgres"),
        *(shutil.which("postgres", path=each.format(version)) for each in _SERVERS),
    ]
    for program in filter(None, found):
        printed = subprocess.run(  # noqa: S603 (found above)
            [program, "--version"], capture_output=True, text=True, check=False
        ).stdout
        if re.search(rf"\) {version}\b", printed):
            return program
    raise BackupFailed(
        f"The server program of PostgreSQL {version} is not installed. Install the package"
        f" postgresql-{version}; it does not have to run."
    )


def _start(
    program: str, data: Path, folder: Path, *, to: datetime | None, durable: bool
) -> subprocess.Popen[bytes]:
    (folder / "postgresql.conf").touch()
    (folder / "pg_ident.conf").touch()
    # Other users can't enter the folder of the socket.
    (folder / "pg_hba.conf").write_text("local all all trust\n")
    (data / "recovery.signal").touch()
    settings = _server_settings(folder, to=to, durable=durable)
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    directory = str(data.absolute())
    user: str | None = None
    descriptors: list[int] = []
    with ExitStack() as stack:
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root.
            user = _ordinary_user()
            for path in (folder, data, *data.rglob("*"), *folder.iterdir()):
                shutil.chown(path, user)
            # This user can't enter private folders above the directory.
            descriptor = os.open(data, os.O_RDONLY)
            stack.callback(os.close, descriptor)
            descriptors.append(descriptor)
            directory = f"/proc/self/fd/{descriptor}"
        log = stack.enter_context((folder / "log").open("wb"))
        return subprocess.Popen(  # noqa: S603 (found above)
            [program, "-D", directory, *options],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            user=user,
            pass_fds=descriptors,
        )


def _server_settings(folder: Path, *, to: datetime | None, durable: bool) -> Mapping[str, str]:
    # The settings of the copied server are not used: it may listen, archive and load libraries.
    return {
        "config_file": str(folder / "postgresql.conf"),
        "hba_file": str(folder / "pg_hba.conf"),
        "ident_file": str(folder / "pg_ident.conf"),
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "unix_socket_permissions": "0700",
        "port": "5432",
        "ssl": "off",
        "archive_mode": "off",
        "shared_preload_libraries": "",
        # The limits of the copied server need not be reached.
        "hot_standby": "off",
        "logging_collector": "off",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "fsync": "on" if durable else "off",
        "restore_command": f"cp {WAL_FOLDER}/%f %p",
        "recovery_target_timeline": "latest",
        "recovery_target_time": to.isoformat() if to else "",
        "recovery_target_action": "promote",
    }


def _ordinary_user() -> str:
    import pwd  # noqa: PLC0415 (not on Windows)

    with suppress(KeyError):
        return pwd.getpwnam("postgres").pw_name
    return "nobody"


def _wait_until_recovered(process: subprocess.Popen[bytes], url: URL, log: Path) -> None:
    """Wait as long as it takes. Raises `BackupFailed` if the server ends."""
    engine = create_engine(url, connect_args={"connect_timeout": 5})
    try:
        while process.poll() is None:
            try:
                engine.connect().close()
            except DBAPIError:
                time.sleep(0.1)
            else:
                return
    finally:
        engine.dispose()
    lines = log.read_text(errors="replace").splitlines()
    if any(_ENDED_EARLY in line for line in lines):
        raise LogEndsEarly(_last_transaction(log))
    fatal = [line.partition("FATAL:")[2].strip() for line in lines if "FATAL:" in line]
    raise BackupFailed(f"The recovery failed: {(fatal or lines or ['no message'])[-1]}.")


def _last_transaction(log: Path) -> datetime | None:
    found = _LAST_TRANSACTION.findall(log.read_text(errors="replace"))
    return datetime.fromisoformat(found[-1]).replace(tzinfo=UTC) if found else None


def _query(url: str, statement: str, **parameters: str) -> RowMapping:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return connection.execute(text(statement), parameters).mappings().one()
    except DBAPIError as error:
        reason = connection_failure(error.orig)
        raise BackupFailed(f"The database can't be reached: {reason}.") from error
    finally:
        engine.dispose()
