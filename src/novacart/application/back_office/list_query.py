"""One page of a long list: the query and the result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

Row_co = TypeVar("Row_co", covariant=True)

FilterValue = str | int | bool | datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """Search, filters, order and position of one page.

    `filters` maps the names of the list's filters to values; amounts are in minor units, and
    the end of a time range (`…_before`) is exclusive. `after` and `before` are cursors from an
    earlier page; at most one is set. Without `sort` the list uses its default order. Unknown
    filters and sorts, and invalid cursors, are ignored.
    """

    search: str = ""
    filters: Mapping[str, FilterValue] = field(default_factory=dict)
    sort: str | None = None
    descending: bool = True
    limit: int = 25
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row_co]):
    """`next` and `previous` are cursors, None at the end and the start of the list."""

    rows: Sequence[Row_co]
    next: str | None
    previous: str | None
