"""Refresh tokens of one sign-in."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from novacart.domain.accounts.errors import InvalidToken
from novacart.domain.accounts.events import RefreshTokenReused, SignedIn
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import UserId

MAX_USER_AGENT: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken:
    """A refresh token; `rotated_at` is when it was first exchanged for a new one."""

    id: str
    issued_at: datetime
    expires_at: datetime
    rotated_at: datetime | None = None


class TokenFamily(AggregateRoot):
    """The refresh tokens of one sign-in, rotated at each use (RFC 9700, section 4.14.2).

    Several browser tabs may use one token at the same moment, so within a leeway after its first
    use a token can be exchanged again, and each successor is valid. A use after the leeway
    means that the token was stolen: the thief and the owner can't be distinguished, and the
    whole family is revoked.

    `authenticated_at` is when the user last entered a password or code in this session.
    `user_agent` is the `User-Agent` of the sign-in, of which 255 characters are kept.
    """

    __slots__ = (
        "_tokens",
        "authenticated_at",
        "id",
        "opened_at",
        "revoked_at",
        "user_agent",
        "user_id",
    )

    def __init__(
        self,
        *,
        id: int,
        user_id: UserId,
        opened_at: datetime,
        revoked_at: datetime | None = None,
        authenticated_at: datetime | None = None,
        user_agent: str | None = None,
        tokens: Iterable[RefreshToken] = (),
        version: int = 0,
    ) -> None:
        super().__init__(version=version)
        self.id = id
        self.user_id = user_id
        self.opened_at = opened_at
        self.revoked_at = revoked_at
        self.authenticated_at = authenticated_at or opened_at
        self.user_agent = user_agent and user_agent[:MAX_USER_AGENT]
        self._tokens = {token.id: token for token in tokens}

    @classmethod
    def open(
        cls,
        *,
        id: int,
        user_id: UserId,
        token_id: str,
        at: datetime,
        lifetime: timedelta,
        user_agent: str | None = None,
    ) -> Self:
        """Start the family of a new sign-in with its first token."""
        first = RefreshToken(id=token_id, issued_at=at, expires_at=at + lifetime)
        family = cls(id=id, user_id=user_id, opened_at=at, user_agent=user_agent, tokens=[first])
        family._record(SignedIn(user_id=user_id, family_id=id, occurred_at=at))
        return family

    @property
    def tokens(self) -> tuple[RefreshToken, ...]:
        return tuple(self._tokens.values())

    def rotate(
        self,
        token_id: str,
        *,
        successor_id: str,
        at: datetime,
        lifetime: timedelta,
        leeway: timedelta,
        session_lifetime: timedelta,
    ) -> bool:
        """Exchange a token for its successor, which ends with the session at the latest.

        Returns False if the token was reused after its leeway; the family is then revoked.
        Raises `InvalidToken` if the token is unknown or expired, its family is revoked, or the
        session is older than `session_lifetime`.
        """
        token = self._tokens.get(token_id)
        end = self.opened_at + session_lifetime
        if token is None or self.revoked_at is not None or min(token.expires_at, end) <= at:
            raise InvalidToken
        if token.rotated_at is None:
            self._tokens[token_id] = replace(token, rotated_at=at)
        elif at - token.rotated_at > leeway:
            self.revoke(at=at)
            self._record(
                RefreshTokenReused(user_id=self.user_id, family_id=self.id, occurred_at=at)
            )
            return False
        self._tokens[successor_id] = RefreshToken(
            id=successor_id, issued_at=at, expires_at=min(at + lifetime, end)
        )
        return True

    def reauthenticate(self, *, at: datetime) -> None:
        """Record that the user entered a password or code. Raises `InvalidToken` if revoked."""
        if self.revoked_at is not None:
            raise InvalidToken
        self.authenticated_at = at

    def revoke(self, *, at: datetime) -> None:
        """Sign out: invalidate every token of the family. Idempotent."""
        if self.revoked_at is None:
            self.revoked_at = at
