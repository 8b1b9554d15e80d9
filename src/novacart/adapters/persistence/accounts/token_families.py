"""Token family repository."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, exists, insert, select, update

from novacart.adapters.persistence.accounts.mapper import to_token, token_row
from novacart.adapters.persistence.accounts.tables import refresh_tokens as tokens
from novacart.adapters.persistence.accounts.tables import token_families as families
from novacart.adapters.persistence.accounts.tables import users
from novacart.adapters.persistence.locking import lock_user
from novacart.adapters.persistence.statements import DriverStatement
from novacart.application.ports.tokens import TokenClaims
from novacart.domain.accounts.token_family import RefreshToken, TokenFamily
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import UserId

# It needs no lock: the successor of a family that is revoked meanwhile can't be used either.
_ADD_SUCCESSOR: Final = DriverStatement(
    insert(tokens).from_select(
        ("id", "family_id", "issued_at", "expires_at"),
        select(
            bindparam("successor_id", type_=tokens.c.id.type),
            families.c.id,
            bindparam("issued_at", type_=tokens.c.issued_at.type),
            bindparam("expires_at", type_=tokens.c.expires_at.type),
        )
        .join_from(tokens, families, families.c.id == tokens.c.family_id)
        .join(users, users.c.id == families.c.user_id)
        .where(
            tokens.c.id == bindparam("token_id"),
            tokens.c.rotated_at >= bindparam("rotated_since"),
            tokens.c.expires_at > bindparam("issued_at", type_=tokens.c.issued_at.type),
            families.c.id == bindparam("family_id"),
            families.c.opened_at >= bindparam("opened_since"),
            families.c.revoked_at.is_(None),
            users.c.id == bindparam("user_id"),
            users.c.is_active,
            users.c.password_generation == bindparam("password_generation"),
        ),
    )
)


class SqlTokenFamilies:
    def __init__(self, connection: Connection, saved: Callable[[AggregateRoot], None]) -> None:
        self._connection = connection
        self._saved = saved
        self._stored: dict[int, dict[str, RefreshToken]] = {}

    def get(self, family_id: int) -> TokenFamily | None:
        row = self._lock(family_id)
        return None if row is None else _to_family(row)

    def get_by_token(self, family_id: int, token_id: str) -> TokenFamily | None:
        # Locked by a separate statement before the token is read: see `lock_user`.
        row = self._lock(family_id)
        if row is None:
            return None
        rows = self._connection.execute(
            select(tokens).where(tokens.c.family_id == family_id, tokens.c.id == token_id)
        )
        stored = {token.id: token for token in map(to_token, rows)}
        self._stored[family_id] = stored
        return _to_family(row, stored.values())

    def add(self, family: TokenFamily) -> None:
        self._connection.execute(
            insert(families).values(
                id=family.id,
                user_id=family.user_id,
                opened_at=family.opened_at,
                revoked_at=family.revoked_at,
                authenticated_at=family.authenticated_at,
                user_agent=family.user_agent,
                version=family.version + 1,
            )
        )
        family.version += 1
        self._write_tokens(family)
        self._saved(family)

    def save(self, family: TokenFamily) -> None:
        changed = self._connection.execute(
            update(families)
            .where(families.c.id == family.id, families.c.version == family.version)
            .values(
                revoked_at=family.revoked_at,
                authenticated_at=family.authenticated_at,
                version=family.version + 1,
            )
        ).rowcount
        if changed != 1:
            raise ConcurrentChange
        family.version += 1
        self._write_tokens(family)
        self._saved(family)

    def add_successor(
        self,
        claims: TokenClaims,
        successor: RefreshToken,
        *,
        rotated_since: datetime,
        opened_since: datetime,
    ) -> bool:
        parameters = {
            "successor_id": successor.id,
            "issued_at": successor.issued_at,
            "expires_at": successor.expires_at,
            "token_id": claims.token_id,
            "family_id": claims.family_id,
            "user_id": claims.user_id,
            "password_generation": claims.password_generation,
            "rotated_since": rotated_since,
            "opened_since": opened_since,
        }
        return _ADD_SUCCESSOR.execute(self._connection, parameters) == 1

    def revoke_all(self, user_id: UserId, *, at: datetime, keep: int | None = None) -> None:
        statement = update(families).where(
            families.c.user_id == user_id, families.c.revoked_at.is_(None)
        )
        if keep is not None:
            statement = statement.where(families.c.id != keep)
        self._connection.execute(statement.values(revoked_at=at, version=families.c.version + 1))

    def end_oldest(self, user_id: UserId, *, keep: int, at: datetime) -> None:
        lock_user(self._connection, user_id)
        live = exists().where(tokens.c.family_id == families.c.id, tokens.c.expires_at > at)
        ended = (
            select(families.c.id)
            .where(families.c.user_id == user_id, families.c.revoked_at.is_(None), live)
            .order_by(families.c.opened_at.desc(), families.c.id.desc())
            .offset(keep)
        )
        self._connection.execute(
            update(families)
            .where(families.c.id.in_(ended))
            .values(revoked_at=at, version=families.c.version + 1)
        )

    def delete_expired(self, *, before: datetime) -> int:
        expired = delete(tokens).where(tokens.c.expires_at < before)
        deleted = self._connection.execute(expired).rowcount
        self._connection.execute(
            delete(families).where(
                families.c.opened_at < before,
                ~exists().where(tokens.c.family_id == families.c.id),
            )
        )
        return deleted

    def _lock(self, family_id: int) -> Row[Any] | None:
        return self._connection.execute(
            select(families).where(families.c.id == family_id).with_for_update(key_share=True)
        ).one_or_none()

    def _write_tokens(self, family: TokenFamily) -> None:
        stored = self._stored.get(family.id, {})
        new = [token for token in family.tokens if token.id not in stored]
        for token in family.tokens:
            if token.id in stored and stored[token.id] != token:
                self._connection.execute(
                    update(tokens)
                    .where(tokens.c.id == token.id)
                    .values(rotated_at=token.rotated_at)
                )
        if new:
            self._connection.execute(insert(tokens), [token_row(family.id, token) for token in new])
        self._stored[family.id] = {token.id: token for token in family.tokens}


def _to_family(row: Row[Any], tokens: Iterable[RefreshToken] = ()) -> TokenFamily:
    return TokenFamily(
        id=row.id,
        user_id=UserId(row.user_id),
        opened_at=row.opened_at,
        revoked_at=row.revoked_at,
        authenticated_at=row.authenticated_at,
        user_agent=row.user_agent,
        tokens=tokens,
        version=row.version,
    )
