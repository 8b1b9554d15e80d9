"""Unencrypted copies in BACKUP_DIR, which commands delete at their end.

A command holds a shared lock of the directory, which ends with its process. So the next one knows
whether copies are in use, or were left by a command that was killed.
"""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from novacart.adapters.persistence.backup import BackupFailed, drop_scratch_databases
from novacart.entrypoints.encrypted_files import WRITING
from novacart.entrypoints.private_files import make_private_directory
from novacart.entrypoints.settings import Settings

DUMP: Final = ".dump-"
RESTORE: Final = ".restore-"
RECOVERY: Final = ".recovery-"

_STOP_TIMEOUT: Final = 10.0  # seconds


@contextmanager
def temporary_copies(settings: Settings) -> Iterator[None]:
    """Let the block make copies, and first delete those that killed commands left.

    Raises `BackupFailed`.
    """
    try:
        make_private_directory(settings.backup_dir)
        import fcntl  # noqa: PLC0415 (not on Windows)

        descriptor = os.open(settings.backup_dir, os.O_RDONLY)
    except ImportError:
        yield
        return
    except OSError as error:
        raise BackupFailed(f"{settings.backup_dir} can't be used: {error.strerror}.") from error
    try:
        # It fails while another command has copies, and on some network file systems.
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _delete_abandoned(settings)
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def _delete_abandoned(settings: Settings) -> None:
    folder = settings.backup_dir
    for path in folder.glob(f"{RECOVERY}*"):
        stop_server(path)
    for prefix in (DUMP, RESTORE, RECOVERY):
        for path in folder.glob(f"{prefix}*"):
            shutil.rmtree(path, ignore_errors=True)
    for path in folder.glob(f"{WRITING}*"):
        path.unlink(missing_ok=True)
    drop_scratch_databases(settings.database_url)


def stop_server(data: Path) -> None:
    """Stop the server of PostgreSQL that works in the directory, if there is one."""
    # A process of this number may be another one by now. The server's working directory is `data`.
    with suppress(OSError, ValueError):
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        directory = Path(f"/proc/{pid}/cwd")
        if directory.samefile(data):
            os.kill(pid, signal.SIGQUIT)
            deadline = time.monotonic() + _STOP_TIMEOUT
            while directory.exists() and time.monotonic() < deadline:
                time.sleep(0.1)
