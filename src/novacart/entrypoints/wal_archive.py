"""The archived write-ahead log of PostgreSQL: an encrypted file for each segment."""

import os
import re
import shutil
import struct
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from novacart.adapters.persistence.backup import BackupFailed
from novacart.entrypoints.encrypted_files import WRITING, reading, writing
from novacart.entrypoints.private_files import make_private_directory
from novacart.entrypoints.settings import Settings

_END: Final = ".wal"
_PARTIAL: Final = ".partial"
# The segment that is being written, and the history of a promotion, are files beside the segments.
_SEGMENT: Final = re.compile(r"[0-9A-F]{24}(\.partial)?")
_LOG_SIZE: Final = 1 << 32  # bytes
_HISTORY: Final = re.compile(r"[0-9A-F]{8}\.history")
# The first page of a segment has the id of the server behind the header of any page (PostgreSQL's
# source, XLogLongPageHeaderData), in the byte order of the machine.
_PAGE_HEADER: Final = struct.Struct("=24xQ")
_ABANDONED: Final = 3600.0  # seconds without a change
_FAILED: Final = 5.0  # seconds without a change


def received_folder(settings: Settings) -> Path:
    """Create and return the folder into which pg_receivewal writes."""
    folder = _archive(settings) / "received"
    try:
        make_private_directory(settings.backup_dir)
        make_private_directory(_archive(settings))
        make_private_directory(folder)
    except OSError as error:
        raise BackupFailed(f"{folder} can't be created: {error.strerror}.") from error
    return folder


def ensure_archive_is_of(settings: Settings, server: int) -> None:
    """Raise `BackupFailed` if the archive has the log of another server than the one with this id.

    Both count their segments from the beginning, so one would replace those of the other.
    """
    for path in sorted(_archive(settings).glob(f"*{_END}"), reverse=True):
        # A file with another BACKUP_KEY can't be read, and is skipped.
        with suppress(BackupFailed), reading(path, settings.backup_key, whole=False) as segment:
            page = segment.read(_PAGE_HEADER.size)
            is_segment = _SEGMENT.fullmatch(path.name.removesuffix(_END))
            if is_segment and len(page) == _PAGE_HEADER.size and any(page):
                break
    else:
        return
    if _PAGE_HEADER.unpack(page) != (server,):
        raise BackupFailed(
            f"{settings.backup_dir} has the log of another PostgreSQL server. Move its files to"
            " another directory, or set BACKUP_DIR to a new one. `novacart restore --to` restores"
            " from them while BACKUP_DIR names their directory."
        )


def failed_segments(settings: Settings) -> list[Path]:
    """Return received segments whose file could not be created, such as on a full disk.

    pg_receivewal fills a new file with zeros before it writes the log. If that fails, it leaves the
    file, whose size it refuses from then on.
    """
    failed = []
    for path in received_folder(settings).glob(f"*{_PARTIAL}"):
        # pg_receivewal renames complete segments.
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _FAILED and not _has_log(path):
                failed.append(path)
    return failed


def _has_log(path: Path) -> bool:
    """Whether a page of the log was written to the received segment."""
    with path.open("rb") as segment:
        return any(segment.read(_PAGE_HEADER.size))


def archive_received(settings: Settings) -> None:
    """Add what was received to the archive, and delete received segments that are complete.

    Several processes may do this at a time. Raises `BackupFailed`.
    """
    for path in _archive(settings).glob(f"{WRITING}*"):
        # A process was killed while it wrote the file.
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _ABANDONED:
                path.unlink()
    for path in sorted(received_folder(settings).iterdir()):
        if _SEGMENT.fullmatch(path.name) or _HISTORY.fullmatch(path.name):
            try:
                _archive_file(settings, path)
            except FileNotFoundError:
                # pg_receivewal has renamed it, or another process has archived it.
                with suppress(FileNotFoundError):
                    _archive_file(settings, path.with_name(path.name.removesuffix(_PARTIAL)))


def _archive_file(settings: Settings, path: Path) -> None:
    """Raises `FileNotFoundError` if the received file was renamed or deleted."""
    target = _archive(settings) / f"{path.name}{_END}"
    changed_at = path.stat().st_mtime_ns
    if target.exists() and target.stat().st_mtime_ns == changed_at:
        return
    if path.name.endswith(_PARTIAL) and not _has_log(path):
        # PostgreSQL does not recover from a segment of another size.
        return
    with path.open("rb") as source, writing(target, settings.backup_key) as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
    os.utime(target, ns=(changed_at, changed_at))
    if not path.name.endswith(_PARTIAL):
        path.unlink()
        target.with_name(f"{path.name}{_PARTIAL}{_END}").unlink(missing_ok=True)


def extract_segments(
    settings: Settings, first: str, segment_size: int, folder: Path, *, last: str | None
) -> str | None:
    """Decrypt the log from the segment `first` to `last` or to its end, into `folder`.

    Returns the name of a missing segment, before which the extraction has ended. Raises
    `BackupFailed`.
    """
    by_position: dict[int, dict[str, Path]] = {}
    for path in sorted(_archive(settings).glob(f"*{_END}")):
        name = path.name.removesuffix(_END)
        if _HISTORY.fullmatch(name):
            _extract(settings, path, folder / name)
        elif _SEGMENT.fullmatch(name):
            # A complete segment replaces the partial one, which is sorted before it.
            name = name.removesuffix(_PARTIAL)
            by_position.setdefault(_position(name, segment_size), {})[name] = path
    position = start = _position(first, segment_size)
    while segments := by_position.get(position):
        for name, path in segments.items():
            _extract(settings, path, folder / name)
        if last and position >= _position(last, segment_size):
            return None
        position += 1
    if position > start and position > max(by_position):
        return None
    number = divmod(position, _LOG_SIZE // segment_size)
    return f"{first[:8]}{number[0]:08X}{number[1]:08X}"


def delete_segments_before(settings: Settings, first: str, segment_size: int) -> None:
    """Delete the segments before `first`."""
    start = _position(first, segment_size)
    for path in _archive(settings).glob(f"*{_END}"):
        name = path.name.removesuffix(_END)
        if _SEGMENT.fullmatch(name) and _position(name, segment_size) < start:
            path.unlink(missing_ok=True)


def _archive(settings: Settings) -> Path:
    return settings.backup_dir / "wal"


def _extract(settings: Settings, path: Path, target: Path) -> None:
    try:
        with reading(path, settings.backup_key) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
    except BackupFailed:
        if path.exists() or _PARTIAL not in path.name:
            raise
        # The complete segment has replaced it.
        _extract(settings, path.with_name(path.name.replace(_PARTIAL, "")), target)


def _position(name: str, segment_size: int) -> int:
    """Return the number of a segment, which is the same on each timeline."""
    return int(name[8:16], 16) * (_LOG_SIZE // segment_size) + int(name[16:24], 16)
