"""Processing of uploaded images."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedImage:
    """An image that is safe to serve; `width` and `height` in pixels."""

    content: bytes
    content_type: str
    width: int
    height: int


class ImageProcessor(Protocol):
    def prepare(self, content: bytes) -> PreparedImage:
        """Re-encode an uploaded image: upright, limited in size and without metadata.

        The format (JPEG, PNG, WebP or AVIF) is detected from the content. Raises
        `InvalidValue` on the field `image` for another format, a damaged file, and too many
        bytes or pixels. Pixels are counted before any are decoded.
        """
        ...

    def smaller(self, image: PreparedImage, *, side: int) -> PreparedImage:
        """A version of a prepared image whose longest side is `side` pixels."""
        ...
