"""Password reset repository."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from novacart.adapters.persistence.accounts.mapper import reset_row, to_reset
from novacart.adapters.persistence.accounts.tables import password_resets as resets
from novacart.adapters.persistence.locking import lock_user
from novacart.domain.accounts.password_reset import PasswordReset
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import UserId


class SqlPasswordResets:
    def __init__(self, connection: Connection, saved: Callable[[AggregateRoot], None]) -> None:
        self._connection = connection
        self._saved = saved

    def get(self, reset_id: int) -> PasswordReset | None:
        row = self._connection.execute(select(resets).where(resets.c.id == reset_id)).one_or_none()
        return None if row is None else to_reset(row)

    def get_by_token_hash(self, token_hash: str) -> PasswordReset | None:
        owner = self._connection.scalar(
            select(resets.c.user_id).where(resets.c.token_hash == token_hash)
        )
        if owner is None:
            return None
        lock_user(self._connection, UserId(owner))
        row = self._connection.execute(
            select(resets).where(resets.c.token_hash == token_hash).with_for_update(key_share=True)
        ).one_or_none()
        return None if row is None else to_reset(row)

    def count_issued(self, email_key: str, *, since: datetime) -> int:
        return self._connection.execute(
            select(func.count())
            .select_from(resets)
            .where(
                resets.c.email_key == email_key,
                resets.c.requested_at >= since,
                resets.c.token_hash.is_not(None),
            )
        ).scalar_one()

    def add(self, reset: PasswordReset) -> None:
        self._connection.execute(
            insert(resets).values(reset_row(reset) | {"version": reset.version + 1})
        )
        reset.version += 1
        self._saved(reset)

    def save(self, reset: PasswordReset) -> None:
        changed = self._connection.execute(
            update(resets)
            .where(resets.c.id == reset.id, resets.c.version == reset.version)
            .values(reset_row(reset) | {"version": reset.version + 1})
        ).rowcount
        if changed != 1:
            raise ConcurrentChange
        reset.version += 1
        self._saved(reset)

    def delete_expired(self, *, before: datetime) -> int:
        return self._connection.execute(
            delete(resets).where(
                resets.c.requested_at < before,
                resets.c.expires_at.is_(None) | (resets.c.expires_at < before),
            )
        ).rowcount
