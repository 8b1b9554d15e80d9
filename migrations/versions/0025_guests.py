"""Let a row of `users` be a guest, who has no username, email address and password."""

from typing import Final

import sqlalchemy as sa
from alembic import op

from novacart.adapters.persistence.metadata import UtcDateTime

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | None = None
depends_on: str | None = None

_CREDENTIALS: Final = {
    "username": "VARCHAR(150)",
    "username_key": "VARCHAR(450)",
    "email": "VARCHAR(254)",
    "email_key": "VARCHAR(254)",
    "password_hash": "VARCHAR(255)",
}
_NULL: Final = " AND ".join(f"{column} IS NULL" for column in _CREDENTIALS)
_NOT_NULL: Final = " AND ".join(f"{column} IS NOT NULL" for column in _CREDENTIALS)
_KIND: Final = (
    f"(kind = 'REGISTERED' AND {_NOT_NULL}"
    " AND guest_expires_at IS NULL AND merged_into_id IS NULL)"
    f" OR (kind = 'GUEST' AND {_NULL}"
    " AND guest_expires_at IS NOT NULL AND role = 'customer')"
)


def upgrade() -> None:
    op.add_column(
        "users", sa.Column("kind", sa.String(16), nullable=False, server_default="REGISTERED")
    )
    op.add_column("users", sa.Column("guest_expires_at", UtcDateTime()))
    op.add_column("users", sa.Column("merged_into_id", sa.BigInteger()))
    if op.get_bind().dialect.name == "postgresql":
        for column in _CREDENTIALS:
            op.alter_column("users", column, nullable=True)
        op.execute(f"ALTER TABLE users ADD CONSTRAINT ck_users_kind CHECK ({_KIND}) NOT VALID")
    else:
        _edit_in_sqlite(to_guests=True)


def downgrade() -> None:
    """Guests with orders have no place in the release before."""
    connection = op.get_bind()
    order_id = connection.scalar(
        sa.text(
            "SELECT orders.id FROM orders JOIN users ON users.id = orders.user_id"
            " WHERE users.kind = 'GUEST' ORDER BY 1 LIMIT 1"
        )
    )
    if order_id is not None:
        message = (
            f"Order {order_id} is a guest's, and the release before knows no guests. Restore the"
            " backup that was made before the upgrade."
        )
        raise RuntimeError(message)
    op.execute("DELETE FROM users WHERE kind = 'GUEST'")
    if connection.dialect.name == "postgresql":
        op.drop_constraint("ck_users_kind", "users")
        for column in _CREDENTIALS:
            op.alter_column("users", column, nullable=False)
    else:
        _edit_in_sqlite(to_guests=False)
    op.drop_column("users", "merged_into_id")
    op.drop_column("users", "guest_expires_at")
    op.drop_column("users", "kind")


def _edit_in_sqlite(*, to_guests: bool) -> None:
    """Change NOT NULL and the CHECK in the stored definition, without copying the table.

    A copy would have to delete the table, and with it the rows that refer to it. SQLite
    documentation, "ALTER TABLE", section 7: for changes that do not affect the content.
    """
    connection = op.get_bind()
    edits = [
        (f"\t{column} {kind} NOT NULL", f"\t{column} {kind}")
        for column, kind in _CREDENTIALS.items()
    ]
    edits.append(
        (
            "CONSTRAINT pk_users",
            f"CONSTRAINT ck_users_kind CHECK ({_KIND}), \n\tCONSTRAINT pk_users",
        )
    )
    op.execute("PRAGMA writable_schema = ON")
    for without, with_guests in edits:
        old, new = (without, with_guests) if to_guests else (with_guests, without)
        connection.execute(
            sa.text(
                "UPDATE sqlite_master SET sql = replace(sql, :old, :new)"
                " WHERE type = 'table' AND name = 'users'"
            ),
            {"old": old, "new": new},
        )
    version = connection.scalar(sa.text("PRAGMA schema_version"))
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = RESET")
