"""The refresh tokens that come from one sign-in."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from novacart.domain.accounts.errors import TokenNotAccepted
from novacart.domain.accounts.events import RefreshTokenReused
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken:
    """One refresh token; `rotated_at` is when it was first exchanged for another."""

    id: str
    issued_at: datetime
    expires_at: datetime
    rotated_at: datetime | None = None


class TokenFamily(AggregateRoot):
    """A sign-in and every refresh token that followed from it (RFC 9700, 4.14.2).

    A token is exchanged for a new one at each use. Several tabs use one at the same moment,
    so within the leeway after its first use it may be exchanged again, and every token so
    given is good for its own life. After the leeway a second use means that two parties hold
    the token, and nobody knows which is the thief: the family is revoked.
    """

    __slots__ = ("_tokens", "id", "opened_at", "revoked_at", "user_id")

    def __init__(
        self,
        *,
        id: int,
        user_id: UserId,
        opened_at: datetime,
        revoked_at: datetime | None = None,
        tokens: Iterable[RefreshToken] = (),
        version: int = 0,
    ) -> None:
        super().__init__(version=version)
        self.id = id
        self.user_id = user_id
        self.opened_at = opened_at
        self.revoked_at = revoked_at
        self._tokens = {token.id: token for token in tokens}

    @classmethod
    def open(
        cls, *, id: int, user_id: UserId, token_id: str, at: datetime, lifetime: timedelta
    ) -> Self:
        """The family of a new sign-in, with its first token."""
        first = RefreshToken(id=token_id, issued_at=at, expires_at=at + lifetime)
        return cls(id=id, user_id=user_id, opened_at=at, tokens=[first])

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
    ) -> bool:
        """Exchange a token for its successor; False where that was theft, and all are revoked.

        Raises `TokenNotAccepted` for a token that is unknown or expired, or whose family was
        revoked before.
        """
        token = self._tokens.get(token_id)
        if token is None or self.revoked_at is not None or token.expires_at <= at:
            raise TokenNotAccepted
        if token.rotated_at is None:
            self._tokens[token_id] = replace(token, rotated_at=at)
        elif at - token.rotated_at > leeway:
            self.revoke(at=at)
            self._record(
                RefreshTokenReused(user_id=self.user_id, family_id=self.id, occurred_at=at)
            )
            return False
        self._tokens[successor_id] = RefreshToken(
            id=successor_id, issued_at=at, expires_at=at + lifetime
        )
        return True

    def revoke(self, *, at: datetime) -> None:
        """Log out: none of its tokens is good any more. Again: nothing changes."""
        if self.revoked_at is None:
            self.revoked_at = at
