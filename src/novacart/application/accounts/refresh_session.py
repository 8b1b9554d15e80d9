"""Exchange a refresh token."""

from dataclasses import dataclass, replace
from uuid import uuid4

from novacart.application.accounts.policy import SessionPolicy
from novacart.application.accounts.queries import AccountQueries
from novacart.application.accounts.sign_in import issue_pair
from novacart.application.ports.clock import Clock
from novacart.application.ports.tokens import TokenKind, TokenPair, Tokens
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.errors import TokenNotAccepted


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshSessionCommand:
    refresh: str


class RefreshSession:
    """A new pair of tokens for a refresh token. Raises `TokenNotAccepted`.

    A token that comes back after its leeway revokes its family; that is committed, and the
    refusal follows.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        queries: AccountQueries,
        tokens: Tokens,
        clock: Clock,
        policy: SessionPolicy,
    ) -> None:
        self._begin = begin
        self._queries = queries
        self._tokens = tokens
        self._clock = clock
        self._policy = policy

    def __call__(self, command: RefreshSessionCommand) -> TokenPair:
        claims = self._tokens.read(command.refresh)
        if claims.kind is not TokenKind.REFRESH:
            raise TokenNotAccepted
        # Whoever disables an account or changes its password revokes its families in the
        # same transaction, so that what changes after this read is seen under the lock.
        if not self._queries.session(
            user_id=claims.user_id,
            family_id=claims.family_id,
            password_generation=claims.password_generation,
        ):
            raise TokenNotAccepted
        successor_id = uuid4().hex
        with self._begin() as work:
            family = work.token_families.get_by_token(claims.family_id, claims.token_id)
            if family is None:
                raise TokenNotAccepted
            rotated = family.rotate(
                claims.token_id,
                successor_id=successor_id,
                at=self._clock.now(),
                lifetime=self._policy.refresh_lifetime,
                leeway=self._policy.leeway,
            )
            work.token_families.save(family)
            work.commit()
        if not rotated:
            raise TokenNotAccepted
        return issue_pair(self._tokens, replace(claims, token_id=successor_id))
