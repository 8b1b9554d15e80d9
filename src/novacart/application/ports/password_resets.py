"""Repository of password resets."""

from datetime import datetime
from typing import Protocol

from novacart.domain.accounts.password_reset import PasswordReset


class PasswordResets(Protocol):
    def get(self, reset_id: int) -> PasswordReset | None:
        """Not locked, since the user has to be locked first; `save` detects a concurrent change."""
        ...

    def get_by_token_hash(self, token_hash: str) -> PasswordReset | None:
        """The reset of a token, locked together with its user."""
        ...

    def count_issued(self, email_key: str, *, since: datetime) -> int:
        """How many requests for an email address since a time have led to a link."""
        ...

    def add(self, reset: PasswordReset) -> None: ...

    def save(self, reset: PasswordReset) -> None:
        """Raises `ConcurrentChange`."""
        ...

    def delete_expired(self, *, before: datetime) -> int:
        """Delete resets requested and expired before a time, and return how many."""
        ...
