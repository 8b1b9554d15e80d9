"""Lock on a user's row."""

from sqlalchemy import Connection, column, select, table

from novacart.domain.shared.ids import UserId

_USERS = table("users", column("id"))


def lock_user(connection: Connection, user_id: UserId) -> None:
    """Lock the user until the transaction ends; serializes a user's concurrent requests.

    Locks in a separate statement, before the data is read: PostgreSQL takes a statement's
    snapshot before it waits for the lock, so locking and reading in one statement could return
    old data. SQLite needs no lock, because it has one writer at a time.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(
            select(_USERS.c.id).where(_USERS.c.id == user_id).with_for_update(key_share=True)
        )
