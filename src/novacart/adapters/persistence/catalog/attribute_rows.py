"""Values of attributes on products, and the numbers of products by category and value.

Both are changed in the transaction that changes a product, as the counts of brands.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Insert, delete, select, tuple_, update

from novacart.adapters.persistence.catalog.tables import attribute_counts, product_attributes
from novacart.adapters.persistence.statements import insert_rows
from novacart.adapters.persistence.upserts import conflict_insert
from novacart.domain.catalog.attribute_details import AttributeValue, AttributeValues
from novacart.domain.catalog.product import Product
from novacart.domain.shared.ids import AttributeId, ProductId


def _upsert(dialect: str) -> Insert:
    statement = conflict_insert(dialect, attribute_counts)
    return statement.on_conflict_do_update(
        index_elements=list(attribute_counts.primary_key),
        set_={"products": attribute_counts.c.products + statement.excluded.products},
    )


_ADD: Final = {dialect: _upsert(dialect) for dialect in ("postgresql", "sqlite")}


class _Counted(NamedTuple):
    """What a product is counted under, in the order in which rows are locked."""

    category_id: int
    attribute_id: int
    text: str
    number: int


class AttributeRows:
    """Saves the difference to what was loaded, and collects the changes of the counts.

    As those of brands, after which they are written, counts are the last rows that a transaction
    locks, in the order of their keys.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._stored: dict[ProductId, dict[AttributeId, dict[str, Any]]] = {}
        self._counted: dict[ProductId, frozenset[_Counted]] = {}
        self._changes: Counter[_Counted] = Counter()

    def loaded(self, product: Product, values: AttributeValues) -> None:
        """Remember the stored values of a product, and under what it is counted."""
        self._stored[product.id] = _rows(product, values)
        self._counted[product.id] = _counted(product)

    def saved(self, products: Iterable[Product]) -> None:
        """Write the values of products that were added or changed."""
        new: list[dict[str, Any]] = []
        for product in products:
            before = self._stored.get(product.id, {})
            counted_before = self._counted.get(product.id, frozenset())
            self.loaded(product, product.details.attributes)
            after, counted = self._stored[product.id], self._counted[product.id]
            if before:
                self._write_difference(product.id, before, after)
            new += [row for each, row in after.items() if each not in before]
            self._changes.subtract(counted_before - counted)
            self._changes.update(counted - counted_before)
        insert_rows(self._connection, product_attributes, new)

    def write(self) -> None:
        """Write the changed counts. Nothing may be locked after this."""
        rows = [
            {**counted._asdict(), "products": delta}
            for counted, delta in sorted(self._changes.items())
            if delta
        ]
        self._changes.clear()
        if rows:
            self._connection.execute(_ADD[self._connection.dialect.name], rows)

    def _write_difference(
        self,
        product_id: ProductId,
        before: Mapping[AttributeId, dict[str, Any]],
        after: Mapping[AttributeId, dict[str, Any]],
    ) -> None:
        key = tuple_(product_attributes.c.product_id, product_attributes.c.attribute_id)
        removed = [(product_id, each) for each in before if each not in after]
        if removed:
            self._connection.execute(delete(product_attributes).where(key.in_(removed)))
        for each, row in after.items():
            if each in before and before[each] != row:
                self._connection.execute(
                    update(product_attributes).where(key == (product_id, each)).values(row)
                )


def attribute_values(
    connection: Connection, product_ids: Sequence[int]
) -> Mapping[int, AttributeValues]:
    """The values of products by id."""
    values: dict[int, list[tuple[AttributeId, AttributeValue]]] = defaultdict(list)
    rows = connection.execute(
        select(product_attributes)
        .where(product_attributes.c.product_id.in_(product_ids))
        .order_by(product_attributes.c.product_id, product_attributes.c.attribute_id)
    )
    for row in rows:
        values[row.product_id].append((AttributeId(row.attribute_id), row.text or row.number))
    return {product_id: tuple(of_product) for product_id, of_product in values.items()}


def _rows(product: Product, values: AttributeValues) -> dict[AttributeId, dict[str, Any]]:
    """The rows of `product_attributes`."""
    return {
        each: {
            "product_id": product.id,
            "attribute_id": each,
            "category_id": product.details.category_id,
            "text": value if isinstance(value, str) else "",
            "number": 0 if isinstance(value, str) else value,
        }
        for each, value in values
    }


def _counted(product: Product) -> frozenset[_Counted]:
    if product.is_archived:
        return frozenset()
    return frozenset(
        _Counted(row["category_id"], row["attribute_id"], row["text"], row["number"])
        for row in _rows(product, product.details.attributes).values()
    )
