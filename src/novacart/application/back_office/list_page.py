"""Long lists, a page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Protocol, TypeVar

Row_co = TypeVar("Row_co", covariant=True)
Key_contra = TypeVar("Key_contra", contravariant=True)

FilterValue = str | int | bool | datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequest:
    """Which part of a list is wanted.

    `filters` are by the names that the list offers; money is in minor units, and a moment
    named `…_before` is not included. `after` and `before` are cursors of an earlier page, at
    most one of them; without a sort the list has its own.
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
    """`next` and `previous` are cursors, None where there is nothing that way."""

    rows: Sequence[Row_co]
    next: str | None
    previous: str | None


class Listing(Protocol[Row_co]):
    """Its cost does not grow with how far a page is from the beginning."""

    def __call__(self, request: ListRequest) -> Page[Row_co]:
        """Unknown filters and sorts, and cursors that are none of ours, are passed over."""
        ...


class Lookup(Protocol[Key_contra, Row_co]):
    def __call__(self, key: Key_contra) -> Row_co | None:
        """The one of that key, None where there is none."""
        ...
