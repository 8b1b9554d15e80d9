"""Sign in with a username or email address."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from novacart.application.accounts.queries import StoredCredentials
from novacart.application.accounts.verify_credentials import (
    VerifyCredentials,
    VerifyCredentialsCommand,
)
from novacart.application.authorization.throttle import UNKNOWN_NETWORK, client_network
from novacart.application.ports.clock import Clock
from novacart.application.ports.password_hasher import PasswordHasher
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.tokens import TokenClaims, TokenKind, TokenPair, Tokens
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.password import normalize_password
from novacart.domain.accounts.token_family import TokenFamily


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPolicy:
    """`leeway` is how long after its first use a refresh token can be used again.

    Refreshing extends a session up to `session_lifetime`. A new session ends the oldest ones
    above `max_sessions`.
    """

    refresh_lifetime: timedelta = timedelta(days=7)
    session_lifetime: timedelta = timedelta(days=90)
    leeway: timedelta = timedelta(seconds=10)
    max_sessions: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInCommand:
    """`login` is a username or an email address.

    `refresh` is a refresh token of the client, if it has one; see `VerifyCredentialsCommand`.
    """

    login: str
    password: str
    refresh: str | None = None


class SignIn:
    """Start a session and return its tokens.

    Raises `InvalidCredentials` or `TooManyAttempts`. Replaces a password hash that was made with
    outdated parameters.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        verify_credentials: VerifyCredentials,
        hasher: PasswordHasher,
        tokens: Tokens,
        contexts: RequestContexts,
        clock: Clock,
        policy: SessionPolicy,
    ) -> None:
        self._begin = begin
        self._verify_credentials = verify_credentials
        self._hasher = hasher
        self._tokens = tokens
        self._contexts = contexts
        self._clock = clock
        self._policy = policy

    def __call__(self, command: SignInCommand) -> TokenPair:
        credentials = self._verify_credentials(
            VerifyCredentialsCommand(
                login=command.login, password=command.password, refresh=command.refresh
            )
        )
        new_hash = None
        if self._hasher.is_outdated(credentials.password_hash):
            new_hash = self._hasher.hash(normalize_password(command.password))
        return self._start_session(credentials, new_hash)

    def _start_session(self, credentials: StoredCredentials, new_hash: str | None) -> TokenPair:
        token_id, now = uuid4().hex, self._clock.now()
        network = client_network(self._contexts.current().address)
        with self._begin() as work:
            if new_hash is not None:
                user = work.users.get(credentials.user_id)
                if user.password_hash == credentials.password_hash:
                    user.rehash_password(new_hash)
                    work.users.save(user)
            work.token_families.end_oldest(
                credentials.user_id, keep=self._policy.max_sessions - 1, at=now
            )
            family = TokenFamily.open(
                id=work.ids.take()[0],
                user_id=credentials.user_id,
                token_id=token_id,
                at=now,
                lifetime=self._policy.refresh_lifetime,
            )
            work.token_families.add(family)
            if network != UNKNOWN_NETWORK:
                work.known_networks.add(credentials.user_id, network, at=now)
            work.commit()
        return issue_pair(
            self._tokens,
            TokenClaims(
                kind=TokenKind.REFRESH,
                user_id=credentials.user_id,
                family_id=family.id,
                password_generation=credentials.password_generation,
                token_id=token_id,
            ),
        )


def issue_pair(tokens: Tokens, refresh: TokenClaims) -> TokenPair:
    """Issue the refresh token of these claims and an access token for the same session."""
    access = TokenClaims(
        kind=TokenKind.ACCESS,
        user_id=refresh.user_id,
        family_id=refresh.family_id,
        password_generation=refresh.password_generation,
        token_id=uuid4().hex,
    )
    return TokenPair(access=tokens.issue(access), refresh=tokens.issue(refresh))
