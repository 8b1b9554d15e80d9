"""Generated images, and files that only look like images."""

import struct
import zlib
from io import BytesIO

from PIL import Image


def image_bytes(
    colour: str = "teal", *, kind: str = "WEBP", size: tuple[int, int] = (64, 48)
) -> bytes:
    """Return an image of one colour."""
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def size_of(content: bytes) -> tuple[int, int]:
    with Image.open(BytesIO(content)) as opened:
        return opened.size


def png_claiming(width: int, height: int) -> bytes:
    """Return a small PNG whose header declares an enormous size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0"))
        + chunk(b"IEND", b"")
    )
