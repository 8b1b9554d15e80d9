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


# Primaries of a wide RGB space as XYZ (D50), near those of Adobe RGB (1998).
WIDE_PRIMARIES = (
    (0.60974, 0.31111, 0.01947),
    (0.20528, 0.62567, 0.06087),
    (0.14919, 0.06322, 0.74457),
)
WIDE_GAMMA = 563 / 256


def icc_profile(kind: str, gamma: float) -> bytes:
    """Return a display profile (ICC.1:2001-04): `RGB ` with `WIDE_PRIMARIES`, or `GRAY`."""

    def fixed(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    def xyz(values: tuple[float, float, float]) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(fixed(value) for value in values)

    white = (0.9642, 1.0, 0.82491)
    curve = b"curv\0\0\0\0" + struct.pack(">IHxx", 1, round(gamma * 256))
    description = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"Wide\0" + b"\0" * 78
    tags = {
        b"desc": description + b"\0" * (-len(description) % 4),
        b"cprt": b"text\0\0\0\0none\0\0\0\0",
        b"wtpt": xyz(white),
    }
    if kind == "GRAY":
        tags[b"kTRC"] = curve
    else:
        for letter, primary in zip(b"rgb", WIDE_PRIMARIES, strict=True):
            tags[bytes([letter]) + b"XYZ"] = xyz(primary)
            tags[bytes([letter]) + b"TRC"] = curve
    offset = 128 + 4 + 12 * len(tags)
    table, data = struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        table += name + struct.pack(">II", offset + len(data), len(content))
        data += content
    header = (
        struct.pack(">I4sI", offset + len(data), b"\0" * 4, 0x02100000)
        + b"mntr"
        + kind.encode()
        + b"XYZ "
        + struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
        + b"acsp"
        + b"\0" * 28
        + b"".join(fixed(value) for value in white)
        + b"\0" * 48
    )
    return header + table + data
