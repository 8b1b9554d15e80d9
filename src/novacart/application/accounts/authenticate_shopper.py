"""Authenticate a user or a guest."""

from dataclasses import dataclass

from novacart.application.accounts.authenticate_user import (
    AuthenticateUser,
    AuthenticateUserCommand,
)
from novacart.application.accounts.queries import GuestQueries, Profile
from novacart.application.ports.clock import Clock
from novacart.application.ports.tokens import TokenKind, Tokens
from novacart.domain.accounts.errors import InvalidToken
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Shopper:
    """A user, or a guest, who has no `profile` and no `session`, which is a token family."""

    user_id: UserId
    profile: Profile | None
    session: int | None = None

    @property
    def is_guest(self) -> bool:
        return self.profile is None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticateShopperCommand:
    access: str


class AuthenticateShopper:
    """Return the user or the guest of an access token, with one query.

    Raises `InvalidToken`, also for a guest whose cart was merged, and as `AuthenticateUser`.
    """

    def __init__(
        self,
        *,
        authenticate_user: AuthenticateUser,
        queries: GuestQueries,
        tokens: Tokens,
        clock: Clock,
    ) -> None:
        self._authenticate_user = authenticate_user
        self._queries = queries
        self._tokens = tokens
        self._clock = clock

    def __call__(self, command: AuthenticateShopperCommand) -> Shopper:
        claims = self._tokens.read(command.access)
        if claims.kind is not TokenKind.GUEST:
            profile = self._authenticate_user(AuthenticateUserCommand(access=command.access))
            return Shopper(user_id=profile.id, profile=profile, session=claims.family_id)
        if not self._queries.is_guest_active(claims.user_id, at=self._clock.now()):
            raise InvalidToken
        return Shopper(user_id=claims.user_id, profile=None)
