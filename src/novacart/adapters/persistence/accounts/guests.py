"""Guest repository and queries."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, exists, insert, select, update

from novacart.adapters.persistence.accounts.tables import users
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.ordering.tables import orders
from novacart.adapters.persistence.statements import DriverStatement
from novacart.domain.accounts.guest import Guest
from novacart.domain.accounts.role import Role
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import UserId

_GUEST: Final = "GUEST"

# Every request of a guest executes it.
_ACTIVE: Final = DriverStatement(
    select(users.c.id).where(
        users.c.id == bindparam("guest_id"),
        users.c.guest_expires_at > bindparam("at", type_=users.c.guest_expires_at.type),
        users.c.merged_into_id.is_(None),
    ),
    generic_plan=True,
)


class SqlGuests:
    def __init__(self, connection: Connection, saved: Callable[[AggregateRoot], None]) -> None:
        self._connection = connection
        self._saved = saved

    def get(self, guest_id: UserId) -> Guest | None:
        row = self._connection.execute(
            select(users)
            .where(users.c.id == guest_id, users.c.kind == _GUEST)
            .with_for_update(key_share=True)
        ).one_or_none()
        return None if row is None else _to_guest(row)

    def add(self, guest: Guest) -> None:
        row = {
            "id": guest.id,
            "kind": _GUEST,
            "first_name": "",
            "last_name": "",
            "role": Role.CUSTOMER.value,
            "is_active": True,
            "created_at": guest.created_at,
            "password_changed_at": guest.created_at,
            "password_generation": 1,
            **_state(guest),
        }
        self._connection.execute(insert(users).values(row))
        guest.version += 1
        self._saved(guest)

    def save(self, guest: Guest) -> None:
        statement = update(users).where(users.c.id == guest.id, users.c.version == guest.version)
        if self._connection.execute(statement.values(_state(guest))).rowcount != 1:
            raise ConcurrentChange
        guest.version += 1
        self._saved(guest)

    def delete_empty(self, *, before: datetime, limit: int) -> int:
        # A guest whom another transaction has locked is left for the next time.
        empty = (
            select(users.c.id)
            .where(
                users.c.kind == _GUEST,
                users.c.guest_expires_at < before,
                ~exists().where(orders.c.user_id == users.c.id),
            )
            .order_by(users.c.guest_expires_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        ids = self._connection.scalars(empty).all()
        if ids:
            self._connection.execute(delete(users).where(users.c.id.in_(ids)))
        return len(ids)


class SqlGuestQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    def is_guest_active(self, guest_id: UserId, *, at: datetime) -> bool:
        return bool(self._database.fetch(_ACTIVE, {"guest_id": guest_id, "at": at}))


def _state(guest: Guest) -> dict[str, Any]:
    return {
        "guest_expires_at": guest.expires_at,
        "merged_into_id": guest.merged_into,
        "version": guest.version + 1,
    }


def _to_guest(row: Row[Any]) -> Guest:
    return Guest(
        id=UserId(row.id),
        created_at=row.created_at,
        expires_at=row.guest_expires_at,
        merged_into=None if row.merged_into_id is None else UserId(row.merged_into_id),
        version=row.version,
    )
