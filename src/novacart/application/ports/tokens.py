"""Access and refresh tokens."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from novacart.domain.accounts.errors import InvalidToken
from novacart.domain.shared.ids import UserId


class TokenKind(StrEnum):
    ACCESS = "access"
    REFRESH = "refresh"
    GUEST = "guest"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenClaims:
    """The content of a token: its user, token family and password generation.

    `token_id` identifies a refresh token within its family. A guest has one session, without
    password: its `family_id` is the guest's id, and its `password_generation` 1.
    """

    kind: TokenKind
    user_id: UserId
    family_id: int
    password_generation: int
    token_id: str

    def ensure_kind(self, kind: TokenKind) -> None:
        """Raises `InvalidToken` for a token of another kind."""
        if self.kind is not kind:
            raise InvalidToken


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    access: str
    refresh: str


class Tokens(Protocol):
    def issue(self, claims: TokenClaims) -> str:
        """Sign a token that is valid for the lifetime of its kind."""
        ...

    def read(self, token: str) -> TokenClaims:
        """Verify a token. Raises `InvalidToken` if its signature is wrong or it has expired."""
        ...
