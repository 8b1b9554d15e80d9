"""Orders of lists of products, and positions in them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, bindparam

from novacart.adapters.persistence.catalog.tables import products
from novacart.adapters.persistence.keyset import follows
from novacart.application.catalog.queries import ListPosition, ProductSort

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_BY_PRICE: Final = {ProductSort.PRICE, ProductSort.PRICE_DESCENDING}


class ListOrder:
    """The order of a list: by a sort key of products, and then by id."""

    def __init__(self, sort: ProductSort, score: ColumnElement[Any] | None = None) -> None:
        """`score` is that of a search by relevance. Without one, the newest products come first."""
        self.is_by_price: Final = is_by_price(sort)
        self.is_by_score: Final = sort is ProductSort.RELEVANCE and score is not None
        self.is_descending: Final = sort is not ProductSort.PRICE
        self.key: ColumnElement[Any] = products.c.created_at
        if self.is_by_price:
            self.key = products.c.price_minor
        elif self.is_by_score and score is not None:
            self.key = score

    def by(self, *columns: ColumnElement[Any]) -> list[ColumnElement[Any]]:
        """The clauses of ORDER BY for columns, which are those of the key and the id."""
        return [column.desc() for column in columns] if self.is_descending else list(columns)

    def position(self, after: ListPosition | None) -> Sequence[ColumnElement[Any]] | None:
        """The key and the id of a position, as parameters."""
        if after is None:
            return None
        key = after.key if self.is_by_price or self.is_by_score else to_time(after.key)
        return (
            bindparam("after_key", key, type_=self.key.type),
            bindparam("after_id", after.id, type_=BigInteger),
        )

    def follows(
        self, columns: Sequence[ColumnElement[Any]], after: ListPosition | None
    ) -> list[ColumnElement[bool]]:
        """Whether the key and the id in the columns are after a position, if there is one."""
        position = self.position(after)
        if position is None:
            return []
        return [follows(columns, position, descending=self.is_descending)]


def is_by_price(sort: ProductSort) -> bool:
    """Whether a list is sorted by price."""
    return sort in _BY_PRICE


def list_position(row: Sequence[Any]) -> ListPosition:
    """The position after a row of a list, which has the id first and the sort key last."""
    key = row[-1]
    if isinstance(key, str):
        key = datetime.fromisoformat(key).replace(tzinfo=UTC)
    if isinstance(key, datetime):
        key = (key - _EPOCH) // _MICROSECOND
    return ListPosition(key=key, id=row[0])


def to_time(key: int) -> datetime:
    """The time of a position. One that is out of range becomes the nearest valid one."""
    try:
        return _EPOCH + key * _MICROSECOND
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if key > 0 else datetime.min.replace(tzinfo=UTC)
