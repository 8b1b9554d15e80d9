"""A moment is restored from a physical copy of PostgreSQL and its archived log."""

import os
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGTERM, Signals

import psycopg
import pytest
from click.testing import CliRunner
from flask import Flask

from novacart.adapters.persistence import point_in_time
from novacart.adapters.persistence.backup import BackupFailed, dump
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.point_in_time import (
    BaseBackup,
    stop_process,
    wait_for_receiver,
)
from novacart.entrypoints import backups
from novacart.entrypoints.backups import Moment, delete_old_backups
from novacart.entrypoints.cli import novacart
from novacart.entrypoints.encrypted_files import writing
from novacart.entrypoints.http import create_app
from novacart.entrypoints.settings import load_settings
from novacart.entrypoints.wal_archive import archive_received, extract_segments
from tests.support.accounts import CheapPasswords
from tests.support.databases import TestRun, create_schema
from tests.support.postgres import REPLICATED, PostgresServer
from tests.support.processes import PRODUCTION, TIMEOUT, Process, paused, started
from tests.support.replication import execute
from tests.support.shoppers import Shopper

KEY = "a-key-of-the-tests-alone-0123456789"
BACKUP_KEY = "another-key-of-the-tests-alone-9876543210"


@dataclass(frozen=True)
class History:
    """Orders before and after `between`, the moment between the first and the second."""

    server: PostgresServer
    receiver: Process
    environ: dict[str, str]
    orders: list[int]
    between: datetime
    after: datetime

    @property
    def archive(self) -> Path:
        return Path(self.environ["BACKUP_DIR"]) / "wal"

    def run(self, *arguments: str, **changed: str) -> str:
        """Run a command in this process. An error of the shop is raised."""
        environ = self.environ | changed
        result = CliRunner().invoke(novacart, arguments, env=environ, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    def restore(self, to: datetime | str, **changed: str) -> tuple[list[int], str]:
        """Restore into another database; return the ids of its orders and the output."""
        with other_database(self.server) as url:
            output = self.run("restore", "--to", str(to), **{"DATABASE_URL": url} | changed)
            assert "All" in self.run("audit", DATABASE_URL=url)
            return order_ids(url), output


@contextmanager
def other_database(server: PostgresServer) -> Iterator[str]:
    execute(server, "CREATE DATABASE other")
    try:
        yield server.url("other")
    finally:
        execute(server, "DROP DATABASE other WITH (FORCE)")


def written(server: PostgresServer) -> str:
    """The position of the log."""
    with psycopg.connect(server.url().replace("+psycopg", "")) as connection:
        row = connection.execute("SELECT pg_current_wal_flush_lsn()::text").fetchone()
    assert row is not None
    return str(row[0])


def order_ids(url: str) -> list[int]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM orders ORDER BY id")]


def last_id(url: str) -> int:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        row = connection.execute("SELECT last_value FROM identities").fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture(scope="module")
def server(test_run: TestRun) -> Iterator[PostgresServer]:
    server = PostgresServer(test_run.new_folder("archived"), settings=REPLICATED)
    server.start()
    execute(server, "CREATE DATABASE shop")
    create_schema(server.url("shop"))
    yield server
    server.crash()


@pytest.fixture(scope="module")
def history(server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """A shop whose log is archived: a backup, an order, a moment, and two more orders."""
    folder = tmp_path_factory.mktemp("shop")
    environ = {
        "PATH": f"{server.binaries}:{os.environ['PATH']}",
        "SECRET_KEY": KEY,
        "BACKUP_KEY": BACKUP_KEY,
        "BACKUP_WAL": "True",
        "BACKUP_DIR": str(folder / "backups"),
        "DATABASE_URL": server.url("shop"),
        "VAR_DIR": str(folder / "var"),
    }
    app = create_app(load_settings(environ | PRODUCTION, dotenv=folder / "no"), CheapPasswords())
    with started("archive-wal", folder=folder, **environ) as receiver:
        receiver.wait_for_output("wal_archive_started")
        (folder / "in.csv").write_text("title,price,stock\nHour Glass,250.00,10\n")
        for command in (["import-products", str(folder / "in.csv")], ["backup"]):
            result = CliRunner().invoke(novacart, command, env=environ, catch_exceptions=False)
            assert result.exit_code == 0, result.output
        place = place_orders(app)
        first = place()
        between = pause()
        second = place()
        execute(server, "SELECT pg_switch_wal()")
        after = pause()
        third = place()
        # The order is not in the last segment.
        execute(server, "SELECT pg_switch_wal()")
        execute(server, "SELECT pg_logical_emit_message(true, 'test', 'in the last segment')")
        wait_for_receiver(environ["DATABASE_URL"], written(server), seconds=30)
        yield History(server, receiver, environ, [first, second, third], between, after)
    app.extensions["novacart.injector"].get(Database).dispose()


def place_orders(app: Flask) -> Callable[[], int]:
    shopper = Shopper(app.test_client())
    [product] = app.test_client().get("/api/products/").get_json()
    return lambda: int(shopper.ordered(product["id"])["id"])


def pause() -> datetime:
    """Return a moment that is a tenth of a second away from what is before and after it."""
    time.sleep(0.1)
    moment = datetime.now(UTC)
    time.sleep(0.1)
    return moment


def test_orders_until_the_moment_are_restored_and_later_ones_are_not(history: History) -> None:
    # A time without an offset is UTC.
    restored, output = history.restore(history.between.replace(tzinfo=None))
    assert restored == history.orders[:1]
    assert "The last transaction is of " in output
    assert history.restore(history.after)[0] == history.orders[:2]
    assert history.restore("latest")[0] == history.orders


def test_scratch_server_has_its_data_in_the_directory_of_backups(
    copy: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also as root, whose private folders the user of the server can't enter."""
    folder = Path(copy.environ["BACKUP_DIR"])
    folder.chmod(0o700)
    found: list[Path] = []

    def dump_and_look(url: str, target: Path) -> None:
        found.extend(folder.glob(".recovery-*/postmaster.pid"))
        dump(url, target)

    monkeypatch.setattr(backups, "dump", dump_and_look)
    assert copy.restore("latest")[0] == copy.orders
    assert len(found) == 1
    assert not list(folder.glob(".*"))


@pytest.fixture
def copy(history: History, tmp_path: Path) -> History:
    """The history with a copy of its backups that the test may damage."""
    folder = tmp_path / "copy"
    # Files of the log are renamed and deleted while it runs.
    with paused(history.receiver):
        shutil.copytree(history.environ["BACKUP_DIR"], folder)
    for later in sorted(folder.glob("*.backup"))[1:]:
        later.unlink()
    copied = replace(history, environ=history.environ | {"BACKUP_DIR": str(folder)})
    archive_received(load_settings(copied.environ))
    return copied


def test_state_is_restored_on_a_new_server_after_the_old_one_was_lost(
    copy: History, test_run: TestRun
) -> None:
    new = PostgresServer(test_run.new_folder("new"))
    new.start()
    try:
        restored, _ = replace(copy, server=new).restore("latest")
        # Its segments would have the names of those of the old one.
        for command in ("backup", "archive-wal"):
            with pytest.raises(BackupFailed, match="has the log of another PostgreSQL server"):
                copy.run(command, DATABASE_URL=new.url())
    finally:
        new.crash()
    assert restored == copy.orders


def test_new_data_directory_is_recovered_for_a_server_of_the_operator(
    history: History, test_run: TestRun
) -> None:
    folder = test_run.new_folder("recovered")
    server = PostgresServer(folder)
    to = ("--to", str(history.between), "--data-directory", str(folder / "data"))
    assert "Recovered" in history.run("restore", *to)
    server.own_data()
    server.start()
    try:
        assert order_ids(server.url("shop")) == history.orders[:1]
        # PostgreSQL itself skips up to 32 ids at a recovery.
        assert last_id(server.url("shop")) > last_id(history.server.url("shop")) + 100
    finally:
        server.crash()
    with pytest.raises(BackupFailed, match="is not empty"):
        history.run("restore", *to)
    with pytest.raises(BackupFailed, match="can't be used: Not a directory"):
        history.run("restore", *to[:3], str(folder / "data" / "PG_VERSION" / "new"))


def test_backup_is_proven_with_the_log_since_the_one_before(history: History) -> None:
    output = history.run("backup", "--prove")
    first = min(Path(history.environ["BACKUP_DIR"]).glob("*.backup")).name
    assert f"{first} and the log: The last transaction is of" in output
    with pytest.raises(BackupFailed, match="The earliest moment that can be restored"):
        history.run("restore", max_backup(history), "--to", str(history.between))


def max_backup(history: History) -> str:
    return str(max(Path(history.environ["BACKUP_DIR"]).glob("*.backup")))


def test_log_and_backups_are_encrypted_and_private(copy: History) -> None:
    segments = list(copy.archive.glob("*.wal"))
    assert segments
    assert {path.stat().st_mode & 0o777 for path in segments} == {0o600}
    assert all(path.read_bytes().startswith(b"NOVACART-ENCRYPTED") for path in segments)


def test_files_that_the_documentation_copies_elsewhere_are_encrypted(copy: History) -> None:
    archive_received(load_settings(copy.environ))
    page = (Path(__file__).parents[3] / "docs" / "deploy.md").read_text()
    folder = Path(copy.environ["BACKUP_DIR"])
    copied = [
        path
        for pattern in re.findall(r"--include '/([^']+)'", page)
        for path in folder.glob(pattern)
    ]
    assert {path.suffix for path in copied} == {".backup", ".wal"}
    assert all(path.read_bytes().startswith(b"NOVACART-ENCRYPTED") for path in copied)


@pytest.mark.parametrize(
    ("to", "message"),
    [
        ("2999-01-01", "is in the future"),
        ("2020-01-01", "There is no backup of 2020-01-01 00:00:00"),
        ("now", "The archived log ends at .* or with --to latest"),
    ],
)
def test_moment_outside_of_the_archive_is_refused(copy: History, to: str, message: str) -> None:
    moment = str(datetime.now(UTC)) if to == "now" else to
    with pytest.raises(BackupFailed, match=message):
        copy.restore(moment)


def test_time_that_is_no_time_is_refused(history: History) -> None:
    result = CliRunner().invoke(novacart, ["restore", "--to", "noon"], env=history.environ)
    assert result.exit_code == 2
    assert "write a time such as '2026-03-01 12:00', or latest" in result.output


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("segment missing", "The segment [0-9A-F]{24} of the log is missing"),
        ("segment cut", "was cut short or changed"),
        ("backup cut", "was cut short or changed"),
        ("other key", "encrypted with another key"),
        ("no key", "is encrypted: set BACKUP_KEY"),
        ("no program", "The server program of PostgreSQL 18 is not installed"),
        ("not empty", "The database is not empty"),
    ],
)
def test_fault_changes_nothing(copy: History, tmp_path: Path, fault: str, message: str) -> None:
    segment = sorted(copy.archive.glob("*.wal"))[-2]
    changed = {}
    if fault == "segment missing":
        segment.unlink()
    elif fault == "segment cut":
        segment.write_bytes(segment.read_bytes()[:-100])
    elif fault == "backup cut":
        backup = Path(max_backup(copy))
        backup.write_bytes(backup.read_bytes()[:-100])
    elif fault == "no program":
        (tmp_path / "bin").mkdir()
        changed["PATH"] = str(tmp_path / "bin")
    elif fault == "not empty":
        changed["DATABASE_URL"] = copy.environ["DATABASE_URL"]
    else:
        changed["BACKUP_KEY"] = f"{BACKUP_KEY}-2" if fault == "other key" else ""
    with pytest.raises(BackupFailed, match=message):
        copy.restore("latest", **changed)
    assert order_ids(copy.environ["DATABASE_URL"])[:3] == copy.orders
    assert not list(Path(copy.environ["BACKUP_DIR"]).glob(".*"))


def test_gap_in_the_log_is_no_obstacle_for_an_earlier_moment(copy: History) -> None:
    segments = sorted(copy.archive.glob("*.wal"))
    segments[-2].unlink()
    with pytest.raises(BackupFailed, match="is missing"):
        copy.restore("latest")
    assert copy.restore(copy.between)[0] == copy.orders[:1]


def test_moment_is_restored_from_a_copy_whose_files_have_the_time_of_the_copy(
    copy: History,
) -> None:
    later = time.time() + 24 * 3600
    for path in copy.archive.glob("*.wal"):
        os.utime(path, (later, later))
    assert copy.restore(copy.after)[0] == copy.orders[:2]


def test_later_backups_bound_the_log_of_a_moment(
    history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings(history.environ | {"BACKUP_DIR": str(tmp_path)})
    segments = [f"{number:024X}" for number in range(1, 6)]
    (tmp_path / "wal").mkdir()
    for segment in segments:
        with writing(tmp_path / "wal" / f"{segment}.wal", BACKUP_KEY) as file:
            file.write(b"log")
    for day in range(1, 5):
        (tmp_path / f"novacart-2026030{day}T030000Z.backup").touch()
    base = BaseBackup(
        first_segment=segments[0],
        segment_size=1 << 24,
        ended_at=datetime(2026, 3, 1, 4, tzinfo=UTC),
        ended_in="0/1",
        database="shop",
        user="shop",
    )

    def base_of(_: object, path: Path) -> BaseBackup:
        return replace(base, first_segment=segments[int(path.name[16]) - 1])

    monkeypatch.setattr(backups, "_base_of", base_of)
    moment = Moment(path=tmp_path, base=base, to=datetime(2026, 3, 1, 12, tzinfo=UTC))
    last = backups._last_segment(settings, moment)
    assert last == segments[2]
    (tmp_path / "log").mkdir()
    assert extract_segments(settings, segments[0], 1 << 24, tmp_path / "log", last=last) is None
    assert sorted(path.name for path in (tmp_path / "log").iterdir()) == segments[:3]
    assert backups._last_segment(settings, replace(moment, to=None)) is None
    assert backups._last_segment(settings, replace(moment, to=datetime.now(UTC))) is None


def test_full_disk_is_named(copy: History) -> None:
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "novacart.entrypoints.cli",
            "restore",
            "--to",
            "latest",
            "--replace",
        ],
        env=copy.environ,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith("Error: ")
    assert "Traceback" not in result.stderr


def test_log_of_deleted_backups_is_deleted(copy: History) -> None:
    copy.run("backup")
    before = {path.name for path in copy.archive.glob("*.wal")}
    settings = load_settings(copy.environ)
    old = min(Path(copy.environ["BACKUP_DIR"]).glob("*.backup"))
    old.rename(old.with_name("novacart-20200101T000000Z.backup"))
    delete_old_backups(settings, now=datetime.now(UTC))
    assert {path.name for path in copy.archive.glob("*.wal")} < before


def test_process_that_does_not_stop_is_killed() -> None:
    code = "import signal; signal.signal(2, lambda *_: None); print(flush=True)\nwhile True: pass"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert not stop_process(process, SIGINT, seconds=0.2)
        assert process.returncode == -SIGKILL
        assert stop_process(process, SIGINT, seconds=0.2)


def test_server_that_does_not_stop_fails_the_restore(
    copy: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop_late(process: subprocess.Popen[bytes], signal: Signals, *, seconds: float) -> bool:
        assert seconds < 3600
        stop_process(process, signal, seconds=seconds)
        return False

    monkeypatch.setattr(point_in_time, "stop_process", stop_late)
    with pytest.raises(BackupFailed, match="did not stop within 15 minutes"):
        copy.restore("latest")
    assert not list(Path(copy.environ["BACKUP_DIR"]).glob(".*"))


@pytest.mark.parametrize("number", [SIGTERM, SIGKILL])
def test_stopped_restore_leaves_no_copy_and_no_server(
    copy: History, tmp_path: Path, number: Signals
) -> None:
    """At the latest when the next command begins."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "pg_dump").write_text(f"#!/bin/sh\ntouch {tmp_path}/begun\nexec sleep 60\n")
    (folder / "pg_dump").chmod(0o700)
    environ = copy.environ | {"PATH": f"{folder}:{copy.environ['PATH']}"}
    backup_folder = Path(copy.environ["BACKUP_DIR"])
    with started("restore", "--to", "latest", "--replace", folder=tmp_path, **environ) as process:
        deadline = time.monotonic() + TIMEOUT
        while not (tmp_path / "begun").exists():
            assert time.monotonic() < deadline
            assert process.running.poll() is None, process.output_text
            time.sleep(0.05)
        [data] = backup_folder.glob(".recovery-*")
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        assert process.stop(number) == (1 if number == SIGTERM else -SIGKILL)
    if number == SIGKILL:
        assert Path(f"/proc/{pid}/cwd").samefile(data)
        copy.run("backup")
    assert not Path(f"/proc/{pid}/cwd").exists()
    assert not list(backup_folder.glob(".*"))
    assert order_ids(copy.environ["DATABASE_URL"])[:3] == copy.orders


def test_receiver_that_does_not_run_fails_the_proof(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("novacart.entrypoints.backups._RECEIVER_WAIT", 0)
    assert history.receiver.stop() == 0
    with pytest.raises(BackupFailed, match="run `novacart archive-wal`"):
        history.run("backup", "--prove")


def test_receiver_continues_after_a_full_disk(history: History, tmp_path: Path) -> None:
    if history.receiver.running.poll() is None:
        assert history.receiver.stop() == 0
    # The file is not deleted while a receiver could write it.
    with started("archive-wal", folder=tmp_path, **history.environ) as process:
        process.wait_for_output("wal_archive_started")
        with psycopg.connect(history.server.url().replace("+psycopg", "")) as connection:
            row = connection.execute(
                "SELECT pg_walfile_name(pg_current_wal_insert_lsn() + (16 * 1024 * 1024))"
            ).fetchone()
        assert row is not None
        (history.archive / "received" / f"{row[0]}.partial").write_bytes(bytes(14_614_528))
        execute(history.server, "SELECT pg_switch_wal()")
        execute(history.server, "SELECT pg_logical_emit_message(true, 'test', 'in the next one')")
        assert process.running.wait(TIMEOUT) == 1
        assert "pg_receivewal can't write to" in process.output_text
    with started("archive-wal", folder=tmp_path, **history.environ) as process:
        wait_for_receiver(history.environ["DATABASE_URL"], written(history.server), seconds=30)
        assert process.stop() == 0


_START_RECEIVER = """
import pathlib, time
from novacart.adapters.persistence.point_in_time import start_receiver
receiver = start_receiver("postgresql+psycopg://shop@localhost/shop", pathlib.Path.cwd())
print(receiver.pid, flush=True)
time.sleep(3600)
"""


@pytest.mark.parametrize("has_setpriv", [True, False])
def test_receiver_ends_with_its_killed_process(tmp_path: Path, *, has_setpriv: bool) -> None:
    """On Linux, by setpriv; without it is the negative control. The receiver only waits."""
    program = tmp_path / "pg_receivewal"
    program.write_text('#!/bin/sh\ncase "$*" in *--directory*) exec /bin/sleep 3600;; esac\n')
    program.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}" if has_setpriv else str(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", _START_RECEIVER],
        env={"PATH": path},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        receiver = Path(f"/proc/{int(process.stdout.readline())}")
        command = receiver / "comm"
        deadline = time.monotonic() + TIMEOUT
        while command.read_text() != "sleep\n":
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.kill()
        process.wait()
    try:
        deadline = time.monotonic() + (TIMEOUT if has_setpriv else 1)
        while receiver.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert receiver.exists() != has_setpriv
    finally:
        with suppress(ProcessLookupError):
            os.kill(int(receiver.name), SIGKILL)
