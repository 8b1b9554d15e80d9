"""Exchange a refresh token for new tokens."""

from dataclasses import dataclass, replace
from uuid import uuid4

from novacart.application.accounts.queries import AccountQueries
from novacart.application.accounts.start_session import SessionPolicy, issue_pair
from novacart.application.ports.clock import Clock
from novacart.application.ports.recent_exchanges import RecentExchanges
from novacart.application.ports.tokens import TokenClaims, TokenKind, TokenPair, Tokens
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.errors import InvalidToken
from novacart.domain.accounts.token_family import RefreshToken


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshSessionCommand:
    refresh: str


class RefreshSession:
    """Exchange a refresh token for a new pair of tokens. Raises `InvalidToken`.

    A token reused after its leeway revokes its family. The revocation is committed before the
    error is raised.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        queries: AccountQueries,
        tokens: Tokens,
        recent: RecentExchanges,
        clock: Clock,
        policy: SessionPolicy,
    ) -> None:
        self._begin = begin
        self._queries = queries
        self._tokens = tokens
        self._recent = recent
        self._clock = clock
        self._policy = policy

    def __call__(self, command: RefreshSessionCommand) -> TokenPair:
        claims = self._tokens.read(command.refresh)
        claims.ensure_kind(TokenKind.REFRESH)
        successor_id = uuid4().hex
        is_recent = self._recent.has(claims.token_id)
        if not (is_recent and self._exchange_again(claims, successor_id)):
            self._exchange(claims, successor_id)
            self._recent.add(claims.token_id)
        return issue_pair(self._tokens, replace(claims, token_id=successor_id))

    def _exchange_again(self, claims: TokenClaims, successor_id: str) -> bool:
        """Exchange a token within its leeway, with one statement.

        Returns False if the token can't be exchanged, or if its session ends before a successor
        with the full lifetime would.
        """
        now = self._clock.now()
        expires_at = now + self._policy.refresh_lifetime
        with self._begin() as work:
            is_added = work.token_families.add_successor(
                claims,
                RefreshToken(id=successor_id, issued_at=now, expires_at=expires_at),
                rotated_since=now - self._policy.leeway,
                opened_since=expires_at - self._policy.session_lifetime,
            )
            work.commit()
        return is_added

    def _exchange(self, claims: TokenClaims, successor_id: str) -> None:
        # Disabling an account or changing its password revokes its token families in the same
        # transaction, so a change after this query is seen under the lock.
        if not self._queries.session_user(
            user_id=claims.user_id,
            family_id=claims.family_id,
            password_generation=claims.password_generation,
        ):
            raise InvalidToken
        with self._begin() as work:
            family = work.token_families.get_by_token(claims.family_id, claims.token_id)
            if family is None:
                raise InvalidToken
            rotated = family.rotate(
                claims.token_id,
                successor_id=successor_id,
                at=self._clock.now(),
                lifetime=self._policy.refresh_lifetime,
                leeway=self._policy.leeway,
                session_lifetime=self._policy.session_lifetime,
            )
            work.token_families.save(family)
            work.commit()
        if not rotated:
            raise InvalidToken
