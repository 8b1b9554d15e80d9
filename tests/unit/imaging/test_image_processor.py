from io import BytesIO

import pytest
from PIL import Image

from novacart.adapters.imaging.image_processor import (
    MAX_BYTES,
    MAX_SIDE,
    PillowImageProcessor,
)
from novacart.domain.shared.errors import InvalidValue
from tests.support.images import png_claiming

prepare = PillowImageProcessor().prepare


def encoded(
    kind: str, size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: object
) -> bytes:
    out = BytesIO()
    Image.new(mode, size, "teal" if mode != "CMYK" else (10, 20, 30, 40)).save(out, kind, **options)
    return out.getvalue()


def refusal_of(content: bytes) -> str:
    with pytest.raises(InvalidValue) as refused:
        prepare(content)
    assert refused.value.field == "image"
    return refused.value.message


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_each_kind_that_browsers_show_becomes_a_webp(kind: str) -> None:
    prepared = prepare(encoded(kind))
    with Image.open(BytesIO(prepared.content)) as picture:
        assert (picture.format, picture.size) == ("WEBP", (64, 48))
    assert (prepared.width, prepared.height, prepared.extension) == (64, 48, "webp")


@pytest.mark.parametrize("mode", ["L", "RGBA", "CMYK", "P", "LA"])
def test_every_colour_mode_is_taken(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert prepare(encoded(kind, mode=mode)).width == 64


def test_transparency_is_kept() -> None:
    out = BytesIO()
    Image.new("RGBA", (32, 32), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(BytesIO(prepare(out.getvalue()).content)) as picture:
        assert picture.convert("RGBA").getpixel((5, 5)) == (0, 0, 0, 0)


def test_nothing_but_the_pixels_survives() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    content = encoded("JPEG", exif=exif.tobytes(), comment=b"secret words")
    prepared = prepare(content)
    assert b"taken at home" not in prepared.content
    assert b"secret words" not in prepared.content


def test_a_picture_taken_sideways_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    prepared = prepare(encoded("JPEG", size=(64, 48), exif=exif.tobytes()))
    assert (prepared.width, prepared.height) == (48, 64)


def test_a_large_picture_is_made_smaller_in_proportion() -> None:
    prepared = prepare(encoded("PNG", size=(2 * MAX_SIDE, MAX_SIDE)))
    assert (prepared.width, prepared.height) == (MAX_SIDE, MAX_SIDE // 2)


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
def test_what_is_not_one_of_the_four_kinds_is_refused_whatever_its_name(content: bytes) -> None:
    assert "not a JPEG, PNG, WebP or AVIF" in refusal_of(content)


def test_a_gif_is_refused_by_its_content() -> None:
    assert "not a JPEG" in refusal_of(encoded("GIF", mode="P"))


def test_a_truncated_picture_is_refused() -> None:
    content = encoded("JPEG", size=(400, 400))
    assert "damaged" in refusal_of(content[: len(content) // 2])


def test_pixels_are_counted_before_they_are_decoded() -> None:
    assert "megapixels" in refusal_of(png_claiming(30_000, 30_000))


def test_a_file_over_the_bound_in_bytes_is_refused() -> None:
    assert "MiB" in refusal_of(b"\xff\xd8" + b"\x00" * MAX_BYTES)


def test_a_speck_is_no_picture() -> None:
    assert "at least" in refusal_of(encoded("PNG", size=(1, 1)))
