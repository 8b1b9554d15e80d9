from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from novacart.adapters.imaging.conversion import MAX_SIDE
from novacart.adapters.imaging.image_processor import MAX_BYTES, PillowImageProcessor
from novacart.domain.shared.errors import InvalidValue
from tests.support.images import WIDE_GAMMA, WIDE_PRIMARIES, icc_profile, png_claiming

CASES = Path(__file__).parent / "cases"

prepare = PillowImageProcessor().prepare


def encode(
    kind: str, size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: object
) -> bytes:
    out = BytesIO()
    Image.new(mode, size, "teal" if mode != "CMYK" else (10, 20, 30, 40)).save(out, kind, **options)
    return out.getvalue()


def error_message(content: bytes) -> str:
    with pytest.raises(InvalidValue) as raised:
        prepare(content)
    assert raised.value.field == "image"
    return raised.value.message


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_every_supported_format_becomes_webp(kind: str) -> None:
    prepared = prepare(encode(kind))
    with Image.open(BytesIO(prepared.content)) as image:
        assert (image.format, image.size) == ("WEBP", (64, 48))
    assert (prepared.width, prepared.height) == (64, 48)


@pytest.mark.parametrize("mode", ["L", "RGBA", "CMYK", "P", "LA"])
def test_every_colour_mode_is_accepted(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert prepare(encode(kind, mode=mode)).width == 64


def test_transparency_is_kept() -> None:
    out = BytesIO()
    Image.new("RGBA", (32, 32), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(BytesIO(prepare(out.getvalue()).content)) as image:
        assert image.convert("RGBA").getpixel((5, 5)) == (0, 0, 0, 0)


def test_metadata_is_removed() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    content = encode("JPEG", exif=exif.tobytes(), comment=b"secret words")
    prepared = prepare(content)
    assert b"taken at home" not in prepared.content
    assert b"secret words" not in prepared.content


def test_exif_orientation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    prepared = prepare(encode("JPEG", size=(64, 48), exif=exif.tobytes()))
    assert (prepared.width, prepared.height) == (48, 64)


def test_large_image_is_scaled_down_in_proportion() -> None:
    prepared = prepare(encode("PNG", size=(2 * MAX_SIDE, 100)))
    assert (prepared.width, prepared.height) == (MAX_SIDE, 50)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a not allowed",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7",
        b"<?php echo 1; ?>",
        b"\x00" * 100,
    ],
)
def test_unsupported_content_raises(content: bytes) -> None:
    assert "not a JPEG, PNG, WebP or AVIF" in error_message(content)


def test_gif_raises() -> None:
    assert "not a JPEG" in error_message(encode("GIF", mode="P"))


def test_truncated_image_raises() -> None:
    content = encode("JPEG", size=(400, 400))
    assert "damaged" in error_message(content[: len(content) // 2])


# Pillow itself refuses the last one only.
@pytest.mark.parametrize("size", [(8000, 5001), (30_000, 30_000)])
def test_decompression_bomb_raises_before_decoding(size: tuple[int, int]) -> None:
    assert "at most 40 megapixels" in error_message(png_claiming(*size))


def test_file_with_too_many_bytes_raises() -> None:
    assert "MiB" in error_message(b"\xff\xd8" + b"\x00" * MAX_BYTES)


def test_image_with_too_few_pixels_raises() -> None:
    assert "at least" in error_message(encode("PNG", size=(1, 1)))


def prepared_image(content: bytes, mode: str = "RGB") -> Image.Image:
    with Image.open(BytesIO(prepare(content).content)) as image:
        assert "icc_profile" not in image.info
        return image.convert(mode)


def mean_error(image: Image.Image, expected: Image.Image) -> float:
    """The mean difference of a channel, in levels of 0 to 255."""
    return max(ImageStat.Stat(ImageChops.difference(image, expected)).mean)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def srgb_level(linear: float) -> int:
    linear = min(max(linear, 0.0), 1.0)
    encoded = 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    return round(255 * encoded)


def wide_to_srgb(pixel: tuple[int, int, int]) -> tuple[int, int, int]:
    """The colour of a pixel in the wide space of the tests, in sRGB (IEC 61966-2-1, D50)."""
    linear = [(level / 255) ** WIDE_GAMMA for level in pixel]
    x, y, z = (
        sum(amount * primary[axis] for amount, primary in zip(linear, WIDE_PRIMARIES, strict=True))
        for axis in range(3)
    )
    red = 3.1338561 * x - 1.6168667 * y - 0.4906146 * z
    green = -0.9787684 * x + 1.9161415 * y + 0.0334540 * z
    blue = 0.0719453 * x - 0.2289914 * y + 1.4052427 * z
    return srgb_level(red), srgb_level(green), srgb_level(blue)


def gradient() -> Image.Image:
    return Image.linear_gradient("L").resize((64, 64))


def soft_colours() -> Image.Image:
    """A gradient of colours that sRGB has too."""
    return Image.merge(
        "RGB",
        [gradient().rotate(turn).point(lambda level: 90 + level // 3) for turn in (0, 90, 180)],
    )


def mapped(
    image: Image.Image, convert: Callable[[tuple[int, int, int]], tuple[int, int, int]]
) -> Image.Image:
    result = Image.new("RGB", image.size)
    for x in range(image.width):
        for y in range(image.height):
            result.putpixel((x, y), convert(image.getpixel((x, y))))  # type: ignore[arg-type]
    return result


@cache
def converted_colours() -> Image.Image:
    return mapped(soft_colours(), wide_to_srgb)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_colours_of_a_profile_are_converted_to_srgb(kind: str) -> None:
    tagged = saved(soft_colours(), kind, icc_profile=icc_profile("RGB ", WIDE_GAMMA), quality=95)
    expected = converted_colours()
    assert mean_error(prepared_image(tagged), expected) < 3
    # Without the profile the same pixels are other colours.
    assert mean_error(prepared_image(saved(soft_colours(), kind, quality=95)), expected) > 3


def test_grey_of_a_profile_is_converted_to_srgb() -> None:
    grey = Image.linear_gradient("L")
    tagged = saved(grey, "PNG", icc_profile=icc_profile("GRAY", 1.0))
    expected = grey.point(lambda level: srgb_level(level / 255))
    assert mean_error(prepared_image(tagged, "L"), expected) < 3
    assert mean_error(prepared_image(saved(grey, "PNG"), "L"), expected) > 3


def test_alpha_of_a_tagged_image_is_kept() -> None:
    image = soft_colours()
    image.putalpha(gradient())
    tagged = saved(image, "PNG", icc_profile=icc_profile("RGB ", WIDE_GAMMA))
    alpha = prepared_image(tagged, "RGBA").getchannel("A")
    assert mean_error(alpha, gradient()) < 1


@pytest.mark.parametrize(
    "profile",
    [
        b"damaged",
        icc_profile("RGB ", 2.2)[:200],
        icc_profile("CMYK", 2.2),
        icc_profile("GRAY", 2.2),
    ],
)
def test_unusable_profile_is_ignored(profile: bytes) -> None:
    tagged = saved(soft_colours(), "PNG", icc_profile=profile)
    assert mean_error(prepared_image(tagged), soft_colours()) < 3


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1"])
def test_rgb_profile_applies_to_every_mode(mode: str) -> None:
    tagged = saved(Image.new(mode, (32, 32), 0), "PNG", icc_profile=icc_profile("RGB ", WIDE_GAMMA))
    assert prepared_image(tagged).getpixel((5, 5)) == (0, 0, 0)


def test_16_bit_grey_is_scaled_to_8_bits() -> None:
    content = (CASES / "gray16.png").read_bytes()
    with Image.open(BytesIO(content)) as image:
        assert image.mode == "I;16"
        expected = image.point(lambda level: level / 257).convert("L")
    assert mean_error(prepared_image(content, "L"), expected) < 3


def test_orientation_of_a_tagged_image_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = Image.new("RGB", (64, 48), "black")
    image.paste("white", (0, 0, 64, 24))
    tagged = saved(image, "PNG", exif=exif.tobytes(), icc_profile=icc_profile("RGB ", WIDE_GAMMA))
    upright = prepared_image(tagged, "L")
    assert upright.size == (48, 64)
    assert (upright.getpixel((40, 32)), upright.getpixel((8, 32))) == (255, 0)
