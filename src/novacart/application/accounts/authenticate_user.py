"""Check access and refresh tokens."""

from dataclasses import dataclass

from novacart.application.accounts.queries import AccountQueries, Profile
from novacart.application.accounts.staff_security import StaffSecurityPolicy
from novacart.application.accounts.start_session import SessionPolicy
from novacart.application.ports.clock import Clock
from novacart.application.ports.tokens import TokenClaims, TokenKind, Tokens
from novacart.domain.accounts.errors import AccountRequired, InvalidToken, MfaSetupRequired


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticateUserCommand:
    access: str


class AuthenticateUser:
    """Return the user of an access token, with one query.

    Raises `InvalidToken`, also after sign-out, a password change or disabling of the account,
    `AccountRequired` for a guest, and `MfaSetupRequired` for staff without a second factor if it is
    mandatory.
    """

    def __init__(
        self, *, queries: AccountQueries, tokens: Tokens, policy: StaffSecurityPolicy
    ) -> None:
        self._queries = queries
        self._tokens = tokens
        self._policy = policy

    def __call__(self, command: AuthenticateUserCommand) -> Profile:
        claims = self._tokens.read(command.access)
        if claims.kind is TokenKind.GUEST:
            raise AccountRequired
        claims.ensure_kind(TokenKind.ACCESS)
        profile = _session_user(self._queries, claims)
        if profile.is_staff and self._policy.mfa_required and not profile.mfa_enabled:
            raise MfaSetupRequired
        return profile


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyTokenCommand:
    token: str


class VerifyToken:
    """Check an access or refresh token without using it. Raises `InvalidToken`."""

    def __init__(
        self, *, queries: AccountQueries, tokens: Tokens, clock: Clock, policy: SessionPolicy
    ) -> None:
        self._queries = queries
        self._tokens = tokens
        self._clock = clock
        self._policy = policy

    def __call__(self, command: VerifyTokenCommand) -> None:
        claims = self._tokens.read(command.token)
        _session_user(self._queries, claims)
        now = self._clock.now()
        if claims.kind is TokenKind.REFRESH and not self._queries.is_refresh_token_valid(
            family_id=claims.family_id,
            token_id=claims.token_id,
            at=now,
            rotated_since=now - self._policy.leeway,
        ):
            raise InvalidToken


def _session_user(queries: AccountQueries, claims: TokenClaims) -> Profile:
    profile = queries.session_user(
        user_id=claims.user_id,
        family_id=claims.family_id,
        password_generation=claims.password_generation,
    )
    if profile is None:
        raise InvalidToken
    return profile
