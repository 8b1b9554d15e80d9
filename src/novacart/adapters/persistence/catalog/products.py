"""Repository of products, which also maintains the search index."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from novacart.adapters.persistence.catalog.brand_counts import BrandCounts
from novacart.adapters.persistence.catalog.mapper import from_product, to_product
from novacart.adapters.persistence.catalog.search_index import (
    IndexedTexts,
    index_products,
    indexed_texts,
    reindex_product,
)
from novacart.adapters.persistence.catalog.tables import products
from novacart.adapters.persistence.error_mapping import violated_constraint
from novacart.adapters.persistence.statements import DriverStatement
from novacart.domain.catalog.errors import ProductNotFound, SkuTaken
from novacart.domain.catalog.product import Product
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import ProductId

_SKU_TAKEN = ("uq_products_sku", "UNIQUE constraint failed: products.sku")
_SELECT_ACTIVE: Final = DriverStatement(
    select(products.c.id).where(
        products.c.id == bindparam("product_id"), products.c.archived_at.is_(None)
    )
)
_UPDATE = (
    update(products)
    .where(products.c.id == bindparam("_id"), products.c.version == bindparam("_version"))
    .values(version=products.c.version + 1)
)


class SqlProducts:
    def __init__(self, connection: Connection, saved: Callable[[AggregateRoot], None]) -> None:
        self._connection = connection
        self._saved = saved
        self._indexed: dict[ProductId, IndexedTexts] = {}
        self._brand_counts = BrandCounts(connection)

    def get(self, product_id: ProductId) -> Product:
        return self._one(select(products).where(products.c.id == product_id))

    def ensure_active(self, product_id: ProductId) -> None:
        if not _SELECT_ACTIVE.fetch(self._connection, {"product_id": product_id}):
            raise ProductNotFound

    def get_for_update(self, product_id: ProductId) -> Product:
        # FOR NO KEY UPDATE: inserts that only reference the product (a cart line) don't wait.
        return self._one(
            select(products).where(products.c.id == product_id).with_for_update(key_share=True)
        )

    def get_many_for_update(self, product_ids: Iterable[ProductId]) -> dict[ProductId, Product]:
        rows = self._connection.execute(
            select(products)
            .where(products.c.id.in_(set(product_ids)))
            .order_by(products.c.id)
            .with_for_update(key_share=True)
        )
        return {row.id: self._load(row) for row in rows}

    def ids_by_sku(self, skus: Iterable[str]) -> Mapping[str, ProductId]:
        rows = self._connection.execute(
            select(products.c.sku, products.c.id).where(products.c.sku.in_(set(skus)))
        )
        return {sku: ProductId(product_id) for sku, product_id in rows}

    def ids_by_names(
        self, titles: Iterable[str]
    ) -> Mapping[tuple[str, str, str], Sequence[ProductId]]:
        rows = self._connection.execute(
            select(products.c.title, products.c.subtitle, products.c.brand, products.c.id)
            .where(products.c.title.in_(set(titles)), products.c.archived_at.is_(None))
            .order_by(products.c.id)
        )
        ids: dict[tuple[str, str, str], list[ProductId]] = defaultdict(list)
        for title, subtitle, brand, product_id in rows:
            ids[title, subtitle, brand].append(ProductId(product_id))
        return ids

    def add(self, product: Product) -> None:
        self.add_all([product])

    def add_all(self, added: Sequence[Product]) -> None:
        if not added:
            return
        rows = [{**from_product(product), "version": product.version + 1} for product in added]
        with _mapping_taken_sku(added):
            self._connection.execute(insert(products), rows)
        index_products(self._connection, added)
        for product in added:
            self._indexed[product.id] = indexed_texts(product)
            self._brand_counts.saved(product)
            product.version += 1
            self._saved(product)

    def save(self, product: Product) -> None:
        row = from_product(product)
        key = {"_id": row.pop("id"), "_version": product.version}
        with _mapping_taken_sku([product]):
            updated = self._connection.execute(_UPDATE.values(**row), key).rowcount
        if updated != 1:
            raise ConcurrentChange
        texts = indexed_texts(product)
        if self._indexed.get(product.id) != texts:
            reindex_product(self._connection, product)
            self._indexed[product.id] = texts
        self._brand_counts.saved(product)
        product.version += 1
        self._saved(product)

    def write_counts(self) -> None:
        """Write the changed counts, as the last statement before the commit."""
        self._brand_counts.write()

    def _one(self, statement: Select[*tuple[Any, ...]]) -> Product:
        row = self._connection.execute(statement).one_or_none()
        if row is None:
            raise ProductNotFound
        return self._load(row)

    def _load(self, row: Row[Any]) -> Product:
        product = to_product(row)
        self._indexed[product.id] = indexed_texts(product)
        self._brand_counts.loaded(product)
        return product


@contextmanager
def _mapping_taken_sku(saved: Sequence[Product]) -> Iterator[None]:
    """Raise `SkuTaken`, or `ConcurrentChange` if the database doesn't say whose SKU it is."""
    try:
        yield
    except IntegrityError as error:
        if violated_constraint(error) not in _SKU_TAKEN:
            raise
        if len(saved) > 1:
            raise ConcurrentChange from error
        raise SkuTaken(saved[0].details.sku or "") from error
