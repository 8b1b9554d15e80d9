"""Pictures in a folder that the shop itself serves under `/media/`."""

import os
from hashlib import blake2b
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from novacart.application.ports.errors import StorageUnavailable
from novacart.application.ports.image_store import extension_of

PREFIX: Final = "/media/"


class FilesImageStore:
    """The hash of its content is part of a file's name, so that it never changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes, *, name: str, content_type: str) -> str:
        extension = extension_of(name, content_type)
        digest = blake2b(content, digest_size=12).hexdigest()
        path = f"{name}-{digest}.{extension}"
        try:
            _write(self._folder / path, content)
        except OSError as error:
            raise StorageUnavailable("The picture can't be written.") from error
        return PREFIX + path


def _write(target: Path, content: bytes) -> None:
    """Write a file whole or not at all; one that is there has this content already."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as draft:
        try:
            draft.write(content)
            draft.flush()
            os.fsync(draft.fileno())
            Path(draft.name).chmod(0o644)
            Path(draft.name).replace(target)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
