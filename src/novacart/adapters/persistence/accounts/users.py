"""User repository."""

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import Connection, Update, case, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import Insert

from novacart.adapters.persistence.accounts.mapper import to_user, user_row
from novacart.adapters.persistence.accounts.tables import users
from novacart.adapters.persistence.error_mapping import violated_constraint
from novacart.domain.accounts.errors import (
    EmailTaken,
    UsernameTaken,
    UsernameTooSimilar,
    UserNotFound,
)
from novacart.domain.accounts.role import Role
from novacart.domain.accounts.user import User
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import UserId


class SqlUsers:
    def __init__(self, connection: Connection, saved: Callable[[AggregateRoot], None]) -> None:
        self._connection = connection
        self._saved = saved

    def get(self, user_id: UserId) -> User:
        row = self._connection.execute(
            select(users)
            .where(users.c.id == user_id, users.c.kind == "REGISTERED")
            .with_for_update(key_share=True)
        ).one_or_none()
        if row is None:
            raise UserNotFound
        return to_user(row)

    def get_by_email(self, email_key: str) -> User | None:
        row = self._connection.execute(
            select(users).where(users.c.email_key == email_key).with_for_update(key_share=True)
        ).one_or_none()
        return None if row is None else to_user(row)

    def get_by_username(self, username_key: str) -> User | None:
        row = self._connection.execute(
            select(users)
            .where(users.c.username_key == username_key)
            .with_for_update(key_share=True)
        ).one_or_none()
        return None if row is None else to_user(row)

    def active_owners(self) -> Collection[UserId]:
        return {
            UserId(user_id)
            for user_id in self._connection.scalars(
                select(users.c.id)
                .where(users.c.role == Role.OWNER.value, users.c.is_active)
                .order_by(users.c.id)
                .with_for_update(key_share=True)
            )
        }

    def add(self, user: User) -> None:
        self._write(insert(users), user_row(user) | {"version": user.version + 1})
        user.version += 1
        self._saved(user)

    def save(self, user: User) -> None:
        row: dict[str, Any] = user_row(user) | {"version": user.version + 1}
        # An unchanged username keeps its NULL, see `users.username_skeleton`.
        is_unchanged = users.c.username_key == user.username.key
        row["username_skeleton"] = case(
            (is_unchanged, users.c.username_skeleton), else_=row["username_skeleton"]
        )
        statement = update(users).where(users.c.id == user.id, users.c.version == user.version)
        if self._write(statement, row) != 1:
            raise ConcurrentChange
        user.version += 1
        self._saved(user)

    def _write(self, statement: Insert | Update, row: dict[str, Any]) -> int:
        try:
            return self._connection.execute(statement.values(row)).rowcount
        except IntegrityError as error:
            constraint = violated_constraint(error)
            if "username_key" in constraint:
                raise UsernameTaken from error
            if "username_skeleton" in constraint:
                raise UsernameTooSimilar from error
            if "email_key" in constraint:
                raise EmailTaken from error
            raise
