"""Start a session of a user."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from novacart.application.accounts.queries import StoredCredentials
from novacart.application.authorization.throttle import UNKNOWN_NETWORK, client_network
from novacart.application.ports.clock import Clock
from novacart.application.ports.password_hasher import PasswordHasher
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.tokens import TokenClaims, TokenKind, TokenPair, Tokens
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.password import normalize_password
from novacart.domain.accounts.token_family import TokenFamily
from novacart.domain.shared.ids import UserId


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


class StartSession:
    """Start a session and return its tokens, after the user was authenticated."""

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        hasher: PasswordHasher,
        tokens: Tokens,
        contexts: RequestContexts,
        clock: Clock,
        policy: SessionPolicy,
    ) -> None:
        self._begin = begin
        self._hasher = hasher
        self._tokens = tokens
        self._contexts = contexts
        self._clock = clock
        self._policy = policy

    def with_password(self, credentials: StoredCredentials, password: str) -> TokenPair:
        """Start a session, and hash the password again if its hash has outdated parameters."""
        if not self._hasher.is_outdated(credentials.password_hash):
            return self(credentials.user_id, credentials.password_generation)
        new_hash = self._hasher.hash(normalize_password(password))
        return self(
            credentials.user_id,
            credentials.password_generation,
            replaced_hash=(credentials.password_hash, new_hash),
        )

    def __call__(
        self,
        user_id: UserId,
        password_generation: int,
        *,
        replaced_hash: tuple[str, str] | None = None,
    ) -> TokenPair:
        token_id, now = uuid4().hex, self._clock.now()
        context = self._contexts.current()
        network = client_network(context.address)
        with self._begin() as work:
            if replaced_hash is not None:
                old, new = replaced_hash
                user = work.users.get(user_id)
                if user.password_hash == old:
                    user.rehash_password(new)
                    work.users.save(user)
            work.token_families.end_oldest(user_id, keep=self._policy.max_sessions - 1, at=now)
            family = TokenFamily.open(
                id=work.ids.take()[0],
                user_id=user_id,
                token_id=token_id,
                at=now,
                lifetime=self._policy.refresh_lifetime,
                user_agent=context.user_agent,
            )
            work.token_families.add(family)
            if network != UNKNOWN_NETWORK:
                work.known_networks.add(user_id, network, at=now)
            work.commit()
        return issue_pair(
            self._tokens,
            TokenClaims(
                kind=TokenKind.REFRESH,
                user_id=user_id,
                family_id=family.id,
                password_generation=password_generation,
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
