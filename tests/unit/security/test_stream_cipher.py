"""Encrypted streams: exact content, or an error that says what is wrong."""

import io

import pytest

from novacart.adapters.security.stream_cipher import (
    DecryptingReader,
    EncryptingWriter,
    StreamDamaged,
    WrongKey,
)

KEY = "a-private-random-key-of-the-tests-alone"
CHUNK = 1 << 20
HEADER = 21 + 32 + 16


def encrypted(content: bytes, *, step: int = 300_000) -> bytes:
    target = io.BytesIO()
    writer = EncryptingWriter(target, KEY)
    for start in range(0, len(content), step):
        writer.write(content[start : start + step])
    writer.close()
    return target.getvalue()


def decrypted(data: bytes, key: str = KEY) -> bytes:
    return DecryptingReader(io.BytesIO(data), key).readall() or b""


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_content_is_read_back(size: int) -> None:
    content = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    data = encrypted(content)
    assert decrypted(data) == content
    assert b"0123456789abcdef" not in data


def test_same_content_is_never_encrypted_alike() -> None:
    assert encrypted(b"same") != encrypted(b"same")


def test_other_key_is_recognised() -> None:
    with pytest.raises(WrongKey):
        decrypted(encrypted(b"content"), KEY + "x")


@pytest.mark.parametrize("kept", [0, 5, HEADER - 1, HEADER, HEADER + 5, HEADER + CHUNK + 16, -1])
def test_file_that_was_cut_is_not_read(kept: int) -> None:
    with pytest.raises(StreamDamaged):
        decrypted(encrypted(b"x" * (2 * CHUNK))[:kept])


def test_aborted_file_is_not_read() -> None:
    target = io.BytesIO()
    writer = EncryptingWriter(target, KEY)
    writer.write(b"x" * (2 * CHUNK))
    writer.abort()
    with pytest.raises(StreamDamaged):
        decrypted(target.getvalue())


@pytest.mark.parametrize("change", ["bit", "order", "appended"])
def test_changed_file_is_not_read(change: str) -> None:
    data = bytearray(encrypted(b"x" * CHUNK + b"y" * CHUNK + b"z"))
    size = CHUNK + 16
    if change == "bit":
        data[HEADER + 7] ^= 1
    elif change == "order":
        first, second = data[HEADER : HEADER + size], data[HEADER + size : HEADER + 2 * size]
        data[HEADER : HEADER + 2 * size] = second + first
    else:
        data += b"more"
    with pytest.raises(StreamDamaged):
        decrypted(bytes(data))
