"""Sign in with a username or email address."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from novacart.application.accounts.queries import AccountQueries, StoredCredentials
from novacart.application.ports.clock import Clock
from novacart.application.ports.password_hasher import PasswordHasher
from novacart.application.ports.tokens import TokenClaims, TokenKind, TokenPair, Tokens
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.errors import InvalidCredentials
from novacart.domain.accounts.password import MAX_LENGTH, normalize_password
from novacart.domain.accounts.token_family import TokenFamily
from novacart.domain.accounts.username import login_key


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPolicy:
    """`leeway` is how long after its first use a refresh token can be used again."""

    refresh_lifetime: timedelta = timedelta(days=7)
    leeway: timedelta = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInCommand:
    """`login` is a username or an email address."""

    login: str
    password: str


class SignIn:
    """Start a session and return its tokens. Raises `InvalidCredentials`.

    Replaces a password hash that was made with outdated parameters.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        queries: AccountQueries,
        hasher: PasswordHasher,
        tokens: Tokens,
        clock: Clock,
        policy: SessionPolicy,
    ) -> None:
        self._begin = begin
        self._queries = queries
        self._hasher = hasher
        self._tokens = tokens
        self._clock = clock
        self._policy = policy

    def __call__(self, command: SignInCommand) -> TokenPair:
        credentials = verify_credentials(
            command.login, command.password, queries=self._queries, hasher=self._hasher
        )
        new_hash = None
        if self._hasher.is_outdated(credentials.password_hash):
            new_hash = self._hasher.hash(normalize_password(command.password))
        return self._start_session(credentials, new_hash)

    def _start_session(self, credentials: StoredCredentials, new_hash: str | None) -> TokenPair:
        token_id = uuid4().hex
        with self._begin() as work:
            if new_hash is not None:
                user = work.users.get(credentials.user_id)
                if user.password_hash == credentials.password_hash:
                    user.rehash_password(new_hash)
                    work.users.save(user)
            family = TokenFamily.open(
                id=work.ids.take()[0],
                user_id=credentials.user_id,
                token_id=token_id,
                at=self._clock.now(),
                lifetime=self._policy.refresh_lifetime,
            )
            work.token_families.add(family)
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


def verify_credentials(
    login: str, password: str, *, queries: AccountQueries, hasher: PasswordHasher
) -> StoredCredentials:
    """Return the stored credentials if the password is right and the account active.

    Otherwise raises `InvalidCredentials`. Computes one hash in every case, so that the time
    taken does not reveal who has an account.
    """
    credentials = queries.credentials(login_key(login))
    candidate = normalize_password(password) if len(password) <= MAX_LENGTH else ""
    matches = hasher.verify(candidate, credentials.password_hash if credentials else None)
    if credentials is None or not matches or not credentials.is_active:
        raise InvalidCredentials
    return credentials


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
