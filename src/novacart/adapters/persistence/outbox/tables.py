"""Table of the outbox."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

from novacart.adapters.persistence.metadata import UtcDateTime, metadata

outbox_messages = Table(
    "outbox_messages",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("version", SmallInteger, nullable=False),
    Column("payload", Text, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("request_id", String(128)),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("state", String(10), nullable=False, server_default="pending"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    # Names of the handlers that succeeded, separated by spaces.
    Column("reacted", Text, nullable=False, server_default=""),
    Column("settled_at", UtcDateTime),
    Column("last_error", Text),
    CheckConstraint("state IN ('pending', 'handled', 'parked')", name="state"),
    CheckConstraint("attempts >= 0", name="attempts"),
    Index(
        "ix_outbox_messages_due",
        "next_attempt_at",
        "id",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
)
