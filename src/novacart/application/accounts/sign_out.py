"""Sign out."""

from dataclasses import dataclass

from novacart.application.ports.clock import Clock
from novacart.application.ports.tokens import TokenKind, Tokens
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.errors import InvalidToken


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOutCommand:
    refresh: str


class SignOut:
    """End the session of a refresh token, including its access tokens. Idempotent.

    Raises `InvalidToken` for anything but a refresh token.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, tokens: Tokens, clock: Clock) -> None:
        self._begin = begin
        self._tokens = tokens
        self._clock = clock

    def __call__(self, command: SignOutCommand) -> None:
        claims = self._tokens.read(command.refresh)
        claims.ensure_kind(TokenKind.REFRESH)
        with self._begin() as work:
            family = work.token_families.get_by_token(claims.family_id, claims.token_id)
            if family is None:
                raise InvalidToken
            family.revoke(at=self._clock.now())
            work.token_families.save(family)
            work.commit()
