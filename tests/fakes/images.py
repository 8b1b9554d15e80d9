"""Fake image store."""

import re
from itertools import count

from novacart.application.ports.image_processor import PreparedImage
from novacart.application.ports.image_store import (
    STORED_NAME,
    StoredPicture,
    extension_of,
    smaller_sizes,
    stored_name,
)


class FakeImageStore:
    """`stored` maps references to contents; smaller versions have the content of the image."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}
        self._versions = count(1)

    def put(self, content: bytes, *, name: str, content_type: str) -> str:
        extension = extension_of(name, content_type)
        path = f"{stored_name(name, content)}.{extension}"
        reference = f"https://images.test/v{next(self._versions)}/{path}"
        self.stored[reference] = content
        return reference

    def put_picture(self, image: PreparedImage, *, name: str) -> StoredPicture:
        reference = self.put(image.content, name=name, content_type=image.content_type)
        smaller = [(f"{reference}?side={side}", width) for side, width in smaller_sizes(image)]
        self.stored |= dict.fromkeys((version for version, _ in smaller), image.content)
        return StoredPicture(reference=reference, smaller=smaller)

    def stored_name(self, reference: str) -> str | None:
        match = re.fullmatch(rf"https://images\.test/v[0-9]+/({STORED_NAME})\.\w+", reference)
        return None if match is None else match[1]

    def remove(self, stored_name: str) -> None:
        for reference in [each for each in self.stored if f"/{stored_name}." in each]:
            del self.stored[reference]
