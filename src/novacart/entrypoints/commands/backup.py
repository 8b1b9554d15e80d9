"""The commands `novacart backup`, `archive-wal` and `restore`."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from subprocess import Popen
from threading import Thread
from time import sleep
from types import FrameType
from typing import Final, NoReturn

import click
import structlog

from novacart.adapters.persistence.backup import BackupFailed
from novacart.adapters.persistence.point_in_time import server_id, start_receiver, stop_process
from novacart.application.ports.errors import PortError
from novacart.entrypoints.backups import (
    backup_at,
    create_backup,
    delete_old_backups,
    list_backups,
    moment_at,
    prove_backup,
    record_failure,
    restore_backup,
    restore_directory,
    restore_moment,
    seconds_until,
)
from novacart.entrypoints.commands.cli_context import command_settings
from novacart.entrypoints.settings import Settings
from novacart.entrypoints.stop_flag import StopFlag
from novacart.entrypoints.temporary_copies import temporary_copies
from novacart.entrypoints.wal_archive import (
    archive_received,
    ensure_archive_is_of,
    failed_segments,
    received_folder,
)

_log = structlog.get_logger("novacart.backup")
_LATEST: Final = "latest"
_ARCHIVE_INTERVAL: Final = 10.0  # seconds
_STOP_TIMEOUT: Final = 20.0  # seconds
_RETRY_DELAY: Final = 3600.0  # seconds


@click.command()
@click.option("--prove", is_flag=True, help="Restore it into a scratch database and audit that.")
@click.option("--daily", metavar="HH:MM", help="Run until SIGTERM, and back up daily (UTC).")
def backup(*, prove: bool, daily: str | None) -> None:
    """Back up database and images on disk to BACKUP_DIR.

    The shop may run. Deletes backups older than BACKUP_KEEP_DAYS. With --prove, the back office
    shows the result under System health.
    """
    settings = command_settings()
    if daily is None:
        with _ended_by_signals():
            _back_up(settings, prove=prove)
        return
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", daily):
        raise click.UsageError("--daily needs a time such as 03:00.")
    with _ended_by_signals(code=0):
        _back_up_daily(settings, daily, prove=prove)


def _back_up_daily(settings: Settings, at: str, *, prove: bool) -> None:
    with suppress(BackupFailed), temporary_copies(settings):
        # Copies of a service that was killed are deleted now, not only at night.
        pass
    _log.info("next_backup", at=at)
    wait = seconds_until(datetime.now(UTC), at)
    while True:
        sleep(wait)
        begun = datetime.now(UTC).replace(microsecond=0)
        try:
            _back_up(settings, prove=prove)
        except Exception as failure:  # noqa: BLE001 (the next night needs a backup, too)
            unexpected = not isinstance(failure, PortError)
            _log.error("backup_failed", reason=str(failure), exc_info=unexpected)
        now = datetime.now(UTC)
        wait = seconds_until(now, at)
        if not any(each.created_at >= begun for each in list_backups(settings.backup_dir)):
            # The database may be down. A failed proof would fail again.
            wait = min(wait, _RETRY_DELAY)


@contextmanager
def _ended_by_signals(code: int = 1) -> Iterator[None]:
    """Let SIGTERM and SIGINT end the block with an exit code, so that it deletes its copies."""

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        # A second signal does not interrupt the deletion.
        for each in previous:
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(code)

    previous = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    for each in previous:
        signal.signal(each, end)
    try:
        yield
    finally:
        for each, handler in previous.items():
            signal.signal(each, handler or signal.SIG_DFL)


def _stop_on_signals() -> StopFlag:
    stopping = StopFlag()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return stopping


def _back_up(settings: Settings, *, prove: bool) -> None:
    now = datetime.now(UTC)
    try:
        with temporary_copies(settings):
            made = create_backup(settings, now=now)
    except BackupFailed as failure:
        if prove:
            record_failure(settings, str(failure))
        raise
    size = made.path.stat().st_size
    click.echo(f"Backed up to {made.path} ({size >> 10} KiB).")
    try:
        if prove:
            with temporary_copies(settings):
                click.echo(prove_backup(settings, made))
    finally:
        # Also after a failed proof, or the disk would be full after some nights.
        for old in delete_old_backups(settings, now=now):
            click.echo(f"Deleted {old.path.name}.")


@click.command()
def archive_wal() -> None:
    """Archive the write-ahead log in BACKUP_DIR until SIGTERM.

    With it and the backups of PostgreSQL, `novacart restore --to TIME` restores any moment. The
    role of the database needs the right REPLICATION.
    """
    settings = command_settings()
    if not settings.backup_wal:
        raise BackupFailed("BACKUP_WAL is not set. Set BACKUP_WAL=True for all commands.")
    ensure_archive_is_of(settings, server_id(settings.database_url))
    stopping = _stop_on_signals()
    for path in failed_segments(settings):
        path.unlink()
    with start_receiver(settings.database_url, received_folder(settings)) as receiver:
        Thread(target=_log_messages, args=[receiver], daemon=True).start()
        _log.info("wal_archive_started", folder=str(settings.backup_dir))
        try:
            while not stopping.wait(_ARCHIVE_INTERVAL) and receiver.poll() is None:
                try:
                    archive_received(settings)
                except BackupFailed as failure:
                    _log.error("wal_archive_failed", reason=str(failure))
                if failed_segments(settings):
                    # It is deleted at the next start, when no process writes it.
                    raise BackupFailed(
                        f"pg_receivewal can't write to {settings.backup_dir}. Free space, and start"
                        " `novacart archive-wal` again."
                    )
        finally:
            stop_process(receiver, signal.SIGTERM, seconds=_STOP_TIMEOUT)
    archive_received(settings)
    if not stopping.is_set:
        raise BackupFailed(f"pg_receivewal ended with exit code {receiver.returncode}.")


def _log_messages(receiver: Popen[str]) -> None:
    for line in receiver.stderr or ():
        _log.warning("wal_receiver", message=line.strip())


class _Moment(click.ParamType[datetime | str]):
    """A time, UTC without an offset, or `latest`."""

    name = "TIME"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime | str:
        if value == _LATEST:
            return value
        try:
            time = datetime.fromisoformat(value)
        except ValueError:
            self.fail("write a time such as '2026-03-01 12:00', or latest", param, ctx)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--to",
    type=_Moment(),
    help="Restore this moment (UTC), or `latest`: the newest one. Without an archived log, restore"
    " the newest backup of that time or earlier.",
)
@click.option("--replace", is_flag=True, help="Lose what the database has now.")
@click.option(
    "--data-directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="Recover a new data directory of PostgreSQL instead; needs --to.",
)
def restore(
    *, file: Path | None, to: datetime | str | None, replace: bool, data_directory: Path | None
) -> None:
    """Restore a backup into the database at DATABASE_URL.

    It is FILE, or the newest backup in BACKUP_DIR. Stop web server and workers first. A damaged
    backup changes nothing. Run `novacart migrate` afterwards if the backup is of an older release.
    Then run `novacart reconcile --days 30`, which applies what the payment provider has recorded
    since to the restored orders, so that none can be paid twice, and `novacart audit`, which lists
    payments of orders that are lost.
    """
    settings = command_settings()
    if data_directory and to is None:
        raise click.UsageError("--data-directory needs --to.")
    with _ended_by_signals(), temporary_copies(settings):
        if to is None:
            path = file or backup_at(settings.backup_dir, None).path
            restore_backup(settings, path, replace_content=replace)
            click.echo(f"Restored {path}.")
        else:
            time = to if isinstance(to, datetime) else None
            _restore_moment(settings, time, file, replace=replace, data_directory=data_directory)
    click.echo("Now run `novacart migrate`, `novacart reconcile --days 30` and `novacart audit`.")


def _restore_moment(
    settings: Settings,
    time: datetime | None,
    file: Path | None,
    *,
    replace: bool,
    data_directory: Path | None,
) -> None:
    moment = moment_at(settings, time, path=file, now=datetime.now(UTC))
    if moment is None and data_directory:
        raise BackupFailed("No backup has a physical copy: set BACKUP_WAL=True.")
    if moment is None:
        path = file or backup_at(settings.backup_dir, time).path
        restore_backup(settings, path, replace_content=replace)
        click.echo(f"Restored {path}: the state of its time, since no write-ahead log is archived.")
        return
    if data_directory:
        last = restore_directory(settings, moment, data_directory)
        click.echo(f"Recovered {data_directory} with {moment.path} and the archived log. {last}")
        return
    last = restore_moment(settings, moment, replace_content=replace)
    click.echo(f"Restored {moment.path} and the archived log. {last}")
