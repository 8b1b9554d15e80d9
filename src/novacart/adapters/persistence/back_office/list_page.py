"""Pages of the back office's lists, in both directions, with filters, search and cursors."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import ColumnElement, Row, Select, false

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.keyset import seek
from novacart.adapters.persistence.metadata import UtcDateTime
from novacart.adapters.persistence.timeouts import STATEMENT_TIMEOUT
from novacart.application.back_office.list_query import FilterValue, ListQuery, Page

T = TypeVar("T")

Clause = ColumnElement[bool]
MAX_PAGE: Final = 200
_MIN_INTEGER: Final = -(2**63)
_MAX_INTEGER: Final = 2**63 - 1
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDescription(Generic[T]):
    """Statement, sorts, filters and search of one list.

    The first of `sorts` is the default; sort columns are never null, and `key` breaks ties.
    """

    statement: Select[*tuple[Any, ...]]
    key: ColumnElement[Any]
    sorts: Mapping[str, ColumnElement[Any]]
    filters: Mapping[str, Callable[[Any], Clause]]
    search: Callable[[str], Clause]
    to_row: Callable[[Row[Any]], T]


def list_page(database: Database, description: ListDescription[T], query: ListQuery) -> Page[T]:
    """Run one statement whose cost does not depend on the page's position."""
    default_sort = next(iter(description.sorts.values()))
    sort = description.sorts.get(query.sort or "", default_sort)
    limit = min(max(query.limit, 1), MAX_PAGE)
    backwards = query.before is not None
    cursor = _decode(query.before or query.after, sort, description.key)
    statement = _filtered(description, query).add_columns(
        sort.label("sort_value"), description.key.label("key_value")
    )
    order = [sort] if sort is description.key else [sort, description.key]
    statement = seek(
        statement,
        order,
        descending=query.descending is not backwards,
        limit=limit,
        after=None if cursor is None else cursor[: len(order)],
    )
    with database.reading(seconds=STATEMENT_TIMEOUT) as connection:
        rows = list(connection.execute(statement))
    more = len(rows) > limit
    rows = rows[:limit]
    if backwards:
        rows.reverse()
    started_at_cursor = cursor is not None
    has_next, has_previous = (started_at_cursor, more) if backwards else (more, started_at_cursor)
    return Page(
        rows=[description.to_row(row) for row in rows],
        next=_encode(rows[-1]) if rows and has_next else None,
        previous=_encode(rows[0]) if rows and has_previous else None,
    )


def _filtered(description: ListDescription[Any], query: ListQuery) -> Select[*tuple[Any, ...]]:
    statement = description.statement
    for name, value in query.filters.items():
        if name in description.filters:
            is_storable = _is_storable(value)
            statement = statement.where(
                description.filters[name](value) if is_storable else false()
            )
    text = query.search.strip()
    if not text:
        return statement
    return statement.where(description.search(text) if _is_storable(text) else false())


def _is_storable(value: object) -> bool:
    """Whether both databases accept it as a parameter: no NUL, no surrogates, 64 bits."""
    if isinstance(value, str):
        return "\0" not in value and not _SURROGATE.search(value)
    if isinstance(value, int):
        return _MIN_INTEGER <= value <= _MAX_INTEGER
    return True


def _encode(row: Row[Any]) -> str:
    value = row.sort_value
    json_value = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([json_value, row.key_value]).encode()).decode()


def _decode(
    cursor: str | None, sort: ColumnElement[Any], key: ColumnElement[Any]
) -> list[object] | None:
    """Sort value and key of the cursor's row; None for an invalid cursor."""
    if not cursor:
        return None
    try:
        value, last_key = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        if isinstance(sort.type, UtcDateTime):
            value = datetime.fromisoformat(value).astimezone(UTC)
        elif not _is_value_of(sort, value):
            return None
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        return None
    return [value, last_key] if _is_value_of(key, last_key) else None


def _is_value_of(column: ColumnElement[Any], value: object) -> bool:
    # JSON's true is no id, though a bool is an int.
    return type(value) is column.type.python_type and _is_storable(value)


def equals(column: ColumnElement[Any]) -> Callable[[FilterValue], Clause]:
    """Filter `column = value`."""
    return lambda value: column == value


def at_least(column: ColumnElement[Any]) -> Callable[[FilterValue], Clause]:
    """Filter `column >= value`."""
    return lambda value: column >= value


def below(column: ColumnElement[Any]) -> Callable[[FilterValue], Clause]:
    """Filter `column < value`."""
    return lambda value: column < value


def at_most(column: ColumnElement[Any]) -> Callable[[FilterValue], Clause]:
    """Filter `column <= value`."""
    return lambda value: column <= value
