"""Lock on a user's row."""

from typing import Final

from sqlalchemy import BigInteger, Connection, bindparam, column, select, table

from novacart.adapters.persistence.statements import DriverStatement
from novacart.domain.shared.ids import UserId

_USERS = table("users", column("id", BigInteger))
_LOCK: Final = DriverStatement(
    select(_USERS.c.id).where(_USERS.c.id == bindparam("user_id")).with_for_update(key_share=True)
)


def lock_user(connection: Connection, user_id: UserId) -> None:
    """Lock the user until the transaction ends; serializes a user's concurrent requests.

    Locks in a separate statement, before the data is read: PostgreSQL takes a statement's
    snapshot before it waits for the lock, so locking and reading in one statement could return
    old data. SQLite needs no lock, because it has one writer at a time.
    """
    if connection.dialect.name == "postgresql":
        _LOCK.execute_later(connection, {"user_id": user_id})
