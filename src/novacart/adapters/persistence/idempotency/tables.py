"""Table of idempotency keys: one row for each key of a user."""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
)

from novacart.adapters.persistence.metadata import UtcDateTime, metadata

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("user_id", BigInteger, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("key", String(255), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("state", String(11), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("locked_until", UtcDateTime, nullable=False),
    Column("resource_id", BigInteger),
    Column("status", SmallInteger),
    Column("headers", JSON(none_as_null=True)),
    Column("body", LargeBinary),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    PrimaryKeyConstraint("user_id", "key"),
    CheckConstraint("state IN ('in_progress', 'done')", name="state"),
    CheckConstraint(
        "(state = 'done') = (status IS NOT NULL)"
        " AND (state = 'done') = (headers IS NOT NULL)"
        " AND (state = 'done') = (body IS NOT NULL)",
        name="answer",
    ),
    CheckConstraint("attempt >= 1", name="attempt"),
    CheckConstraint("expires_at > created_at", name="life"),
)
