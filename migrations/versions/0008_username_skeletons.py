"""Add the skeletons of usernames, which are equal for names that look alike."""

from hashlib import sha256

import sqlalchemy as sa
from alembic import op

from novacart.domain.accounts.identifier_profile import skeleton

revision = "0008"
down_revision: str | None = "0007"
branch_labels: str | None = None
depends_on: str | None = None

_BATCH = 1000
_USERS = sa.table(
    "users",
    sa.column("id", sa.BigInteger()),
    sa.column("username_key", sa.String()),
    sa.column("username_skeleton", sa.String()),
    sa.column("role", sa.String()),
)


def upgrade() -> None:
    op.add_column("users", sa.Column("username_skeleton", sa.String(64)))
    _fill()
    op.create_index("uq_users_username_skeleton", "users", ["username_skeleton"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_users_username_skeleton", "users")
    op.drop_column("users", "username_skeleton")


def _fill() -> None:
    """Staff come first, then the oldest account: the others with the same skeleton keep NULL."""
    connection = op.get_bind()
    users = connection.execute(
        sa.select(_USERS.c.id, _USERS.c.username_key).order_by(
            sa.case((_USERS.c.role == "customer", 1), else_=0), _USERS.c.id
        )
    ).all()
    owners: dict[str, int] = {}
    for user in users:
        digest = sha256(skeleton(user.username_key).encode()).hexdigest()
        owners.setdefault(digest, user.id)
    rows = [{"key": user_id, "digest": digest} for digest, user_id in owners.items()]
    statement = (
        sa.update(_USERS)
        .where(_USERS.c.id == sa.bindparam("key"))
        .values(username_skeleton=sa.bindparam("digest"))
    )
    for start in range(0, len(rows), _BATCH):
        connection.execute(statement, rows[start : start + _BATCH])
