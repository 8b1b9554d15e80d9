"""The commands `novacart backup` and `novacart restore`."""

import re
import signal
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import click
import structlog

from novacart.adapters.persistence.backup import BackupFailed
from novacart.entrypoints.backups import (
    backup_at,
    create_backup,
    delete_old_backups,
    prove_backup,
    record_proof,
    restore_backup,
    seconds_until,
)
from novacart.entrypoints.commands.cli_context import command_settings
from novacart.entrypoints.settings import Settings
from novacart.entrypoints.stop_flag import StopFlag

_log = structlog.get_logger("novacart.backup")


@click.command()
@click.option("--prove", is_flag=True, help="Restore it into a scratch database and audit that.")
@click.option("--daily", metavar="HH:MM", help="Run until SIGTERM, and back up daily (UTC).")
def backup(*, prove: bool, daily: str | None) -> None:
    """Back up the database and the images on disk to BACKUP_DIR.

    The shop may run. Deletes backups older than BACKUP_KEEP_DAYS. With --prove, the back office
    shows the result under System health.
    """
    settings = command_settings()
    if daily is None:
        _back_up(settings, prove=prove)
        return
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", daily):
        raise click.UsageError("--daily needs a time such as 03:00.")
    stopping = StopFlag()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    _log.info("next_backup", at=daily)
    while not stopping.wait(seconds_until(datetime.now(UTC), daily)):
        try:
            _back_up(settings, prove=prove)
        except BackupFailed as failure:
            _log.error("backup_failed", reason=str(failure))


def _back_up(settings: Settings, *, prove: bool) -> None:
    now = datetime.now(UTC)
    try:
        made = create_backup(settings, now=now)
    except BackupFailed as failure:
        if prove:
            record_proof(settings, ok=False, summary=str(failure))
        raise
    size = made.path.stat().st_size
    click.echo(f"Backed up to {made.path} ({size >> 10} KiB).")
    if prove:
        click.echo(prove_backup(settings, made))
    for old in delete_old_backups(settings, now=now):
        click.echo(f"Deleted {old.path.name}.")


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--to",
    "time",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"]),
    help="Restore the newest backup of this time (UTC) or earlier.",
)
@click.option("--replace", is_flag=True, help="Lose what the database has now.")
def restore(*, file: Path | None, time: datetime | None, replace: bool) -> None:
    """Restore FILE, or the newest backup of BACKUP_DIR, into the database at DATABASE_URL.

    Stop web server and workers first. A damaged backup changes nothing. Run `novacart migrate`
    afterwards if the backup is of an older release, and `novacart reconcile --days 30`, which adds
    what the payment provider has recorded since.
    """
    settings = command_settings()
    path = file or backup_at(settings.backup_dir, time and time.replace(tzinfo=UTC)).path
    restore_backup(settings, path, replace_content=replace)
    click.echo(f"Restored {path}.")
    click.echo("Now run `novacart migrate`, `novacart audit` and `novacart reconcile --days 30`.")
