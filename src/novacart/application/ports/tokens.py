"""The tokens that clients carry."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from novacart.domain.shared.ids import UserId


class TokenKind(StrEnum):
    ACCESS = "access"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenClaims:
    """Whom a token speaks for, from which sign-in, under which of that user's passwords.

    `token_id` tells refresh tokens of one family apart.
    """

    kind: TokenKind
    user_id: UserId
    family_id: int
    password_generation: int
    token_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    access: str
    refresh: str


class Tokens(Protocol):
    def issue(self, claims: TokenClaims) -> str:
        """A signed token that is good for the lifetime of its kind."""
        ...

    def read(self, token: str) -> TokenClaims:
        """Raises `TokenNotAccepted` for whatever we did not sign, or that is past its time."""
        ...
