"""Decoding, bounding and encoding pictures with Pillow."""

from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from novacart.application.ports.image_processor import PreparedImage
from novacart.domain.shared.errors import InvalidValue

MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 2000
MIN_SIDE = 16

# SVG is a program that draws, not a picture: it has no decoder here.
_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
_QUALITY = 82
_TOO_MANY_PIXELS = f"A picture has at most {MAX_PIXELS // 1_000_000} megapixels."


class PillowImageProcessor:
    """Everything becomes a WebP of at most `MAX_SIDE` pixels a side.

    Encoding anew drops what a file may carry beside its pixels: where a photograph was
    taken, thumbnails of what was cropped away, and bytes meant for another program.
    """

    def prepare(self, content: bytes) -> PreparedImage:
        if len(content) > MAX_BYTES:
            raise InvalidValue("image", f"A picture has at most {MAX_BYTES // 2**20} MiB.")
        picture = _decoded(content)
        picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
        out = BytesIO()
        picture.save(out, "WEBP", quality=_QUALITY, method=4)
        return PreparedImage(
            content=out.getvalue(),
            content_type="image/webp",
            extension="webp",
            width=picture.width,
            height=picture.height,
        )


def _decoded(content: bytes) -> Image.Image:
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as picture:
            _check_size(*picture.size)
            upright = ImageOps.exif_transpose(picture)
            has_alpha = "A" in upright.getbands() or "transparency" in upright.info
            return upright.convert("RGBA" if has_alpha else "RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        # Pillow has a bound of its own, and refuses on opening what is far beyond it.
        raise InvalidValue("image", _TOO_MANY_PIXELS) from error
    except UnidentifiedImageError as error:
        message = "That is not a JPEG, PNG, WebP or AVIF picture."
        raise InvalidValue("image", message) from error
    except InvalidValue:
        raise
    # A decoder fed with a broken file may fail in any way it likes: all of them mean the same.
    except Exception as error:
        raise InvalidValue("image", "That picture is damaged and can't be read.") from error


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise InvalidValue("image", _TOO_MANY_PIXELS)
    if min(width, height) < MIN_SIDE:
        raise InvalidValue("image", f"A picture is at least {MIN_SIDE} pixels wide and high.")
