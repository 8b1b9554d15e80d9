"""Repository of token families."""

from datetime import datetime
from typing import Protocol

from novacart.domain.accounts.token_family import TokenFamily
from novacart.domain.shared.ids import UserId


class TokenFamilies(Protocol):
    def get_by_token(self, family_id: int, token_id: str) -> TokenFamily | None:
        """The family, locked, with only the given token loaded, if it has that token."""
        ...

    def add(self, family: TokenFamily) -> None: ...

    def save(self, family: TokenFamily) -> None:
        """Write new and changed tokens. Raises `ConcurrentChange`."""
        ...

    def revoke_all(self, user_id: UserId, *, at: datetime) -> None:
        """Revoke every family of the user."""
        ...

    def delete_expired(self, *, before: datetime) -> int:
        """Delete tokens that expired before a time and families without tokens.

        Returns how many tokens were deleted.
        """
        ...
