"""The last start of each scheduled job."""

from sqlalchemy import Column, String, Table

from novacart.adapters.persistence.metadata import UtcDateTime, metadata

job_locks = Table(
    "schedule_turns",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("taken_at", UtcDateTime, nullable=False),
)
