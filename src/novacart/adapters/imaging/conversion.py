"""Conversion of images with Pillow."""

from io import BytesIO
from threading import Lock
from typing import Final

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from novacart.application.ports.image_processor import PreparedImage
from novacart.domain.shared.errors import InvalidValue

MAX_PIXELS = 40_000_000
MAX_SIDE = 2000
MIN_SIDE = 16

# Not SVG, which can contain scripts.
_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
_QUALITY = 82
_TOO_MANY_PIXELS = f"An image has at most {MAX_PIXELS // 1_000_000} megapixels."
_SIXTEEN_BITS: Final = ("I", "I;16", "I;16B", "I;16L")
# The modes in which colours of a profile's colour space are stored.
_PROFILE_MODES: Final = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
_SRGB: Final = ImageCms.createProfile("sRGB")
# A 40-megapixel WebP takes up to 620 MiB, other formats less.
_DECODING: Final = Lock()


def prepare(content: bytes) -> PreparedImage:
    """Convert an image as `PillowImageProcessor`, one at a time."""
    with _DECODING:
        image = _decode(content)
    return _prepared(image, MAX_SIDE)


def smaller(image: PreparedImage, *, side: int) -> PreparedImage:
    """Convert a prepared image to one with at most `side` pixels a side."""
    with Image.open(BytesIO(image.content)) as opened:
        return _prepared(opened, side)


def _prepared(image: Image.Image, side: int) -> PreparedImage:
    """The image as WebP, with at most `side` pixels a side."""
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    out = BytesIO()
    image.save(out, "WEBP", quality=_QUALITY, method=4, icc_profile=b"")
    return PreparedImage(
        content=out.getvalue(),
        content_type="image/webp",
        width=image.width,
        height=image.height,
    )


def _decode(content: bytes) -> Image.Image:
    """The upright image in sRGB, at most about three times `MAX_SIDE` wide and high."""
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            _check_size(*image.size)
            # A JPEG is decoded at a half, a quarter or an eighth of its size.
            image.draft(None, (MAX_SIDE, MAX_SIDE))
            image.load()
            return _to_srgb(ImageOps.exif_transpose(_reduced(image)))
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


def _reduced(image: Image.Image) -> Image.Image:
    """A copy with 8 bits a channel, made smaller by an integer factor if it is very large."""
    if image.mode in _SIXTEEN_BITS:
        image = _to_eight_bits(image)
    factor = int(max(image.size) / (1.5 * MAX_SIDE))
    if factor < 2:  # noqa: PLR2004 (a factor of 1 keeps the size)
        return image
    if image.mode in {"P", "1"}:
        # Numbers of palette entries can't be averaged.
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image.reduce((min(factor, image.width), min(factor, image.height)))


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """The same greys in mode L. A plain conversion would cut values above 255."""
    wide = image.convert("I") if image.mode == "I;16B" else image
    return wide.point(lambda value: value / 257 + 0.5).convert("L")


def _to_srgb(image: Image.Image) -> Image.Image:
    """The image in mode RGB or RGBA, its colours converted from its ICC profile."""
    colours = _converted_by_profile(image) or image.convert("RGB")
    if image.has_transparency_data:
        colours.putalpha(image.convert("RGBA").getchannel("A"))
    return colours


def _converted_by_profile(image: Image.Image) -> Image.Image | None:
    """None without a usable profile of the image's own kind of colours."""
    content = image.info.get("icc_profile")
    if not content:
        return None
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(content))
        mode = _PROFILE_MODES.get(profile.profile.xcolor_space.strip())
        is_grey = image.mode in {"L", "LA", "1"}
        if mode is None or (mode == "CMYK") != (image.mode == "CMYK"):
            return None
        if mode == "L" and not is_grey:
            return None
        return ImageCms.profileToProfile(
            image.convert(mode),
            profile,
            _SRGB,
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        return None
