"""File permissions of the directory for local files, independent of the umask."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

UMASK: Final = 0o077
_DIRECTORY: Final = 0o700
_FILE: Final = 0o600


def current_user() -> int:
    """Return the user ID of the process; 0 on Windows, as for the owner of each file."""
    return os.geteuid() if hasattr(os, "geteuid") else 0


def make_private_directory(path: Path) -> None:
    """Create the directory and its parents; those that exist keep their mode."""
    if not path.is_dir():
        make_private_directory(path.parent)
        path.mkdir(mode=_DIRECTORY, exist_ok=True)


def make_private(folder: Path, *files: Path) -> None:
    """Restrict the folder, all that is in it, and `files` to their owner.

    Directories and programs have 0700, other files 0600. Ignores files of other users and symbolic
    links.
    """
    make_private_directory(folder)
    for path in (folder, *_contents(folder), *files):
        try:
            status = path.lstat()
        except FileNotFoundError:
            continue
        if stat.S_ISDIR(status.st_mode):
            mode = _DIRECTORY
        elif stat.S_ISREG(status.st_mode):
            mode = _FILE | (status.st_mode & stat.S_IXUSR)
        else:
            continue
        if stat.S_IMODE(status.st_mode) != mode and status.st_uid == current_user():
            path.chmod(mode)


def protect_files(var: Path, database_url: str) -> None:
    """Restrict the directory for local files and an SQLite database to their owner."""
    path = sqlite_path(database_url)
    make_private(var, *(Path(f"{path}{end}") for end in ("", "-wal", "-shm") if path))


def sqlite_path(database_url: str) -> Path | None:
    """Return the path of an SQLite database; None for PostgreSQL and a database in memory."""
    if not database_url.startswith("sqlite:///"):
        return None
    path = database_url.removeprefix("sqlite:///").partition("?")[0]
    return None if path in {"", ":memory:"} else Path(path)


def _contents(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        yield from (Path(parent, name) for name in (*folders, *files))
