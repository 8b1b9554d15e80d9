"""Sessions of staff in the browser.

The session cookie is signed and names a token family in the database, as the tokens of the API
do. The session therefore ends on sign-out, with a password change and when the account is
disabled, and needs no table.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from flask import session

from novacart.application.accounts.queries import AccountQueries, Profile
from novacart.application.accounts.sign_in import SignIn, SignInCommand
from novacart.application.accounts.sign_out import SignOut, SignOutCommand
from novacart.application.ports.clock import Clock
from novacart.application.ports.tokens import TokenClaims, TokenKind, Tokens
from novacart.domain.accounts.errors import InvalidCredentials, InvalidToken
from novacart.domain.shared.ids import UserId

IDLE_TIMEOUT: Final = timedelta(minutes=30)
ABSOLUTE_TIMEOUT: Final = timedelta(hours=12)
_KEY: Final = "sign_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class _CookieSession:
    """The content of the session cookie. Times are in seconds since 1970."""

    user: UserId
    family: int
    generation: int
    token: str
    started_at: float
    seen_at: float

    @classmethod
    def load(cls) -> "_CookieSession | None":
        stored = session.get(_KEY)
        try:
            return cls(**stored) if isinstance(stored, dict) else None
        except TypeError:
            return None

    @property
    def claims(self) -> TokenClaims:
        return TokenClaims(
            kind=TokenKind.REFRESH,
            user_id=self.user,
            family_id=self.family,
            password_generation=self.generation,
            token_id=self.token,
        )

    def is_expired(self, now: datetime) -> bool:
        at = now.timestamp()
        return (
            at - self.seen_at > IDLE_TIMEOUT.total_seconds()
            or at - self.started_at > ABSOLUTE_TIMEOUT.total_seconds()
        )


class StaffSessions:
    """Sessions that end after 30 minutes without a request and after 12 hours."""

    def __init__(
        self,
        *,
        sign_in: SignIn,
        sign_out: SignOut,
        accounts: AccountQueries,
        tokens: Tokens,
        clock: Clock,
    ) -> None:
        self._sign_in = sign_in
        self._sign_out = sign_out
        self._accounts = accounts
        self._tokens = tokens
        self._clock = clock

    def open(self, login: str, password: str) -> Profile:
        """Sign in and start a session. Raises `InvalidCredentials`, also for customers."""
        pair = self._sign_in(SignInCommand(login=login, password=password))
        claims = self._tokens.read(pair.refresh)
        profile = self._profile(claims)
        if profile is None or not profile.is_staff:
            self._sign_out(SignOutCommand(refresh=pair.refresh))
            raise InvalidCredentials
        now = self._clock.now().timestamp()
        # A new session prevents session fixation.
        session.clear()
        session[_KEY] = asdict(
            _CookieSession(
                user=claims.user_id,
                family=claims.family_id,
                generation=claims.password_generation,
                token=claims.token_id,
                started_at=now,
                seen_at=now,
            )
        )
        return profile

    def current(self) -> Profile | None:
        """The signed-in member of staff with their current role, read with one query."""
        stored = _CookieSession.load()
        if stored is None:
            return None
        now = self._clock.now()
        profile = None if stored.is_expired(now) else self._profile(stored.claims)
        if profile is None or not profile.is_staff:
            session.clear()
            return None
        session[_KEY] = asdict(stored) | {"seen_at": now.timestamp()}
        return profile

    def close(self) -> None:
        """Sign out, which also invalidates copies of the cookie."""
        stored = _CookieSession.load()
        session.clear()
        if stored is not None:
            try:
                self._sign_out(SignOutCommand(refresh=self._tokens.issue(stored.claims)))
            except InvalidToken:
                return

    def _profile(self, claims: TokenClaims) -> Profile | None:
        return self._accounts.session_user(
            user_id=claims.user_id,
            family_id=claims.family_id,
            password_generation=claims.password_generation,
        )
