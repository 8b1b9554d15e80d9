"""Metadata, constraint names and the time type of all tables."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import DateTime, Dialect, MetaData, Text
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetime, stored in UTC with microseconds; SQLite stores it without a time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        # SQLite's own processor formats each part of the time: it takes five times as long.
        return _to_text if dialect.name == "sqlite" else _to_utc

    def result_processor(
        self,
        dialect: Dialect,
        coltype: object,  # noqa: ARG002 (SQLAlchemy passes it)
    ) -> Callable[[Any], datetime | None] | None:
        # Not `process_result_value`, which is called with SQLite's text already parsed: setting
        # the time zone then takes ten times as long as parsing it with the text.
        return _from_text if dialect.name == "sqlite" else _from_aware


class CommaSeparated(TypeDecorator[tuple[str, ...]]):
    """Texts without commas."""

    impl = Text
    cache_ok = True

    def process_bind_param(
        self,
        value: tuple[str, ...] | None,
        dialect: Dialect,  # noqa: ARG002 (SQLAlchemy passes it)
    ) -> str:
        return ",".join(value or ())

    def process_result_value(
        self,
        value: str | None,
        dialect: Dialect,  # noqa: ARG002 (SQLAlchemy passes it)
    ) -> tuple[str, ...]:
        return tuple(value.split(",")) if value else ()


def _to_utc(value: datetime | None) -> datetime | None:
    """Raises `ValueError` for a naive datetime."""
    if value is None:
        return None
    if value.tzinfo is None:
        message = "a stored datetime must have a time zone"
        raise ValueError(message)
    return value.astimezone(UTC)


# The rows of a transaction mostly have the same time.
@lru_cache(maxsize=64)
def _to_text(value: datetime | None) -> str | None:
    utc = _to_utc(value)
    if utc is None:
        return None
    return utc.replace(tzinfo=None).isoformat(" ", "microseconds")


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(f"{value}+00:00")


def _from_aware(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)
