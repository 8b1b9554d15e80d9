"""Password hashing with Argon2id (RFC 9106)."""

import secrets
from base64 import b64encode
from threading import Lock

from argon2 import PasswordHasher as Argon2
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION, Type

# OWASP Password Storage Cheat Sheet: at least 19 MiB, two passes and one lane.
MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1


class Argon2idHasher:
    """Hashes with OWASP's parameters. Tests use less memory to be fast.

    One hash at a time: each needs 19 MiB, and several in one process compete for the processor's
    cache, so that all of them take longer. The web server has a process for each core.
    """

    def __init__(
        self, *, memory_kib: int = MEMORY_KIB, passes: int = PASSES, lanes: int = LANES
    ) -> None:
        self._argon2 = Argon2(
            time_cost=passes, memory_cost=memory_kib, parallelism=lanes, type=Type.ID
        )
        self._lock = Lock()
        # Verified when there is no hash, so that an unknown user takes as long as a known one. It
        # is the hash of no password: computing one would delay the start of each process.
        salt, digest = (
            b64encode(secrets.token_bytes(length)).rstrip(b"=").decode()
            for length in (self._argon2.salt_len, self._argon2.hash_len)
        )
        parameters = f"m={memory_kib},t={passes},p={lanes}"
        self._dummy_hash = f"$argon2id$v={ARGON2_VERSION}${parameters}${salt}${digest}"

    def hash(self, password: str) -> str:
        with self._lock:
            return self._argon2.hash(password)

    def verify(self, password: str, password_hash: str | None) -> bool:
        try:
            with self._lock:
                self._argon2.verify(password_hash or self._dummy_hash, password)
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        return self._argon2.check_needs_rehash(password_hash)
