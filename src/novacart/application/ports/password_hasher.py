"""Password hashing."""

from typing import Protocol


class PasswordHasher(Protocol):
    def hash(self, password: str) -> str:
        """A salted hash that contains its parameters. Slow: call it outside transactions."""
        ...

    def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether the hash belongs to the password. None: False, after the same time."""
        ...

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with other than the current parameters."""
        ...
