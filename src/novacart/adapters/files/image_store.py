"""Image store in a folder that this site serves under `/media/`."""

import os
import re
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from novacart.application.ports.errors import StorageUnavailable
from novacart.application.ports.image_processor import ImageProcessor, PreparedImage
from novacart.application.ports.image_store import (
    IMAGE_TYPES,
    STORED_NAME,
    StoredPicture,
    extension_of,
    smaller_sizes,
    stored_name,
)

PREFIX: Final = "/media/"
_REFERENCE: Final = re.compile(
    rf"{PREFIX}(?P<name>{STORED_NAME})\.(?:{'|'.join(IMAGE_TYPES.values())})"
)


class FilesImageStore:
    """A file name contains the hash of the content, so that a file never changes.

    `processor` makes the smaller versions of pictures, once. Their names end in their longest side
    in pixels.
    """

    def __init__(self, folder: Path, processor: ImageProcessor) -> None:
        self._folder = folder
        self._processor = processor

    def put(self, content: bytes, *, name: str, content_type: str) -> str:
        extension = extension_of(name, content_type)
        return self._write(f"{stored_name(name, content)}.{extension}", content)

    def put_picture(self, image: PreparedImage, *, name: str) -> StoredPicture:
        extension = extension_of(name, image.content_type)
        stored = stored_name(name, image.content)
        smaller = []
        for side, width in smaller_sizes(image):
            version = self._processor.smaller(image, side=side)
            path = f"{stored}-{side}.{extension_of(name, version.content_type)}"
            smaller.append((self._write(path, version.content), width))
        # Last, so that a picture has all its versions.
        reference = self._write(f"{stored}.{extension}", image.content)
        return StoredPicture(reference=reference, smaller=smaller)

    def stored_name(self, reference: str) -> str | None:
        match = _REFERENCE.fullmatch(reference)
        return None if match is None else match["name"]

    def remove(self, stored_name: str) -> None:
        path = self._folder / stored_name
        try:
            for file in path.parent.glob(f"{path.name}*"):
                file.unlink(missing_ok=True)
        except OSError as error:
            raise StorageUnavailable("The image can't be removed.") from error

    def _write(self, path: str, content: bytes) -> str:
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
