"""Files of backups: compressed, and encrypted with BACKUP_KEY if it is set."""

import gzip
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, Final, cast

from novacart.adapters.persistence.backup import BackupFailed
from novacart.adapters.security.stream_cipher import (
    MAGIC,
    DecryptingReader,
    EncryptingWriter,
    StreamDamaged,
    WrongKey,
)

WRITING: Final = ".writing-"
"""The prefix of a file that is not complete."""


@contextmanager
def writing(path: Path, key: str) -> Iterator[gzip.GzipFile]:
    """Write a private file, which has its name only when it is complete."""
    temporary = None
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=WRITING, delete=False) as file:
            temporary = Path(file.name)
            encrypted = EncryptingWriter(cast("BinaryIO", file), key) if key else None
            try:
                with gzip.GzipFile(fileobj=encrypted or file, mode="wb", compresslevel=3) as zipped:
                    yield zipped
            except BaseException:
                if encrypted:
                    encrypted.abort()
                raise
            if encrypted:
                encrypted.close()
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise BackupFailed(
            f"The backup can't be written to {path.parent}: {error.strerror}."
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


@contextmanager
def reading(path: Path, key: str, *, whole: bool = True) -> Iterator[gzip.GzipFile]:
    """Read a file, and check after the block that it is complete. Raises `BackupFailed`.

    Without `whole`, its end is not read.
    """
    try:
        with (
            path.open("rb") as file,
            gzip.GzipFile(fileobj=_decrypted(file, path, key), mode="rb") as plain,
        ):
            yield plain
            # The checksum, and the last chunk, are behind the end of an archive.
            while whole and plain.read(1 << 20):
                pass
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


def _decrypted(file: BinaryIO, path: Path, key: str) -> BinaryIO | DecryptingReader:
    is_encrypted = file.read(len(MAGIC)) == MAGIC
    file.seek(0)
    if is_encrypted and not key:
        raise BackupFailed(f"{path.name} is encrypted: set BACKUP_KEY.")
    return DecryptingReader(file, key) if is_encrypted else file
