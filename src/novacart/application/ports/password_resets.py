"""Where password resets are kept."""

from datetime import datetime
from typing import Protocol

from novacart.domain.accounts.password_reset import PasswordReset


class PasswordResets(Protocol):
    def get(self, reset_id: int) -> PasswordReset | None:
        """Not locked, since its owner's lock would have to come first: `save` tells."""
        ...

    def with_token(self, token_hash: str) -> PasswordReset | None:
        """Its owner is locked too."""
        ...

    def issued_since(self, email_key: str, *, since: datetime) -> int:
        """How many links were made for requests under this address since then."""
        ...

    def add(self, reset: PasswordReset) -> None: ...

    def save(self, reset: PasswordReset) -> None:
        """Raises `ConcurrentChange`."""
        ...

    def delete_older_than(self, *, before: datetime) -> int:
        """Drop requests made, and links expired, before then; how many."""
        ...
