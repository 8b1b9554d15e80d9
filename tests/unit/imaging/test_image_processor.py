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
    prepared = prepare(encode("PNG", size=(2 * MAX_SIDE, MAX_SIDE)))
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
def test_unsupported_content_raises(content: bytes) -> None:
    assert "not a JPEG, PNG, WebP or AVIF" in error_message(content)


def test_gif_raises() -> None:
    assert "not a JPEG" in error_message(encode("GIF", mode="P"))


def test_truncated_image_raises() -> None:
    content = encode("JPEG", size=(400, 400))
    assert "damaged" in error_message(content[: len(content) // 2])


def test_decompression_bomb_raises_before_decoding() -> None:
    assert "megapixels" in error_message(png_claiming(30_000, 30_000))


def test_file_with_too_many_bytes_raises() -> None:
    assert "MiB" in error_message(b"\xff\xd8" + b"\x00" * MAX_BYTES)


def test_image_with_too_few_pixels_raises() -> None:
    assert "at least" in error_message(encode("PNG", size=(1, 1)))
