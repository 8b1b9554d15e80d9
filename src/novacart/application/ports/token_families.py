"""Repository of token families."""

from datetime import datetime
from typing import Protocol

from novacart.domain.accounts.token_family import TokenFamily
from novacart.domain.shared.ids import UserId


class TokenFamilies(Protocol):
    def get(self, family_id: int) -> TokenFamily | None:
        """The family, locked, without its tokens."""
        ...

    def get_by_token(self, family_id: int, token_id: str) -> TokenFamily | None:
        """The family, locked, with only the given token loaded, if it has that token."""
        ...

    def add(self, family: TokenFamily) -> None: ...

    def save(self, family: TokenFamily) -> None:
        """Write new and changed tokens. Raises `ConcurrentChange`."""
        ...

    def revoke_all(self, user_id: UserId, *, at: datetime, keep: int | None = None) -> None:
        """Revoke every family of the user, except the family `keep`."""
        ...

    def end_oldest(self, user_id: UserId, *, keep: int, at: datetime) -> None:
        """Revoke the user's oldest families with a valid token, except the newest `keep`.

        Locks the user, so that simultaneous sign-ins do not exceed the bound.
        """
        ...

    def delete_expired(self, *, before: datetime) -> int:
        """Delete tokens that expired before a time and families without tokens.

        Returns how many tokens were deleted.
        """
        ...
