"""Products, loaded and saved one row each, and their entries in the search index."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Select, bindparam, insert, select, update

from novacart.adapters.persistence.catalog.mapper import product_of, product_row
from novacart.adapters.persistence.catalog.search_index import (
    Searchable,
    index_products,
    reindex_product,
    searchable,
)
from novacart.adapters.persistence.catalog.tables import products
from novacart.domain.catalog.errors import ProductNotFound
from novacart.domain.catalog.product import Product
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import ProductId

_SAVE = (
    update(products)
    .where(products.c.id == bindparam("_id"), products.c.version == bindparam("_version"))
    .values(version=products.c.version + 1)
)


class SqlProducts:
    def __init__(self, connection: Connection, saved: Callable[[AggregateRoot], None]) -> None:
        self._connection = connection
        self._saved = saved
        self._indexed: dict[ProductId, Searchable] = {}

    def get_active(self, product_id: ProductId) -> Product:
        product = self.get(product_id)
        if product.is_archived:
            raise ProductNotFound
        return product

    def get(self, product_id: ProductId) -> Product:
        return self._one(select(products).where(products.c.id == product_id))

    def of(self, product_ids: Iterable[ProductId]) -> dict[ProductId, Product]:
        return self._many(select(products).where(products.c.id.in_(set(product_ids))))

    def get_for_update(self, product_id: ProductId) -> Product:
        # No key of it changes, so whoever only refers to it (a cart, an order) need not wait.
        return self._one(
            select(products).where(products.c.id == product_id).with_for_update(key_share=True)
        )

    def get_many_for_update(self, product_ids: Iterable[ProductId]) -> dict[ProductId, Product]:
        return self._many(
            select(products)
            .where(products.c.id.in_(set(product_ids)))
            .order_by(products.c.id)
            .with_for_update(key_share=True)
        )

    def add(self, product: Product) -> None:
        self.add_all([product])

    def add_all(self, added: Sequence[Product]) -> None:
        if not added:
            return
        rows = [{**product_row(product), "version": product.version + 1} for product in added]
        self._connection.execute(insert(products), rows)
        index_products(self._connection, added)
        for product in added:
            product.version += 1
            self._keep(product)
            self._saved(product)

    def save(self, product: Product) -> None:
        row = product_row(product)
        key = {"_id": row.pop("id"), "_version": product.version}
        if self._connection.execute(_SAVE.values(**row), key).rowcount != 1:
            raise ConcurrentChange
        if self._indexed.get(product.id) != searchable(product):
            reindex_product(self._connection, product)
        product.version += 1
        self._keep(product)
        self._saved(product)

    def _one(self, statement: Select[*tuple[Any, ...]]) -> Product:
        found = list(self._many(statement).values())
        if not found:
            raise ProductNotFound
        return found[0]

    def _many(self, statement: Select[*tuple[Any, ...]]) -> dict[ProductId, Product]:
        found = {row.id: product_of(row) for row in self._connection.execute(statement)}
        for product in found.values():
            self._keep(product)
        return found

    def _keep(self, product: Product) -> None:
        self._indexed[product.id] = searchable(product)
