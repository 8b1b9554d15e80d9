"""Lists by keyset, forwards and backwards, from one description of each."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import ColumnElement, Row, Select, literal, tuple_

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.metadata import UtcDateTime
from novacart.application.back_office.list_page import FilterValue, ListRequest, Page

T = TypeVar("T")

Clause = ColumnElement[bool]
MAX_PAGE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDescription(Generic[T]):
    """`key` makes every order total; the first of `sorts` is the list's own.

    Sorted columns are never null. A filter of a name that is not here is passed over.
    """

    statement: Select[*tuple[Any, ...]]
    key: ColumnElement[Any]
    sorts: Mapping[str, ColumnElement[Any]]
    filters: Mapping[str, Callable[[Any], Clause]]
    view: Callable[[Row[Any]], T]
    search: Callable[[str], Clause] | None = None


def page(database: Database, described: ListDescription[T], request: ListRequest) -> Page[T]:
    """One statement, whose cost does not grow with the place in the list."""
    by = described.sorts.get(request.sort or "") if request.sort else None
    if by is None:
        by = next(iter(described.sorts.values()))
    limit = min(max(request.limit, 1), MAX_PAGE)
    backwards = request.before is not None
    place = _read(request.before or request.after, by, described.key)
    statement = described.statement.add_columns(by.label("sort_value"), described.key.label("key_"))
    statement = _narrowed(statement, described, request)
    falling = request.descending is not backwards
    order = [by] if by is described.key else [by, described.key]
    if place is not None:
        here, there = tuple_(*order), tuple_(*place[: len(order)])
        statement = statement.where(here < there if falling else here > there)
    statement = statement.order_by(*(column.desc() if falling else column for column in order))
    with database.reading() as connection:
        rows = list(connection.execute(statement.limit(limit + 1)))
    more = len(rows) > limit
    shown = rows[:limit]
    if backwards:
        shown.reverse()
    return _page(described, shown, more=more, backwards=backwards, began=place is not None)


def _page(
    described: ListDescription[T],
    shown: Sequence[Row[Any]],
    *,
    more: bool,
    backwards: bool,
    began: bool,
) -> Page[T]:
    has_next = more if not backwards else began
    has_previous = more if backwards else began
    return Page(
        rows=[described.view(row) for row in shown],
        next=_write(shown[-1]) if shown and has_next else None,
        previous=_write(shown[0]) if shown and has_previous else None,
    )


def _narrowed(
    statement: Select[*tuple[Any, ...]], described: ListDescription[Any], request: ListRequest
) -> Select[*tuple[Any, ...]]:
    for name, value in request.filters.items():
        if name in described.filters:
            statement = statement.where(described.filters[name](value))
    text = request.search.strip()
    if text and described.search is not None:
        statement = statement.where(described.search(text))
    return statement


def _write(row: Row[Any]) -> str:
    value = row.sort_value
    plain = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([plain, row.key_]).encode()).decode()


def _read(
    cursor: str | None, by: ColumnElement[Any], key: ColumnElement[Any]
) -> list[ColumnElement[Any]] | None:
    """The place that a cursor names; none for one that is not ours."""
    if not cursor:
        return None
    try:
        value, last = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        if isinstance(by.type, UtcDateTime):
            value = datetime.fromisoformat(value).astimezone(UTC)
        elif not isinstance(value, by.type.python_type):
            return None
        if not isinstance(last, key.type.python_type):
            return None
    except (ValueError, TypeError, binascii.Error):
        return None
    return [literal(value, by.type), literal(last, key.type)]


def equals(column: ColumnElement[Any]) -> Callable[[FilterValue], Clause]:
    """A filter by a value of the column."""
    return lambda value: column == value


def at_least(column: ColumnElement[Any]) -> Callable[[FilterValue], Clause]:
    """A filter from a value on."""
    return lambda value: column >= value


def below(column: ColumnElement[Any]) -> Callable[[FilterValue], Clause]:
    """A filter up to a value that is not included."""
    return lambda value: column < value


def at_most(column: ColumnElement[Any]) -> Callable[[FilterValue], Clause]:
    """A filter up to and with a value."""
    return lambda value: column <= value
