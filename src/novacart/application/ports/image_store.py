"""Where pictures are kept for everybody to see."""

import re
from typing import Final, Protocol

from novacart.domain.shared.errors import InvalidValue

# What is kept, and what a file of it ends in.
IMAGE_TYPES: Final[dict[str, str]] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/avif": "avif",
}
_NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9]+(?:-[a-z0-9]+)*)*")


class ImageStore(Protocol):
    def put(self, content: bytes, *, name: str, content_type: str) -> str:
        """Keep a picture and return the reference by which it is shown from now on.

        `name` says what it is a picture of: small letters, digits and hyphens, in parts
        joined by slashes, such as `products/17`. Another picture of the same name gets
        another reference, and the earlier one goes on showing what it showed: an order
        shows the picture that was bought. The reference is an absolute URL or a path of
        this shop.

        Raises `InvalidValue` on the field `image` for a type that is not in `IMAGE_TYPES`,
        `Unavailable`, and `ValueError` for a name that is not of its form; what was shown
        before goes on being shown.
        """
        ...


def extension_of(name: str, content_type: str) -> str:
    """What the file of a picture ends in. Raises as `ImageStore.put` does."""
    if not _NAME.fullmatch(name):
        message = f"{name!r} names no picture"
        raise ValueError(message)
    if content_type not in IMAGE_TYPES:
        raise InvalidValue("image", "A picture is a JPEG, PNG, WebP or AVIF.")
    return IMAGE_TYPES[content_type]
