"""Passwords, kept so that nobody can read them."""

from typing import Protocol


class PasswordHasher(Protocol):
    def hash(self, password: str) -> str:
        """A salted hash, with its own parameters in it. Slow on purpose: never in a transaction."""
        ...

    def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether the hash is this password's. With no hash: False, after the same time."""
        ...

    def is_outdated(self, password_hash: str) -> bool:
        """Whether it was made with other parameters than today's."""
        ...
