"""Encryption of files of any size with AES-256-GCM, in chunks.

The STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár, 2015): the nonce of each chunk has
its number and whether it is the last, so that a file that was cut or reordered can't be read.
"""

import io
import secrets
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC: Final = b"NOVACART-ENCRYPTED-1\n"
_SALT: Final = 32  # bytes
_CHECK: Final = 16  # bytes
_TAG: Final = 16  # bytes
_CHUNK: Final = 1 << 20


class StreamDamaged(Exception):
    """The file was cut short or changed."""


class WrongKey(Exception):
    """The file was encrypted with another key."""


class EncryptingWriter(io.RawIOBase):
    """Writes what it is given, encrypted, to `target`. `close` writes the last chunk."""

    def __init__(self, target: BinaryIO, key: str) -> None:
        self._target = target
        salt = secrets.token_bytes(_SALT)
        self._cipher, check = _derive(key, salt)
        self._buffer = bytearray()
        self._number = 0
        target.write(MAGIC + salt + check)

    def writable(self) -> bool:
        return True

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]
        self._buffer += data
        while len(self._buffer) > _CHUNK:
            self._write_chunk(bytes(self._buffer[:_CHUNK]), last=False)
            del self._buffer[:_CHUNK]
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._write_chunk(bytes(self._buffer), last=True)
        super().close()

    def abort(self) -> None:
        """Close without a last chunk, so that what was written can't be read as complete."""
        super().close()

    def _write_chunk(self, data: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, last=last), data, None))
        self._number += 1


class DecryptingReader(io.RawIOBase):
    """Reads what `EncryptingWriter` wrote. Raises `WrongKey` or, while reading, `StreamDamaged`."""

    def __init__(self, source: BinaryIO, key: str) -> None:
        self._source = source
        header = source.read(len(MAGIC) + _SALT + _CHECK)
        if not header.startswith(MAGIC) or len(header) < len(MAGIC) + _SALT + _CHECK:
            raise StreamDamaged("The file is not an encrypted backup, or has no complete header.")
        salt, check = header[len(MAGIC) : -_CHECK], header[-_CHECK:]
        self._cipher, expected = _derive(key, salt)
        if not secrets.compare_digest(check, expected):
            raise WrongKey("The file was encrypted with another key.")
        self._number = 0
        self._next = source.read(_CHUNK + _TAG)
        if not self._next:
            raise StreamDamaged("The file was cut short after its header.")
        self._plain = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._plain and self._next:
            self._read_chunk()
        count = min(len(buffer), len(self._plain))
        buffer[:count] = self._plain[:count]
        self._plain = self._plain[count:]
        return count

    def _read_chunk(self) -> None:
        chunk, self._next = self._next, self._source.read(_CHUNK + _TAG)
        nonce = _nonce(self._number, last=not self._next)
        self._number += 1
        try:
            self._plain = memoryview(self._cipher.decrypt(nonce, chunk, None))
        except InvalidTag as error:
            raise StreamDamaged("The file was cut short or changed.") from error


def _derive(key: str, salt: bytes) -> tuple[AESGCM, bytes]:
    """Derive the cipher, and a value by which a wrong key is recognised."""
    derived = HKDF(
        algorithm=SHA256(), length=32 + _CHECK, salt=salt, info=b"novacart.stream-cipher"
    ).derive(key.encode())
    return AESGCM(derived[:32]), derived[32:]


def _nonce(number: int, *, last: bool) -> bytes:
    # Each file has a key of its own, so that a counter is unique.
    return number.to_bytes(11, "big") + bytes([last])
