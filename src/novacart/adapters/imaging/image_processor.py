"""Image processing with Pillow."""

from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from novacart.application.ports.image_processor import PreparedImage
from novacart.domain.shared.errors import InvalidValue

MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 2000
MIN_SIDE = 16

# Not SVG, which can contain scripts.
_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
_QUALITY = 82
_TOO_MANY_PIXELS = f"An image has at most {MAX_PIXELS // 1_000_000} megapixels."


class PillowImageProcessor:
    """Converts every image to WebP with at most `MAX_SIDE` pixels a side.

    Re-encoding removes everything except the pixels: the place where a photo was taken,
    thumbnails of its uncropped original, and appended files.
    """

    def prepare(self, content: bytes) -> PreparedImage:
        if len(content) > MAX_BYTES:
            raise InvalidValue("image", f"An image has at most {MAX_BYTES // 2**20} MiB.")
        image = _decode(content)
        image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
        out = BytesIO()
        image.save(out, "WEBP", quality=_QUALITY, method=4)
        return PreparedImage(
            content=out.getvalue(),
            content_type="image/webp",
            width=image.width,
            height=image.height,
        )


def _decode(content: bytes) -> Image.Image:
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            _check_size(*image.size)
            upright = ImageOps.exif_transpose(image)
            has_alpha = "A" in upright.getbands() or "transparency" in upright.info
            return upright.convert("RGBA" if has_alpha else "RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        # Pillow raises when it opens an image far above its own limit.
        raise InvalidValue("image", _TOO_MANY_PIXELS) from error
    except UnidentifiedImageError as error:
        message = "This is not a JPEG, PNG, WebP or AVIF image."
        raise InvalidValue("image", message) from error
    except InvalidValue:
        raise
    # Decoders raise many kinds of exceptions for damaged files.
    except Exception as error:
        raise InvalidValue("image", "This image is damaged and can't be read.") from error


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise InvalidValue("image", _TOO_MANY_PIXELS)
    if min(width, height) < MIN_SIDE:
        raise InvalidValue("image", f"An image is at least {MIN_SIDE} pixels wide and high.")
