"""Backups: one archive with the database and the images, encrypted, kept for some days."""

import io
import json
import re
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from gzip import GzipFile
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Final, cast

from novacart.adapters.persistence.backup import (
    BackupFailed,
    dump,
    ensure_replaceable,
    restore,
    scratch_database,
)
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.point_in_time import (
    WAL_FOLDER,
    BaseBackup,
    LogEndsEarly,
    RecoveredServer,
    base_backup,
    has_reached,
    recovered_server,
    server_id,
    skip_lost_ids,
    wait_for_receiver,
)
from novacart.application.audit.audit_shop import AuditShop
from novacart.application.ports.clock import Clock
from novacart.application.ports.errors import PortError
from novacart.application.ports.system_checks import PROVEN_RESTORE, SystemChecks
from novacart.entrypoints.container import build_container
from novacart.entrypoints.encrypted_files import reading, writing
from novacart.entrypoints.private_files import make_private_directory
from novacart.entrypoints.settings import Settings
from novacart.entrypoints.temporary_copies import DUMP, RECOVERY, RESTORE
from novacart.entrypoints.wal_archive import (
    archive_received,
    delete_segments_before,
    ensure_archive_is_of,
    extract_segments,
)

_NAME: Final = re.compile(r"novacart-(\d{8}T\d{6}Z)\.backup")
_TIME: Final = "%Y%m%dT%H%M%SZ"
_DATABASE: Final = "database"
_MEDIA: Final = "media"
_BASE: Final = "base"
_MANIFEST: Final = "manifest.json"
_LAST_PROVEN: Final = "last-proven"
_RECEIVER_WAIT: Final = 30.0  # seconds
# The clocks of this machine and of the server may differ.
_TOLERANCE: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Backup:
    """A file in BACKUP_DIR and the time, UTC, at which it was begun."""

    created_at: datetime
    path: Path


def create_backup(settings: Settings, *, now: datetime) -> Backup:
    """Write a backup of the database and of the images on disk.

    With BACKUP_WAL it also has a physical copy of the server, from which the write-ahead log leads
    to any later moment. It appears in the directory when it is complete. Raises `BackupFailed`,
    also if the archived log is of another server.
    """
    if settings.backup_wal:
        ensure_archive_is_of(settings, server_id(settings.database_url))
    folder = settings.backup_dir
    path = folder / f"novacart-{now.strftime(_TIME)}.backup"
    try:
        make_private_directory(folder)
        with TemporaryDirectory(dir=folder, prefix=DUMP) as scratch:
            copy, base_copy = Path(scratch) / _DATABASE, Path(scratch) / _BASE
            dump(settings.database_url, copy)
            manifest: dict[str, Any] = {
                "format": 1,
                "created_at": now.isoformat(),
                "database": settings.database_url.partition(":")[0],
            }
            if settings.backup_wal:
                manifest[_BASE] = asdict(base_backup(settings.database_url, base_copy))
            with writing(path, settings.backup_key) as zipped:
                _write_archive(zipped, manifest, [copy, base_copy], settings.var / _MEDIA)
    except OSError as error:
        raise BackupFailed(f"The backup can't be written to {folder}: {error.strerror}.") from error
    return Backup(created_at=now.replace(microsecond=0), path=path)


def list_backups(folder: Path) -> list[Backup]:
    """Return the complete backups of the directory, oldest first."""
    return sorted(
        Backup(created_at=datetime.strptime(match[1], _TIME).replace(tzinfo=UTC), path=path)
        for path in (folder.iterdir() if folder.is_dir() else ())
        if (match := _NAME.fullmatch(path.name))
    )


def backup_at(folder: Path, time: datetime | None) -> Backup:
    """Return the newest backup begun at `time` or before it. Raises `BackupFailed`."""
    backups = [each for each in list_backups(folder) if time is None or each.created_at <= time]
    if not backups:
        when = f" of {time.isoformat(sep=' ')} or earlier" if time else ""
        raise BackupFailed(f"There is no backup{when} in {folder}.")
    return backups[-1]


def delete_old_backups(settings: Settings, *, now: datetime) -> list[Backup]:
    """Delete the backups older than BACKUP_KEEP_DAYS, and their log.

    The newest backup and the newest proven one are kept.
    """
    oldest = now - timedelta(days=settings.backup_keep_days)
    proven = _last_proven(settings)
    old = [
        each
        for each in list_backups(settings.backup_dir)[:-1]
        if each.created_at < oldest and each.path.name != proven
    ]
    for backup in old:
        backup.path.unlink(missing_ok=True)
    with suppress(BackupFailed):
        # If a backup can't be read, the whole log is kept.
        for backup in list_backups(settings.backup_dir):
            if base := _base_of(settings, backup.path):
                delete_segments_before(settings, base.first_segment, base.segment_size)
                break
    return old


def restore_backup(settings: Settings, path: Path, *, replace_content: bool) -> None:
    """Restore the database at DATABASE_URL, and add the images that are missing in VAR_DIR.

    The whole file is read and checked first. Raises `BackupFailed`.
    """
    with _extracted(settings, path) as folder:
        restore(folder / _DATABASE, settings.database_url, replace=replace_content)
        _add_images(settings, folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A state that can be restored: a physical copy, and the log up to `to` or to its end."""

    path: Path
    base: BaseBackup
    to: datetime | None


def moment_at(
    settings: Settings, to: datetime | None, *, path: Path | None, now: datetime
) -> Moment | None:
    """Return how the state at `to`, or the newest one, can be restored.

    It begins with the newest suitable backup, or with the one at `path`. None if no backup has a
    physical copy. Raises `BackupFailed`.
    """
    if to and to > now:
        raise BackupFailed(f"{to.isoformat()} is in the future.")
    if path is None:
        backup_at(settings.backup_dir, to)
    paths = [path] if path else [each.path for each in reversed(list_backups(settings.backup_dir))]
    oldest: BaseBackup | None = None
    for each in paths:
        if (base := _base_of(settings, each)) is not None:
            if to is None or base.ended_at <= to:
                return Moment(path=each, base=base, to=to)
            oldest = base
    if oldest is not None:
        earliest = oldest.ended_at.isoformat(sep=" ", timespec="seconds")
        raise BackupFailed(
            f"The earliest moment that can be restored is {earliest}. Restore an earlier backup by"
            " its file name."
        )
    return None


def restore_moment(settings: Settings, moment: Moment, *, replace_content: bool) -> str:
    """Recover a scratch server to a moment, and restore its database at DATABASE_URL.

    Adds missing images of the newest backup. Returns what was restored. Raises `BackupFailed`.
    """
    ensure_replaceable(settings.database_url, replace=replace_content)
    make_private_directory(settings.backup_dir)
    with (
        TemporaryDirectory(dir=settings.backup_dir, prefix=RECOVERY) as data,
        TemporaryDirectory(dir=settings.backup_dir, prefix=DUMP) as folder,
    ):
        with _recovered(settings, moment, Path(data)) as server:
            dump(server.url, Path(folder) / _DATABASE)
        restore(Path(folder) / _DATABASE, settings.database_url, replace=replace_content)
    newest = list_backups(settings.backup_dir)[-1:]
    with _extracted(settings, newest[0].path if newest else moment.path) as images:
        _add_images(settings, images)
    return _recovered_to(server)


def restore_directory(settings: Settings, moment: Moment, data: Path) -> str:
    """Recover a new data directory to a moment, for a server that the operator starts.

    Returns what was restored. Raises `BackupFailed`.
    """
    try:
        if data.exists() and any(data.iterdir()):
            raise BackupFailed(f"{data} is not empty. Name a new directory.")
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        data.chmod(0o700)
    except OSError as error:
        raise BackupFailed(f"{data} can't be used: {error.strerror}.") from error
    with _recovered(settings, moment, data.absolute(), durable=True) as server:
        skip_lost_ids(server.url)
    return _recovered_to(server)


def prove_backup(settings: Settings, backup: Backup) -> str:
    """Restore the backup into a scratch database, audit that, and record the result.

    With BACKUP_WAL, also recover the backup before it to the present with the log, and audit that.
    Returns the summary for the back office. Raises `BackupFailed`, also for a violated invariant.
    """
    try:
        with (
            _extracted(settings, backup.path) as folder,
            scratch_database(settings.database_url) as url,
        ):
            restore(folder / _DATABASE, url)
            summary = _audit(settings, url)
        summary = f"{backup.path.name} was restored and audited. {summary}"
        if base := _base_of(settings, backup.path):
            summary += _prove_log(settings, backup, base)
    except Exception as failure:
        reason = str(failure) if isinstance(failure, PortError) else type(failure).__name__
        record_failure(settings, f"{backup.path.name}: {reason}")
        raise
    _record_proof(settings, ok=True, summary=summary)
    with suppress(OSError):
        (settings.backup_dir / _LAST_PROVEN).write_text(backup.path.name)
    return summary


def _last_proven(settings: Settings) -> str:
    try:
        return (settings.backup_dir / _LAST_PROVEN).read_text()
    except OSError:
        return ""


def _prove_log(settings: Settings, backup: Backup, base: BaseBackup) -> str:
    wait_for_receiver(settings.database_url, base.ended_in, seconds=_RECEIVER_WAIT)
    moment = Moment(path=backup.path, base=base, to=None)
    with suppress(BackupFailed):
        # An earlier backup may be encrypted with another key.
        for earlier in list_backups(settings.backup_dir):
            if earlier < backup and (its_base := _base_of(settings, earlier.path)):
                moment = Moment(path=earlier.path, base=its_base, to=None)
    with (
        TemporaryDirectory(dir=settings.backup_dir, prefix=RECOVERY) as data,
        _recovered(settings, moment, Path(data)) as server,
    ):
        if not has_reached(server.url, base.ended_in):
            raise BackupFailed("The archived log ends before the backup.")
        summary = _audit(settings, server.url)
    return f" {moment.path.name} and the log: {_recovered_to(server)} {summary}"


def record_failure(settings: Settings, reason: str) -> None:
    """Record a failed backup for the back office, if the database can be reached."""
    with suppress(PortError):
        _record_proof(settings, ok=False, summary=reason)


def _record_proof(settings: Settings, *, ok: bool, summary: str) -> None:
    injector = build_container(settings)
    try:
        now = injector.get(Clock).now()  # type: ignore[type-abstract]
        checks = injector.get(SystemChecks)  # type: ignore[type-abstract]
        checks.record(PROVEN_RESTORE, ok=ok, summary=summary[:500], at=now)
    finally:
        injector.get(Database).dispose()


def _audit(settings: Settings, url: str) -> str:
    injector = build_container(
        replace(settings, database_url=url, database_replica_urls=(), stripe_secret_key="")
    )
    try:
        report = injector.get(AuditShop)()
    finally:
        injector.get(Database).dispose()
    if not report.holds:
        raise BackupFailed(f"The audit of the restored database failed. {report.summary}")
    return report.summary


@contextmanager
def _recovered(
    settings: Settings, moment: Moment, data: Path, *, durable: bool = False
) -> Iterator[RecoveredServer]:
    """Run a server that is recovered to the moment in the empty directory `data`."""
    with _opened(settings, moment.path) as archive:
        for member in archive:
            if member.name == _BASE:
                with tarfile.open(fileobj=archive.extractfile(member), mode="r|") as base:
                    _extract(base, data)
    archive_received(settings)
    log = data / WAL_FOLDER
    log.mkdir()
    first, last = moment.base.first_segment, _last_segment(settings, moment)
    missing = extract_segments(settings, first, moment.base.segment_size, log, last=last)
    if missing and (moment.to is None or missing == first):
        raise BackupFailed(
            f"The segment {missing} of the log is missing in {settings.backup_dir}."
            " Restore to an earlier time, or begin with a later backup."
        )
    try:
        with recovered_server(data, moment.base, to=moment.to, durable=durable) as server:
            yield server
    except LogEndsEarly as failure:
        reason = f" The segment {missing} is missing." if missing else ""
        raise BackupFailed(
            f"{failure}{reason} Restore to that time or an earlier one"
            f"{'' if missing else ', or with --to latest'}."
        ) from failure


def _last_segment(settings: Settings, moment: Moment) -> str | None:
    """Return a segment after which the recovery needs no other, None if it may need all.

    It is not found by the times of the files, since a copy of the archive may have others.
    """
    if moment.to is None:
        return None
    after = moment.to + _TOLERANCE
    later = [each for each in list_backups(settings.backup_dir) if each.created_at > after]
    # The recovery ends at the first later transaction, such as the record of the first proof.
    for backup in later[1:]:
        # It may be encrypted with another key.
        with suppress(BackupFailed):
            if base := _base_of(settings, backup.path):
                return base.first_segment
    return None


def _recovered_to(server: RecoveredServer) -> str:
    if server.last_transaction is None:
        return "No transaction since the backup."
    return f"The last transaction is of {server.last_transaction.isoformat(sep=' ')}."


def _add_images(settings: Settings, folder: Path) -> None:
    if not (folder / _MEDIA).is_dir():
        return
    try:
        shutil.copytree(folder / _MEDIA, settings.var / _MEDIA, dirs_exist_ok=True)
    except OSError as error:
        # A `shutil.Error` has a reason for each file that could not be copied.
        reason = error.args[0][0][2] if isinstance(error, shutil.Error) else error
        raise BackupFailed(
            f"The database was restored, but not all images: {reason}. Correct VAR_DIR or free"
            " space, and restore again with --replace."
        ) from error


def _write_archive(
    file: GzipFile, manifest: dict[str, Any], copies: list[Path], media: Path
) -> None:
    """Write the manifest, the copies that exist, and the images."""
    content = json.dumps(manifest, default=datetime.isoformat).encode()
    with tarfile.open(fileobj=file, mode="w|") as archive:
        member = tarfile.TarInfo(_MANIFEST)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
        for copy in copies:
            if copy.exists():
                archive.add(copy, copy.name)
        for path in sorted(media.rglob("[!.]*")):
            # The shop may delete images meanwhile.
            with suppress(FileNotFoundError):
                archive.add(path, _MEDIA / path.relative_to(media), recursive=False)


def _base_of(settings: Settings, path: Path) -> BaseBackup | None:
    """Return the facts of the physical copy in a backup, if it has one. Raises `BackupFailed`."""
    with (
        reading(path, settings.backup_key, whole=False) as file,
        tarfile.open(fileobj=file, mode="r|") as archive,
    ):
        member = archive.next()
        content = archive.extractfile(member) if member else None
        facts = json.load(content).get(_BASE) if content else None
    if facts is None:
        return None
    return BaseBackup(**facts | {"ended_at": datetime.fromisoformat(facts["ended_at"])})


@contextmanager
def _opened(settings: Settings, path: Path) -> Iterator[tarfile.TarFile]:
    """Open a backup. Raises `BackupFailed`, also if the file is not complete."""
    with (
        reading(path, settings.backup_key) as file,
        tarfile.open(fileobj=file, mode="r|") as archive,
    ):
        yield archive


@contextmanager
def _extracted(settings: Settings, path: Path) -> Iterator[Path]:
    """Extract a whole backup into a folder, which is deleted after the block."""
    try:
        with TemporaryDirectory(dir=settings.backup_dir, prefix=RESTORE) as folder:
            with _opened(settings, path) as archive:
                _extract(archive, Path(folder), without=_BASE)
            if not (Path(folder) / _DATABASE).is_file():
                raise BackupFailed(f"{path.name} has no database: use another backup.")
            yield Path(folder)
    except OSError as error:
        raise BackupFailed(f"{path.name} can't be restored: {error.strerror}.") from error


def _extract(archive: tarfile.TarFile, folder: Path, *, without: str = "") -> None:
    """Extract files and folders with the rights of this process."""
    for member in archive:
        name = PurePosixPath(member.name)
        if member.name == without or name.is_absolute() or ".." in name.parts:
            continue
        target = folder / name
        if member.isdir():
            target.mkdir(mode=0o700, parents=True, exist_ok=True)
        elif member.isfile():
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            content = cast("BinaryIO", archive.extractfile(member))
            with target.open("wb") as output:
                shutil.copyfileobj(content, output, 1 << 20)


def seconds_until(now: datetime, daily_at: str) -> float:
    """Return the seconds until the next HH:MM, UTC."""
    hour, minute = map(int, daily_at.split(":"))
    following = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if following <= now:
        following += timedelta(days=1)
    return (following - now).total_seconds()
