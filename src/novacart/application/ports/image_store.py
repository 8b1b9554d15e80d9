"""Where pictures are kept for everybody to see."""

from typing import Final, Protocol

# What is kept, and what a file of it ends in.
IMAGE_TYPES: Final[dict[str, str]] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/avif": "avif",
}


class ImageStore(Protocol):
    def put(self, content: bytes, *, name: str, content_type: str) -> str:
        """Keep a picture and return the reference by which it is shown from now on.

        `name` says what it is a picture of: small letters, digits and hyphens, in parts
        joined by slashes, such as `products/17`. Another picture of the same name gets
        another reference, and the earlier one goes on showing what it showed: an order
        shows the picture that was bought. The reference is an absolute URL or a path of
        this shop.

        Raises `InvalidValue` on the field `image` for a type that is not in `IMAGE_TYPES`,
        and `Unavailable`; nothing is kept then.
        """
        ...
