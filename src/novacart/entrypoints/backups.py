"""Backups: one archive with the database and the images, encrypted, kept for some days."""

import gzip
import io
import json
import re
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import BinaryIO, Final, cast

from novacart.adapters.persistence.backup import BackupFailed, dump, restore, scratch_database
from novacart.adapters.persistence.database import Database
from novacart.adapters.security.stream_cipher import (
    MAGIC,
    DecryptingReader,
    EncryptingWriter,
    StreamDamaged,
    WrongKey,
)
from novacart.application.audit.audit_shop import AuditShop
from novacart.application.ports.clock import Clock
from novacart.application.ports.system_checks import SystemChecks
from novacart.entrypoints.container import build_container
from novacart.entrypoints.private_files import make_private_directory
from novacart.entrypoints.settings import Settings

PROVEN_RESTORE: Final = "proven_restore"
"""Name of the system check."""

_NAME: Final = re.compile(r"novacart-(\d{8}T\d{6}Z)\.backup")
_TIME: Final = "%Y%m%dT%H%M%SZ"
_DATABASE: Final = "database"
_MEDIA: Final = "media"
_MANIFEST: Final = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Backup:
    """A file in BACKUP_DIR and the time, UTC, at which it was begun."""

    created_at: datetime
    path: Path


def create_backup(settings: Settings, *, now: datetime) -> Backup:
    """Write a backup of the database and of the images on disk.

    It appears in the directory when it is complete. Raises `BackupFailed`.
    """
    folder = settings.backup_dir
    path = folder / f"novacart-{now.strftime(_TIME)}.backup"
    temporary = path.with_suffix(".partial")
    try:
        make_private_directory(folder)
        with TemporaryDirectory(dir=folder, prefix=".dump-") as scratch:
            copy = Path(scratch) / _DATABASE
            dump(settings.database_url, copy)
            temporary.touch(mode=0o600)
            _write_archive(settings, temporary, copy, now)
        temporary.replace(path)
    except OSError as error:
        raise BackupFailed(f"The backup can't be written to {folder}: {error.strerror}.") from error
    finally:
        temporary.unlink(missing_ok=True)
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
        when = f" of {time.isoformat()} or earlier" if time else ""
        raise BackupFailed(f"There is no backup{when} in {folder}.")
    return backups[-1]


def delete_old_backups(settings: Settings, *, now: datetime) -> list[Backup]:
    """Delete the backups older than BACKUP_KEEP_DAYS, except the newest one."""
    oldest = now - timedelta(days=settings.backup_keep_days)
    old = [each for each in list_backups(settings.backup_dir)[:-1] if each.created_at < oldest]
    for backup in old:
        backup.path.unlink(missing_ok=True)
    return old


def restore_backup(settings: Settings, path: Path, *, replace_content: bool) -> None:
    """Restore the database at DATABASE_URL, and add the images that are missing in VAR_DIR.

    The whole file is read and checked first. Raises `BackupFailed`.
    """
    with _extracted(settings, path) as folder:
        restore(folder / _DATABASE, settings.database_url, replace=replace_content)
        if (folder / _MEDIA).is_dir():
            shutil.copytree(folder / _MEDIA, settings.var / _MEDIA, dirs_exist_ok=True)


def prove_backup(settings: Settings, backup: Backup) -> str:
    """Restore the backup into a scratch database, audit that, and record the result.

    Returns the summary for the back office. Raises `BackupFailed`, also for a violated invariant.
    """
    try:
        with (
            _extracted(settings, backup.path) as folder,
            scratch_database(settings.database_url) as url,
        ):
            restore(folder / _DATABASE, url)
            summary = _audit(replace(settings, database_url=url, stripe_secret_key=""))
    except BackupFailed as failure:
        record_proof(settings, ok=False, summary=f"{backup.path.name}: {failure}")
        raise
    summary = f"{backup.path.name} was restored and audited. {summary}"
    record_proof(settings, ok=True, summary=summary)
    return summary


def record_proof(settings: Settings, *, ok: bool, summary: str) -> None:
    """Record the result of a backup for the back office."""
    injector = build_container(settings)
    try:
        now = injector.get(Clock).now()  # type: ignore[type-abstract]
        checks = injector.get(SystemChecks)  # type: ignore[type-abstract]
        checks.record(PROVEN_RESTORE, ok=ok, summary=summary[:500], at=now)
    finally:
        injector.get(Database).dispose()


def _audit(settings: Settings) -> str:
    injector = build_container(settings)
    try:
        report = injector.get(AuditShop)()
    finally:
        injector.get(Database).dispose()
    if not report.holds:
        raise BackupFailed(f"The audit of the restored database failed. {report.summary}")
    return report.summary


def _write_archive(settings: Settings, target: Path, copy: Path, now: datetime) -> None:
    manifest = json.dumps(
        {
            "format": 1,
            "created_at": now.isoformat(),
            "database": settings.database_url.partition(":")[0],
        }
    ).encode()
    with target.open("wb") as file:
        encrypted = EncryptingWriter(file, settings.backup_key) if settings.backup_key else None
        try:
            with (
                gzip.GzipFile(fileobj=encrypted or file, mode="wb", compresslevel=3) as zipped,
                tarfile.open(fileobj=zipped, mode="w|") as archive,
            ):
                member = tarfile.TarInfo(_MANIFEST)
                member.size = len(manifest)
                archive.addfile(member, io.BytesIO(manifest))
                archive.add(copy, _DATABASE)
                if (settings.var / _MEDIA).is_dir():
                    archive.add(settings.var / _MEDIA, _MEDIA)
        except BaseException:
            if encrypted:
                encrypted.abort()
            raise
        if encrypted:
            encrypted.close()


@contextmanager
def _extracted(settings: Settings, path: Path) -> Iterator[Path]:
    """Decrypt and extract a whole backup into a folder, which is deleted after the block."""
    try:
        with (
            path.open("rb") as file,
            TemporaryDirectory(dir=path.parent, prefix=".restore-") as folder,
        ):
            _extract(settings, file, Path(folder))
            yield Path(folder)
    except FileNotFoundError as error:
        raise BackupFailed(f"There is no backup {path}.") from error
    except WrongKey as error:
        raise BackupFailed(
            f"{path.name} was encrypted with another key: set BACKUP_KEY to the key of that time."
        ) from error
    except (StreamDamaged, EOFError, zlib.error, gzip.BadGzipFile, tarfile.TarError) as error:
        raise BackupFailed(f"{path.name} was cut short or changed: use another backup.") from error
    except OSError as error:
        raise BackupFailed(f"{path.name} can't be restored: {error.strerror}.") from error


def _extract(settings: Settings, file: BinaryIO, folder: Path) -> None:
    is_encrypted = file.read(len(MAGIC)) == MAGIC
    file.seek(0)
    if is_encrypted and not settings.backup_key:
        raise BackupFailed(f"{Path(file.name).name} is encrypted: set BACKUP_KEY.")
    source = DecryptingReader(file, settings.backup_key) if is_encrypted else file
    with gzip.GzipFile(fileobj=source, mode="rb") as unzipped:
        with tarfile.open(fileobj=unzipped, mode="r|") as archive:
            for member in archive:
                name = PurePosixPath(member.name)
                if not member.isfile() or name.is_absolute() or ".." in name.parts:
                    continue
                target = folder / name
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                content = cast("BinaryIO", archive.extractfile(member))
                with target.open("wb") as output:
                    shutil.copyfileobj(content, output, 1 << 20)
        # The checksum, and the last chunk, are behind the end of the archive.
        while unzipped.read(1 << 20):
            pass
    while source.read(1 << 20):
        pass
    if not (folder / _DATABASE).is_file():
        raise StreamDamaged("The archive has no database.")


def seconds_until(now: datetime, daily_at: str) -> float:
    """Return the seconds until the next HH:MM, UTC."""
    hour, minute = map(int, daily_at.split(":"))
    following = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if following <= now:
        following += timedelta(days=1)
    return (following - now).total_seconds()
