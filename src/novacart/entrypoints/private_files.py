"""File permissions of the directory for local files, independent of the umask."""

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from novacart.application.ports.errors import PortError

UMASK: Final = 0o077
_DIRECTORY: Final = 0o700
_FILE: Final = 0o600
# Other programs have files there, whose rights must not change.
_SHARED: Final = (
    "/etc",
    "/home",
    "/root",
    "/tmp",  # noqa: S108 (compared)
    "/usr",
    "/var/lib",
    "/var/tmp",  # noqa: S108 (compared)
    sys.prefix,
)
_REMEDY: Final = "Name a directory that the user of this process can create and write."


class UnusableDirectory(PortError):
    """The directory of local files or of the database can't be used. The message says why."""


def current_user() -> int:
    """Return the user ID of the process; 0 on Windows, as for the owner of each file."""
    return os.geteuid() if hasattr(os, "geteuid") else 0


def make_private_directory(path: Path) -> None:
    """Create the directory and its parents; those that exist keep their mode."""
    if not path.is_dir():
        make_private_directory(path.parent)
        path.mkdir(mode=_DIRECTORY, exist_ok=True)


def make_private(folder: Path) -> None:
    """Create the folder, and restrict it and all that is in it to their owner."""
    make_private_directory(folder)
    make_private_files(folder, *_contents(folder))


def make_private_files(*paths: Path) -> None:
    """Restrict files and directories to their owner.

    Directories and programs have 0700, other files 0600. Ignores what is missing, files of other
    users and symbolic links.
    """
    for path in paths:
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
    """Restrict the directory for local files and an SQLite database to their owner.

    Raises `UnusableDirectory`, also if VAR_DIR is a directory such as /var.
    """
    path = sqlite_path(database_url)
    found = (
        lookup_problem("VAR_DIR", var)
        or (path and lookup_problem("DATABASE_URL", path))
        or path_problem(var, path)
    )
    if found:
        raise UnusableDirectory(f"{found[1]} {found[2]}")
    name = "VAR_DIR"
    try:
        make_private(var)
        if path:
            name = "DATABASE_URL"
            make_private_directory(path.parent)
            make_private_files(*(Path(f"{path}{end}") for end in ("", "-wal", "-shm")))
    except OSError as error:
        raise UnusableDirectory(
            f"{name}: {error.filename} can't be used ({error.strerror}). {_REMEDY}"
        ) from error


def lookup_problem(name: str, path: Path) -> tuple[str, str, str] | None:
    """Return why files in `path` can't be looked up: setting, problem and remedy.

    None if they can, or if nothing is there.
    """
    try:
        (path / "file").stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return name, f"{name}: {path} can't be used ({error.strerror}).", _REMEDY
    return None


def path_problem(var: Path, database: Path | None) -> tuple[str, str, str] | None:
    """Return a path that must not be restricted to its owner: setting, problem and remedy."""
    folder = var.resolve()
    if any(Path(each).resolve().is_relative_to(folder) for each in _SHARED):
        return (
            "VAR_DIR",
            f"VAR_DIR is {var}, where other programs have files.",
            "Name a directory of its own, such as /var/lib/novacart.",
        )
    if database and database.is_dir():
        return (
            "DATABASE_URL",
            f"DATABASE_URL names the directory {database}.",
            f"Name a file, such as sqlite:///{database / 'novacart.db'}.",
        )
    return None


def sqlite_path(database_url: str) -> Path | None:
    """Return the path of an SQLite database; None for PostgreSQL and a database in memory."""
    if not database_url.startswith("sqlite:///"):
        return None
    path = database_url.removeprefix("sqlite:///").partition("?")[0]
    return None if path in {"", ":memory:"} else Path(path)


def _contents(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        yield from (Path(parent, name) for name in (*folders, *files))
