"""Check a login and password, with delays after failures."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from novacart.application.accounts.queries import AccountQueries, StoredCredentials
from novacart.application.authorization.throttle import (
    SignInAttempt,
    SignInThrottle,
    account_identity,
    client_network,
    name_identity,
)
from novacart.application.ports.clock import Clock
from novacart.application.ports.password_hasher import PasswordHasher
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.tokens import Tokens
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.errors import InvalidCredentials, InvalidToken
from novacart.domain.accounts.events import SignInDelayed, SignInFailed
from novacart.domain.accounts.password import MAX_LENGTH, normalize_password
from novacart.domain.accounts.username import login_key
from novacart.domain.shared.ids import UserId

# How long a network stays known after a sign-in from it.
KNOWN_NETWORK_LIFETIME: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyCredentialsCommand:
    """`login` is a username or an email address.

    `user_id` is the signed-in user, if there is one, whose login it must be. `refresh` is a refresh
    token of the client, if it has one: the failures of others do not delay a client with a session
    of the account.
    """

    login: str
    password: str
    user_id: UserId | None = None
    refresh: str | None = None


class VerifyCredentials:
    """Return the stored credentials if the password is right and the account is active.

    Raises `InvalidCredentials`, also for the login of another user than `user_id`, and
    `TooManyAttempts` before the password is checked. Takes the same steps whether or not the
    account exists, and computes one hash, so that neither the error nor the time reveals who has an
    account.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        queries: AccountQueries,
        hasher: PasswordHasher,
        tokens: Tokens,
        throttle: SignInThrottle,
        contexts: RequestContexts,
        clock: Clock,
    ) -> None:
        self._begin = begin
        self._queries = queries
        self._hasher = hasher
        self._tokens = tokens
        self._throttle = throttle
        self._contexts = contexts
        self._clock = clock

    def __call__(self, command: VerifyCredentialsCommand) -> StoredCredentials:
        network = client_network(self._contexts.current().address)
        credentials = self._queries.credentials(
            login_key(command.login),
            network=network,
            used_since=self._clock.now() - KNOWN_NETWORK_LIFETIME,
        )
        session = self._session_of(credentials, command.refresh)
        attempt = SignInAttempt(
            identity=name_identity(command.login)
            if credentials is None
            else account_identity(credentials.user_id),
            device=network if session is None else f"session:{session}",
            network=network,
            known=session is not None or (credentials is not None and credentials.known_network),
        )
        self._throttle.begin(attempt)
        password = normalize_password(command.password)
        if len(password) > MAX_LENGTH:
            # No account has so long a password. A hash is computed all the same.
            password = ""
        matches = self._hasher.verify(password, credentials.password_hash if credentials else None)
        if credentials is None or not matches or not credentials.is_active:
            self._record_failure(credentials, self._throttle.failed(attempt))
            raise InvalidCredentials
        self._throttle.succeeded(attempt)
        if command.user_id not in {None, credentials.user_id}:
            raise InvalidCredentials
        return credentials

    def _session_of(self, credentials: StoredCredentials | None, refresh: str | None) -> int | None:
        """The token family of the refresh token, if it is a live session of the account."""
        if refresh is None:
            return None
        try:
            claims = self._tokens.read(refresh)
        except InvalidToken:
            return None
        user = self._queries.session_user(
            user_id=claims.user_id,
            family_id=claims.family_id,
            password_generation=claims.password_generation,
        )
        is_own = credentials is not None and user is not None and user.id == credentials.user_id
        return claims.family_id if is_own else None

    def _record_failure(self, credentials: StoredCredentials | None, delay: int) -> None:
        now = self._clock.now()
        user_id = None if credentials is None else credentials.user_id
        with self._begin() as work:
            work.record(SignInFailed(user_id=user_id, occurred_at=now))
            if delay:
                work.record(SignInDelayed(user_id=user_id, seconds=delay, occurred_at=now))
            work.commit()
