"""Table of attempts: one row for each attempt that still counts towards a limit."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from novacart.adapters.persistence.metadata import UtcDateTime, metadata

attempts = Table(
    "attempts",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("key", String(128), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("forgotten_at", UtcDateTime, nullable=False),
    Index("ix_attempts_key", "key", "made_at"),
    Index("ix_attempts_forgotten_at", "forgotten_at"),
)
