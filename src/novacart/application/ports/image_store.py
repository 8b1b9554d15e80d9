"""Storage of public images."""

import re
from typing import Final, Protocol

from novacart.domain.shared.errors import InvalidValue

# File extension by media type.
IMAGE_TYPES: Final[dict[str, str]] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/avif": "avif",
}
_NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9]+(?:-[a-z0-9]+)*)*")


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


def extension_of(name: str, content_type: str) -> str:
    """The file extension of an image. Raises as `ImageStore.put` does."""
    if not _NAME.fullmatch(name):
        message = f"{name!r} is not a valid image name"
        raise ValueError(message)
    if content_type not in IMAGE_TYPES:
        raise InvalidValue("image", "An image is a JPEG, PNG, WebP or AVIF file.")
    return IMAGE_TYPES[content_type]
