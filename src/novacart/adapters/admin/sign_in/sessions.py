"""Sessions of staff in the browser.

The session cookie is signed and names a token family in the database, as the tokens of the API
do. The session therefore ends on sign-out, with a password change and when the account is
disabled, and needs no table.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from flask import session

from novacart.application.accounts.queries import AccountQueries, Profile
from novacart.application.accounts.sign_in_staff import (
    CompleteStaffSignIn,
    CompleteStaffSignInCommand,
    SignInStaff,
    SignInStaffCommand,
)
from novacart.application.accounts.sign_out import SignOut, SignOutCommand
from novacart.application.accounts.staff_security import StaffSecurityPolicy
from novacart.application.ports.clock import Clock
from novacart.application.ports.tokens import TokenClaims, TokenKind, TokenPair, Tokens
from novacart.domain.accounts.errors import InvalidCredentials, InvalidToken
from novacart.domain.shared.ids import UserId

IDLE_TIMEOUT: Final = timedelta(minutes=30)
ABSOLUTE_TIMEOUT: Final = timedelta(hours=12)
# The time between the password and the code of the second factor.
CODE_TIMEOUT: Final = timedelta(minutes=5)
_KEY: Final = "sign_in"
_CODE_KEY: Final = "sign_in_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class _CookieSession:
    """The content of the session cookie. Times are in seconds since 1970.

    With `must_set_up`, the password is too short for staff without a second factor.
    """

    user: UserId
    family: int
    generation: int
    token: str
    started_at: float
    seen_at: float
    must_set_up: bool = False

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
        sign_in: SignInStaff,
        complete_sign_in: CompleteStaffSignIn,
        sign_out: SignOut,
        accounts: AccountQueries,
        tokens: Tokens,
        clock: Clock,
        policy: StaffSecurityPolicy,
    ) -> None:
        self._sign_in = sign_in
        self._complete_sign_in = complete_sign_in
        self._sign_out = sign_out
        self._accounts = accounts
        self._tokens = tokens
        self._clock = clock
        self._policy = policy

    def open(self, login: str, password: str) -> bool:
        """Check the password and start a session; False if a code is still to be entered.

        Raises `InvalidCredentials`, also for customers, or `TooManyAttempts`.
        """
        result = self._sign_in(SignInStaffCommand(login=login, password=password))
        if result.tokens is not None:
            self._start(result.tokens, must_set_up=result.must_set_up)
            return True
        session.clear()
        session[_CODE_KEY] = {
            "user": result.user_id,
            "generation": result.password_generation,
            "at": self._clock.now().timestamp(),
        }
        return False

    def awaits_code(self) -> bool:
        """Whether the right password was entered within the last five minutes."""
        return self._awaited() is not None

    def enter_code(self, code: str) -> None:
        """Start the session of the staff member who has entered the password.

        Raises `InvalidCredentials`, `InvalidMfaCode` or `TooManyAttempts`.
        """
        awaited = self._awaited()
        if awaited is None:
            raise InvalidCredentials
        user_id, generation = awaited
        tokens = self._complete_sign_in(
            CompleteStaffSignInCommand(user_id=user_id, password_generation=generation, code=code)
        )
        self._start(tokens)

    def _awaited(self) -> tuple[UserId, int] | None:
        """The user and password generation of a sign-in that awaits its code."""
        stored: Any = session.get(_CODE_KEY)
        try:
            user, generation, at = stored["user"], stored["generation"], stored["at"]
        except (TypeError, KeyError):
            return None
        if self._clock.now().timestamp() - at > CODE_TIMEOUT.total_seconds():
            return None
        return UserId(user), generation

    def _start(self, tokens: TokenPair, *, must_set_up: bool = False) -> None:
        claims, now = self._tokens.read(tokens.refresh), self._clock.now().timestamp()
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
                must_set_up=must_set_up,
            )
        )

    def must_set_up(self, profile: Profile) -> bool:
        """Whether the member of staff has to set up a second factor or change the password."""
        stored = _CookieSession.load()
        too_short = stored is not None and stored.must_set_up
        return not profile.mfa_enabled and (too_short or self._policy.mfa_required)

    def claims(self) -> TokenClaims:
        """The claims of the current session's refresh token. Raises `InvalidToken` without one."""
        stored = _CookieSession.load()
        if stored is None:
            raise InvalidToken
        return stored.claims

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
