"""Repository of idempotency keys: each method runs one statement for a new key."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    select,
    update,
)

from novacart.adapters.persistence.idempotency.tables import idempotency_keys as keys
from novacart.adapters.persistence.statements import DriverStatement
from novacart.adapters.persistence.upserts import conflict_insert
from novacart.application.ports.idempotency_keys import (
    LIFETIME,
    LOCK_DURATION,
    Claim,
    IdempotencyKeyReused,
    RequestInProgress,
    StoredResponse,
)
from novacart.domain.shared.ids import UserId

_IN_PROGRESS = "in_progress"
_RESULT_COLUMNS = ("resource_id", "status", "headers", "body")
_NEW: Final[dict[str, BindParameter[Any]]] = {
    name: bindparam(name)
    for name in (
        "user_id",
        "key",
        "fingerprint",
        "state",
        "attempt",
        "locked_until",
        "created_at",
        "expires_at",
    )
}
_INSERT: Final = {
    dialect: DriverStatement(conflict_insert(dialect, keys).values(_NEW).on_conflict_do_nothing())
    for dialect in ("postgresql", "sqlite")
}
_IS_IN_PROGRESS = and_(
    keys.c.user_id == bindparam("_user_id"),
    keys.c.key == bindparam("_key"),
    keys.c.state == _IN_PROGRESS,
)
_FULFIL: Final = DriverStatement(
    update(keys)
    .where(_IS_IN_PROGRESS, keys.c.resource_id.is_(None))
    .values(resource_id=bindparam("resource_id"))
)
_STORE: Final = DriverStatement(
    update(keys)
    .where(_IS_IN_PROGRESS)
    .values(
        state="done",
        status=bindparam("status"),
        headers=bindparam("headers"),
        body=bindparam("body"),
    )
)


class SqlIdempotencyKeys:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(
        self, user_id: UserId, key: str, *, fingerprint: str, at: datetime
    ) -> tuple[Claim, bool]:
        initial: dict[str, Any] = {
            "fingerprint": fingerprint,
            "attempt": 1,
            "locked_until": at + LOCK_DURATION,
            "expires_at": at + LIFETIME,
        }
        stored = initial | {"state": _IN_PROGRESS, "created_at": at}
        insert = _INSERT[self._connection.dialect.name]
        row = None
        while row is None:
            if insert.execute(self._connection, stored | {"user_id": user_id, "key": key}):
                return Claim(user_id=user_id, key=key, **initial), True
            # A separate statement after the insert, so that it sees the row that the insert met.
            row = self._lock(user_id, key)
        if row.expires_at <= at:
            return self._take_over(row, dict.fromkeys(_RESULT_COLUMNS) | stored), True
        if row.fingerprint != fingerprint:
            raise IdempotencyKeyReused
        if row.state != _IN_PROGRESS or row.resource_id is not None or row.locked_until > at:
            return _to_claim(row), False
        return self._take_over(row, {"locked_until": at + LOCK_DURATION}), True

    def fulfil(self, user_id: UserId, key: str, resource_id: int) -> None:
        parameters = {"_user_id": user_id, "_key": key, "resource_id": resource_id}
        if _FULFIL.execute(self._connection, parameters) != 1:
            raise RequestInProgress

    def store(self, claim: Claim, response: StoredResponse) -> StoredResponse:
        parameters = {
            "_user_id": claim.user_id,
            "_key": claim.key,
            "status": response.status,
            "headers": [list(header) for header in response.headers],
            "body": response.body,
        }
        if _STORE.execute(self._connection, parameters) == 1:
            return response
        row = self._lock(claim.user_id, claim.key)
        return (row and _to_claim(row).response) or response

    def release(self, claim: Claim) -> None:
        self._connection.execute(
            delete(keys).where(
                _matches(claim.user_id, claim.key),
                keys.c.attempt == claim.attempt,
                keys.c.state == _IN_PROGRESS,
                keys.c.resource_id.is_(None),
            )
        )

    def purge(self, *, before: datetime, limit: int) -> int:
        expired = self._connection.execute(
            select(keys.c.user_id, keys.c.key)
            .where(keys.c.expires_at <= before)
            .order_by(keys.c.expires_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        for user_id, key in expired:
            self._connection.execute(delete(keys).where(_matches(user_id, key)))
        return len(expired)

    def _lock(self, user_id: UserId, key: str) -> Row[Any] | None:
        return self._connection.execute(
            select(keys).where(_matches(user_id, key)).with_for_update()
        ).one_or_none()

    def _take_over(self, row: Row[Any], values: dict[str, Any]) -> Claim:
        self._connection.execute(
            update(keys)
            .where(_matches(row.user_id, row.key))
            .values(**values | {"attempt": row.attempt + 1})
        )
        retried = self._connection.execute(select(keys).where(_matches(row.user_id, row.key)))
        return _to_claim(retried.one())


def _matches(user_id: UserId, key: str) -> ColumnElement[bool]:
    return and_(keys.c.user_id == user_id, keys.c.key == key)


def _to_claim(row: Row[Any]) -> Claim:
    response = None
    if row.state != _IN_PROGRESS:
        headers = tuple((name, value) for name, value in row.headers)
        response = StoredResponse(status=row.status, headers=headers, body=bytes(row.body))
    return Claim(
        user_id=row.user_id,
        key=row.key,
        fingerprint=row.fingerprint,
        attempt=row.attempt,
        locked_until=row.locked_until,
        expires_at=row.expires_at,
        resource_id=row.resource_id,
        response=response,
    )
