"""Repository of token families."""

from datetime import datetime
from typing import Protocol

from novacart.application.ports.tokens import TokenClaims
from novacart.domain.accounts.token_family import RefreshToken, TokenFamily
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

    def add_successor(
        self,
        claims: TokenClaims,
        successor: RefreshToken,
        *,
        rotated_since: datetime,
        opened_since: datetime,
    ) -> bool:
        """Add another successor of a token that was exchanged before, without its family's lock.

        Returns False, and adds nothing, unless the token was first exchanged at `rotated_since` or
        later and expires after the successor is issued, its family was opened at `opened_since` or
        later and is not revoked, and its user is active and has the password of the claims.
        """
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
