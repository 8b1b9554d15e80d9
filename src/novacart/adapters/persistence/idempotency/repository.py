"""Idempotency keys, each step one or two statements."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from novacart.adapters.persistence.idempotency.tables import idempotency_keys as keys
from novacart.application.ports.idempotency_keys import (
    LIFE,
    LOCK,
    Claim,
    IdempotencyKeyReused,
    RequestInProgress,
    StoredResponse,
)
from novacart.domain.shared.ids import UserId

_INSERT: dict[str, Callable[..., Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
_IN_PROGRESS = "in_progress"
_OUTCOME = ("resource_id", "status", "headers", "body")


class SqlIdempotencyKeys:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(
        self, user_id: UserId, key: str, *, fingerprint: str, at: datetime
    ) -> tuple[Claim, bool]:
        fresh = {
            "fingerprint": fingerprint,
            "state": _IN_PROGRESS,
            "attempt": 1,
            "locked_until": at + LOCK,
            "created_at": at,
            "expires_at": at + LIFE,
        }
        insertion = _INSERT[self._connection.dialect.name](keys)
        while True:
            is_new = self._connection.execute(
                insertion.values(user_id=user_id, key=key, **fresh)
                .on_conflict_do_nothing()
                .returning(keys.c.key)
            ).all()
            # A statement of its own after the insert, so that it sees what the insert met.
            row = self._locked(user_id, key)
            if row is not None:
                break
        if is_new:
            return _claim(row), True
        if row.expires_at <= at:
            return self._take_over(row, dict.fromkeys(_OUTCOME) | fresh), True
        if row.fingerprint != fingerprint:
            raise IdempotencyKeyReused
        if row.state != _IN_PROGRESS or row.resource_id is not None or row.locked_until > at:
            return _claim(row), False
        return self._take_over(row, {"locked_until": at + LOCK}), True

    def fulfil(self, user_id: UserId, key: str, resource_id: int) -> None:
        done = self._connection.execute(
            update(keys)
            .where(_is(user_id, key), keys.c.state == _IN_PROGRESS, keys.c.resource_id.is_(None))
            .values(resource_id=resource_id)
        )
        if done.rowcount != 1:
            raise RequestInProgress

    def keep(self, claim: Claim, answer: StoredResponse) -> StoredResponse:
        self._connection.execute(
            update(keys)
            .where(_is(claim.user_id, claim.key), keys.c.state == _IN_PROGRESS)
            .values(
                state="done",
                status=answer.status,
                headers=[list(header) for header in answer.headers],
                body=answer.body,
            )
        )
        row = self._locked(claim.user_id, claim.key)
        return (row and _claim(row).answer) or answer

    def release(self, claim: Claim) -> None:
        self._connection.execute(
            delete(keys).where(
                _is(claim.user_id, claim.key),
                keys.c.attempt == claim.attempt,
                keys.c.state == _IN_PROGRESS,
                keys.c.resource_id.is_(None),
            )
        )

    def purge(self, *, before: datetime, limit: int) -> int:
        due = self._connection.execute(
            select(keys.c.user_id, keys.c.key)
            .where(keys.c.expires_at <= before)
            .order_by(keys.c.expires_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        for user_id, key in due:
            self._connection.execute(delete(keys).where(_is(user_id, key)))
        return len(due)

    def _locked(self, user_id: UserId, key: str) -> Row[Any] | None:
        return self._connection.execute(
            select(keys).where(_is(user_id, key)).with_for_update()
        ).one_or_none()

    def _take_over(self, row: Row[Any], values: dict[str, Any]) -> Claim:
        self._connection.execute(
            update(keys)
            .where(_is(row.user_id, row.key))
            .values(**values | {"attempt": row.attempt + 1})
        )
        taken = self._connection.execute(select(keys).where(_is(row.user_id, row.key)))
        return _claim(taken.one())


def _is(user_id: UserId, key: str) -> ColumnElement[bool]:
    return and_(keys.c.user_id == user_id, keys.c.key == key)


def _claim(row: Row[Any]) -> Claim:
    answer = None
    if row.state != _IN_PROGRESS:
        headers = tuple((name, value) for name, value in row.headers)
        answer = StoredResponse(status=row.status, headers=headers, body=bytes(row.body))
    return Claim(
        user_id=row.user_id,
        key=row.key,
        fingerprint=row.fingerprint,
        attempt=row.attempt,
        locked_until=row.locked_until,
        expires_at=row.expires_at,
        resource_id=row.resource_id,
        answer=answer,
    )
