"""Image processing with Pillow, which is imported with the first image.

It takes 3 MB, and most workers have no image to process.
"""

from typing import Final

from novacart.application.ports.image_processor import PreparedImage
from novacart.domain.shared.errors import InvalidValue

# ruff: noqa: PLC0415 (see above)

MAX_BYTES: Final = 16 * 1024 * 1024


class PillowImageProcessor:
    """Converts every image to WebP in sRGB with at most 2000 pixels a side.

    Re-encoding removes everything except the pixels: the place where a photo was taken,
    thumbnails of its uncropped original, and appended files.
    """

    def prepare(self, content: bytes) -> PreparedImage:
        from novacart.adapters.imaging import conversion

        if len(content) > MAX_BYTES:
            raise InvalidValue("image", f"An image has at most {MAX_BYTES // 2**20} MiB.")
        return conversion.prepare(content)

    def smaller(self, image: PreparedImage, *, side: int) -> PreparedImage:
        from novacart.adapters.imaging import conversion

        return conversion.smaller(image, side=side)
