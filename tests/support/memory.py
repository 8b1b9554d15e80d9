"""A folder in memory, where no file is synced to a disk. SQLite does that with each commit."""

import shutil
from pathlib import Path

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 (callers create private folders in it)
_ROOM = 4 * 1024**3  # bytes


def memory_folder() -> Path | None:
    """Return the folder if it has room for the databases of tests, else None."""
    has_room = _SHARED_MEMORY.is_dir() and shutil.disk_usage(_SHARED_MEMORY).free >= _ROOM
    return _SHARED_MEMORY if has_room else None
