"""Image store in a folder that this site serves under `/media/`."""

import os
from hashlib import blake2b
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from novacart.application.ports.errors import StorageUnavailable
from novacart.application.ports.image_store import extension_of

PREFIX: Final = "/media/"


class FilesImageStore:
    """A file name contains the hash of the content, so that a file never changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes, *, name: str, content_type: str) -> str:
        extension = extension_of(name, content_type)
        digest = blake2b(content, digest_size=12).hexdigest()
        path = f"{name}-{digest}.{extension}"
        try:
            _write(self._folder / path, content)
        except OSError as error:
            raise StorageUnavailable("The image can't be written.") from error
        return PREFIX + path


def _write(path: Path, content: bytes) -> None:
    """Write a file atomically. An existing file has the same content already."""
    if path.exists():
        return
    for folder in (*reversed(path.parent.parents), path.parent):
        folder.mkdir(mode=0o700, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as temporary:
        try:
            temporary.write(content)
            temporary.flush()
            os.fsync(temporary.fileno())
            Path(temporary.name).replace(path)
        except BaseException:
            Path(temporary.name).unlink(missing_ok=True)
            raise
