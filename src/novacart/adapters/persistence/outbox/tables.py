"""Table of the outbox. On PostgreSQL it is partitioned by month."""

from typing import Final

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    event,
    text,
)

from novacart.adapters.persistence.metadata import UtcDateTime, metadata

# Claimed, and no attempt has failed.
_CLAIMED: Final = "state = 'pending' AND attempts > 0 AND last_error IS NULL"

outbox_messages = Table(
    "outbox_messages",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite")),
    Column("name", String(80), nullable=False),
    Column("version", SmallInteger, nullable=False),
    Column("payload", Text, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("request_id", String(128)),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("state", String(10), nullable=False, server_default="pending"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    # Names of the handlers that succeeded, separated by spaces. The column keeps its first name,
    # since the release before this one reads it during an update.
    Column("reacted", Text, key="handled_by", nullable=False, server_default=""),
    Column("settled_at", UtcDateTime),
    Column("last_error", Text),
    # The aggregate of the event, such as `order:5`. NULL if there is none, or if an older
    # release wrote the message.
    Column("subject", String(40)),
    # A primary key of a partitioned table contains the time, so each partition has its own.
    PrimaryKeyConstraint("id").ddl_if(dialect="sqlite"),
    CheckConstraint("state IN ('pending', 'handled', 'parked')", name="state"),
    CheckConstraint("attempts >= 0", name="attempts"),
    Index(
        "ix_outbox_messages_due",
        "next_attempt_at",
        "id",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
    Index(
        "ix_outbox_messages_in_hand",
        "subject",
        "id",
        sqlite_where=text(_CLAIMED),
        postgresql_where=text(_CLAIMED),
    ),
    postgresql_partition_by="RANGE (occurred_at)",
)
for _statement in (
    "CREATE TABLE outbox_messages_default PARTITION OF outbox_messages DEFAULT",
    "ALTER TABLE outbox_messages_default ADD CONSTRAINT pk_outbox_messages PRIMARY KEY (id)",
):
    _ddl = DDL(_statement).execute_if(dialect="postgresql")  # type: ignore[no-untyped-call]
    event.listen(outbox_messages, "after_create", _ddl)
