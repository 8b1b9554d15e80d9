"""Passwords hashed with Argon2id (RFC 9106)."""

import secrets

from argon2 import PasswordHasher as Argon2
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

# OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane, or stronger.
MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1


class Argon2idHasher:
    """Tests may ask for less memory; the shop never does."""

    def __init__(
        self, *, memory_kib: int = MEMORY_KIB, passes: int = PASSES, lanes: int = LANES
    ) -> None:
        self._argon2 = Argon2(
            time_cost=passes, memory_cost=memory_kib, parallelism=lanes, type=Type.ID
        )
        # What an unknown user's password is held against: as slow as the real thing.
        self._nobody = self._argon2.hash(secrets.token_urlsafe(32))

    def hash(self, password: str) -> str:
        return self._argon2.hash(password)

    def verify(self, password: str, password_hash: str | None) -> bool:
        try:
            self._argon2.verify(password_hash or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        return self._argon2.check_needs_rehash(password_hash)
