"""Where the families of refresh tokens are kept."""

from datetime import datetime
from typing import Protocol

from novacart.domain.accounts.token_family import TokenFamily
from novacart.domain.shared.ids import UserId


class TokenFamilies(Protocol):
    def get_by_token(self, family_id: int, token_id: str) -> TokenFamily | None:
        """The family with that token of it alone: its rules ask for no other."""
        ...

    def add(self, family: TokenFamily) -> None: ...

    def save(self, family: TokenFamily) -> None:
        """Write what is new or changed. Raises `ConcurrentChange`."""
        ...

    def revoke_all(self, user_id: UserId, *, at: datetime) -> None:
        """Log the user out everywhere."""
        ...

    def delete_expired(self, *, before: datetime) -> int:
        """Drop tokens that expired before then, and families left empty; how many tokens."""
        ...
