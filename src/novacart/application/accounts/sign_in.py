"""Sign in."""

from dataclasses import dataclass
from uuid import uuid4

from novacart.application.accounts.policy import SessionPolicy
from novacart.application.accounts.queries import AccountQueries, Credentials
from novacart.application.ports.clock import Clock
from novacart.application.ports.password_hasher import PasswordHasher
from novacart.application.ports.tokens import TokenClaims, TokenKind, TokenPair, Tokens
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.errors import WrongCredentials
from novacart.domain.accounts.password import MAX_LENGTH, prepared
from novacart.domain.accounts.token_family import TokenFamily
from novacart.domain.accounts.username import login_key


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInCommand:
    """`login` is a username or an e-mail address."""

    login: str
    password: str


class SignIn:
    """Open a session by username or e-mail address.

    Raises `WrongCredentials` with one sentence, after one hash, whatever is wrong: an unknown
    name, a wrong password, a disabled account. A hash of outdated strength is renewed here,
    where the password is at hand.
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
        known = self._queries.credentials(login_key(command.login))
        password = prepared(command.password) if len(command.password) <= MAX_LENGTH else ""
        if not self._hasher.verify(password, known.password_hash if known else None):
            raise WrongCredentials
        if known is None or not known.is_active:
            raise WrongCredentials
        outdated = self._hasher.is_outdated(known.password_hash)
        stronger = self._hasher.hash(password) if outdated else None
        return self._open(known, stronger)

    def _open(self, known: Credentials, stronger: str | None) -> TokenPair:
        token_id = uuid4().hex
        with self._begin() as work:
            if stronger is not None:
                user = work.users.get(known.user_id)
                if user.password_hash == known.password_hash:
                    user.strengthen_hash(stronger)
                    work.users.save(user)
            family = TokenFamily.open(
                id=work.ids.take()[0],
                user_id=known.user_id,
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
                user_id=known.user_id,
                family_id=family.id,
                password_generation=known.password_generation,
                token_id=token_id,
            ),
        )


def issue_pair(tokens: Tokens, refresh: TokenClaims) -> TokenPair:
    """The refresh token of these claims and an access token beside it."""
    access = TokenClaims(
        kind=TokenKind.ACCESS,
        user_id=refresh.user_id,
        family_id=refresh.family_id,
        password_generation=refresh.password_generation,
        token_id=uuid4().hex,
    )
    return TokenPair(access=tokens.issue(access), refresh=tokens.issue(refresh))
