"""Staff's own session in the browser, beside the tokens of the API.

The cookie is signed, and holds no secret: it names a sign-in that is kept in the database like
any other. So it costs no table of its own, and yet ends at once wherever the sign-in ends:
on sign-out, with a new password, or when the account is disabled.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from flask import session

from novacart.application.accounts.queries import AccountQueries, Profile
from novacart.application.accounts.sign_in import SignIn, SignInCommand
from novacart.application.accounts.sign_out import SignOut, SignOutCommand
from novacart.application.ports.clock import Clock
from novacart.application.ports.tokens import TokenClaims, TokenKind, Tokens
from novacart.domain.accounts.errors import TokenNotAccepted, WrongCredentials

IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=12)
_KEY: Final = "sign_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class _SignedIn:
    """What the cookie says; times in seconds since 1970."""

    user: int
    family: int
    generation: int
    token: str
    since: float
    seen: float

    @classmethod
    def of(cls, stored: object) -> "_SignedIn | None":
        if not isinstance(stored, dict):
            return None
        try:
            return cls(**stored)
        except TypeError:
            return None

    def stored(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    @property
    def claims(self) -> TokenClaims:
        return TokenClaims(
            kind=TokenKind.REFRESH,
            user_id=self.user,  # type: ignore[arg-type] # the cookie is signed by us
            family_id=self.family,
            password_generation=self.generation,
            token_id=self.token,
        )


class StaffSessions:
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
        """Sign staff in, in a new session. Raises `WrongCredentials`, for customers too."""
        pair = self._sign_in(SignInCommand(login=login, password=password))
        claims = self._tokens.read(pair.refresh)
        profile = self._profile(claims)
        if profile is None or not profile.is_staff:
            self._sign_out(SignOutCommand(refresh=pair.refresh))
            raise WrongCredentials
        now = self._clock.now().timestamp()
        session.clear()
        session[_KEY] = _SignedIn(
            user=claims.user_id,
            family=claims.family_id,
            generation=claims.password_generation,
            token=claims.token_id,
            since=now,
            seen=now,
        ).stored()
        return profile

    def current(self) -> Profile | None:
        """Whoever is signed in, by the record as it is now: one query."""
        signed_in = _SignedIn.of(session.get(_KEY))
        if signed_in is None:
            return None
        now = self._clock.now()
        profile = None if _is_over(signed_in, now) else self._profile(signed_in.claims)
        if profile is None or not profile.is_staff:
            session.clear()
            return None
        session[_KEY] = signed_in.stored() | {"seen": now.timestamp()}
        return profile

    def close(self) -> None:
        """End the sign-in itself, so that a copy of the cookie is worth nothing either."""
        signed_in = _SignedIn.of(session.get(_KEY))
        session.clear()
        if signed_in is not None:
            try:
                self._sign_out(SignOutCommand(refresh=self._tokens.issue(signed_in.claims)))
            except TokenNotAccepted:
                return

    def _profile(self, claims: TokenClaims) -> Profile | None:
        return self._accounts.session(
            user_id=claims.user_id,
            family_id=claims.family_id,
            password_generation=claims.password_generation,
        )


def _is_over(signed_in: _SignedIn, now: datetime) -> bool:
    at = now.timestamp()
    return at - signed_in.seen > IDLE.total_seconds() or (
        at - signed_in.since > ABSOLUTE.total_seconds()
    )
