"""Find out who is asking."""

from novacart.application.accounts.policy import SessionPolicy
from novacart.application.accounts.queries import AccountQueries, Profile
from novacart.application.ports.clock import Clock
from novacart.application.ports.tokens import TokenClaims, TokenKind, Tokens
from novacart.domain.accounts.errors import TokenNotAccepted


class AuthenticateUser:
    """The user that an access token speaks for, as the record says now, by one query.

    Raises `TokenNotAccepted`: also after sign-out, a password change or disabling.
    """

    def __init__(self, *, queries: AccountQueries, tokens: Tokens) -> None:
        self._queries = queries
        self._tokens = tokens

    def __call__(self, access: str) -> Profile:
        claims = self._tokens.read(access)
        if claims.kind is not TokenKind.ACCESS:
            raise TokenNotAccepted
        return _session(self._queries, claims)


class VerifyToken:
    """Whether a token, of either kind, would be taken now. Raises `TokenNotAccepted`."""

    def __init__(
        self, *, queries: AccountQueries, tokens: Tokens, clock: Clock, policy: SessionPolicy
    ) -> None:
        self._queries = queries
        self._tokens = tokens
        self._clock = clock
        self._policy = policy

    def __call__(self, token: str) -> None:
        claims = self._tokens.read(token)
        _session(self._queries, claims)
        now = self._clock.now()
        if claims.kind is TokenKind.REFRESH and not self._queries.accepts_refresh(
            family_id=claims.family_id,
            token_id=claims.token_id,
            at=now,
            rotated_since=now - self._policy.leeway,
        ):
            raise TokenNotAccepted


def _session(queries: AccountQueries, claims: TokenClaims) -> Profile:
    profile = queries.session(
        user_id=claims.user_id,
        family_id=claims.family_id,
        password_generation=claims.password_generation,
    )
    if profile is None:
        raise TokenNotAccepted
    return profile
