"""Password strength estimation."""

from typing import Protocol


class PasswordStrength(Protocol):
    def is_guessable(self, password: str) -> bool:
        """Whether a password of at most 256 characters is common or follows a common pattern."""
        ...
