"""Turning what somebody uploaded into a picture that is safe to show."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedImage:
    """A picture made anew from the uploaded one; `width` and `height` in pixels."""

    content: bytes
    content_type: str
    extension: str
    width: int
    height: int


class ImageProcessor(Protocol):
    def prepare(self, content: bytes) -> PreparedImage:
        """The picture in `content`, upright, bounded in size, and with nothing else in it.

        What it is, is told by the bytes themselves: JPEG, PNG, WebP or AVIF. Raises
        `InvalidValue` on the field `image` for anything else, for a broken file, and for
        more bytes or pixels than the shop takes; pixels are counted before any is decoded.
        """
        ...
