"""Repository of the keys of products in other shops."""

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.exc import IntegrityError

from novacart.adapters.persistence.catalog.tables import product_base_values, product_references
from novacart.adapters.persistence.error_mapping import violated_constraint
from novacart.adapters.persistence.statements import KeyLookup, insert_rows, rows_in
from novacart.application.ports.product_references import BaseValues
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import ProductId
from novacart.domain.shared.money import Money

_EXISTS: Final = (
    "pk_product_references",
    "UNIQUE constraint failed: product_references.source, product_references.reference",
)
_OF_SOURCE: Final = product_references.c.source == bindparam("source")
_BY_REFERENCE: Final = KeyLookup(
    select(product_references.c.reference, product_references.c.product_id).where(_OF_SOURCE),
    product_references.c.reference,
)
# Of any source: SQLite would read all references of one, instead of the index of products.
_REFERENCED: Final = KeyLookup(
    select(product_references.c.product_id, product_references.c.source),
    product_references.c.product_id,
)


class SqlProductReferences:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, source: str, references: Iterable[str]) -> Mapping[str, ProductId]:
        rows = _BY_REFERENCE.fetch(self._connection, references, {"source": source})
        return {reference: ProductId(product_id) for reference, product_id in rows}

    def referenced(self, source: str, product_ids: Iterable[ProductId]) -> set[ProductId]:
        rows = _REFERENCED.fetch(self._connection, product_ids)
        return {ProductId(product_id) for product_id, of_product in rows if of_product == source}

    def add(self, source: str, references: Mapping[str, ProductId]) -> None:
        rows = [
            {"source": source, "reference": reference, "product_id": product_id}
            for reference, product_id in references.items()
        ]
        try:
            insert_rows(self._connection, product_references, rows, is_ahead=True)
        except IntegrityError as error:
            # Or the rows of products that were inserted ahead violate a constraint.
            if violated_constraint(error) not in _EXISTS:
                raise
            raise ConcurrentChange from error

    def base_values(
        self, source: str, product_ids: Iterable[ProductId]
    ) -> Mapping[ProductId, BaseValues]:
        columns = product_base_values.c
        statement = select(product_base_values).where(columns.source == source)
        rows = rows_in(self._connection, statement, columns.product_id, product_ids)
        return {
            ProductId(row.product_id): BaseValues(
                price=Money(row.price_minor, row.currency),
                compare_at_price=None
                if row.compare_at_minor is None
                else Money(row.compare_at_minor, row.currency),
                weight_g=row.weight_g,
            )
            for row in rows
        }

    def save_base_values(self, source: str, values: Mapping[ProductId, BaseValues | None]) -> None:
        present = self.base_values(source, values)
        if present:
            # Not without any: a write takes the lock of SQLite.
            self._connection.execute(
                delete(product_base_values).where(
                    product_base_values.c.source == source,
                    product_base_values.c.product_id.in_(set(present)),
                )
            )
        rows = [
            {
                "source": source,
                "product_id": product_id,
                "price_minor": base.price.amount,
                "currency": base.price.currency,
                "compare_at_minor": base.compare_at_price and base.compare_at_price.amount,
                "weight_g": base.weight_g,
            }
            for product_id, base in values.items()
            if base is not None
        ]
        insert_rows(self._connection, product_base_values, rows)
