"""Row locks that make a customer's own requests take turns."""

from sqlalchemy import Connection, column, select, table

from novacart.domain.shared.ids import UserId

_USERS = table("users", column("id"))


def lock_user(connection: Connection, user_id: UserId) -> None:
    """Wait until no other unit of work changes what belongs to this user.

    A statement of its own, before the read that it protects: PostgreSQL takes a statement's
    snapshot before it waits, so a join that locks and reads at once may read what was.
    SQLite's writers take turns already.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(
            select(_USERS.c.id).where(_USERS.c.id == user_id).with_for_update(key_share=True)
        )
