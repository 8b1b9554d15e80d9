"""Repository of the keys of products in other shops."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from novacart.adapters.persistence.catalog.tables import product_references
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import ProductId


class SqlProductReferences:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, source: str, references: Iterable[str]) -> Mapping[str, ProductId]:
        rows = self._connection.execute(
            select(product_references.c.reference, product_references.c.product_id).where(
                product_references.c.source == source,
                product_references.c.reference.in_(set(references)),
            )
        )
        return {reference: ProductId(product_id) for reference, product_id in rows}

    def referenced(self, source: str, product_ids: Iterable[ProductId]) -> set[ProductId]:
        rows = self._connection.scalars(
            select(product_references.c.product_id).where(
                product_references.c.product_id.in_(set(product_ids)),
                product_references.c.source == source,
            )
        )
        return {ProductId(product_id) for product_id in rows}

    def add(self, source: str, references: Mapping[str, ProductId]) -> None:
        if not references:
            return
        rows = [
            {"source": source, "reference": reference, "product_id": product_id}
            for reference, product_id in references.items()
        ]
        try:
            self._connection.execute(insert(product_references), rows)
        except IntegrityError as error:
            raise ConcurrentChange from error
