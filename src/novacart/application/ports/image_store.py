"""Storage of public images."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, Protocol

from novacart.application.ports.image_processor import PreparedImage
from novacart.domain.shared.errors import InvalidValue

# File extension by media type.
IMAGE_TYPES: Final[dict[str, str]] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/avif": "avif",
}
# The longest sides of the smaller versions of a picture, in pixels: for lists and for pages.
SMALLER_SIDES: Final = (400, 1200)
_NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9]+(?:-[a-z0-9]+)*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPicture:
    """A stored picture and its smaller versions: (reference, width in pixels) by rising width."""

    reference: str
    smaller: Sequence[tuple[str, int]]


class ImageStore(Protocol):
    def put(self, content: bytes, *, name: str, content_type: str) -> str:
        """Store an image and return its reference: an absolute URL or a path on this site.

        `name` is lower-case letters, digits and hyphens, in segments joined by slashes, such
        as `products/17`. A reference always shows the same image: other content with the same
        name gets another reference, so that orders show the image of the time of purchase.

        Raises `InvalidValue` on the field `image` for a type outside `IMAGE_TYPES`,
        `Unavailable`, and `ValueError` for an invalid name.
        """
        ...

    def put_picture(self, image: PreparedImage, *, name: str) -> StoredPicture:
        """Store an image with a smaller version for each of `SMALLER_SIDES` below its own.

        Raises as `put`.
        """
        ...

    def stored_name(self, reference: str) -> str | None:
        """The name of a stored image, as `stored_name` builds it; None for images elsewhere."""
        ...

    def remove(self, stored_name: str) -> None:
        """Remove a stored image and its smaller versions, if it exists. Raises `Unavailable`."""
        ...


def stored_name(name: str, content: bytes) -> str:
    """The name under which stores keep an image: `name` with a hash of its content."""
    return f"{name}-{blake2b(content, digest_size=12).hexdigest()}"


STORED_NAME: Final = rf"{_NAME.pattern}-[0-9a-f]{{24}}"
"""Pattern of `stored_name`."""


def smaller_sizes(image: PreparedImage) -> list[tuple[int, int]]:
    """(longest side, width) of each smaller version of an image, in pixels."""
    longest = max(image.width, image.height)
    return [
        (side, max(1, round(image.width * side / longest)))
        for side in SMALLER_SIDES
        if side < longest
    ]


def extension_of(name: str, content_type: str) -> str:
    """The file extension of an image. Raises as `ImageStore.put` does."""
    if not _NAME.fullmatch(name):
        message = f"{name!r} is not a valid image name"
        raise ValueError(message)
    if content_type not in IMAGE_TYPES:
        raise InvalidValue("image", "An image is a JPEG, PNG, WebP or AVIF file.")
    return IMAGE_TYPES[content_type]
