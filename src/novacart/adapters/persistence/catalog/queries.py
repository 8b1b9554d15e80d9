"""Queries of the catalog that customers see."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import Select, bindparam, func, select

from novacart.adapters.persistence.catalog.mapper import PRODUCT_VIEW_COLUMNS, to_product_view
from novacart.adapters.persistence.catalog.product_list_query import (
    IS_ACTIVE,
    ProductListQuery,
    in_category,
)
from novacart.adapters.persistence.catalog.suggestions import (
    matching_brands,
    matching_categories,
    matching_products,
)
from novacart.adapters.persistence.catalog.tables import categories, products, stock_levels
from novacart.adapters.persistence.database import Database
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.queries import (
    BrandCount,
    CategoryView,
    ExportedProduct,
    ListPosition,
    PriceRange,
    ProductFilter,
    ProductPage,
    ProductSort,
    Suggestion,
)
from novacart.application.catalog.search import merge_brands, select_suggestions
from novacart.application.ports.product_view import ProductView
from novacart.application.search_terms import search_terms
from novacart.domain.catalog.errors import ProductNotFound
from novacart.domain.shared.ids import ProductId
from novacart.domain.shared.money import Money

_BATCH_SIZE: Final = 1000
_CATEGORY_VIEW: Final = {field.name for field in fields(CategoryView)}

_PRODUCTS: Final[Select[*tuple[Any, ...]]] = (
    select(*PRODUCT_VIEW_COLUMNS)
    .join_from(products, stock_levels, stock_levels.c.product_id == products.c.id)
    .where(IS_ACTIVE)
)
_PRODUCT: Final = _PRODUCTS.where(products.c.id == bindparam("product_id"))


class SqlCatalogQueries:
    def __init__(self, database: Database, policy: CatalogPolicy) -> None:
        self._database = database
        self._currency = policy.currency

    def list_products(
        self,
        filters: ProductFilter,
        *,
        sort: ProductSort,
        limit: int,
        after: ListPosition | None = None,
    ) -> ProductPage:
        query = ProductListQuery(self._database.dialect, filters, sort)
        with self._database.reading() as connection:
            rows = connection.execute(query.page(limit, after)).all()
        has_next = len(rows) > limit
        return ProductPage(
            products=[to_product_view(row) for row in rows[:limit]],
            next=query.position(rows[limit - 1]) if has_next else None,
        )

    def count_products(self, filters: ProductFilter) -> int:
        query = ProductListQuery(self._database.dialect, filters, ProductSort.NEWEST)
        with self._database.reading() as connection:
            count: int = connection.execute(query.count()).scalar_one()
        return count

    def product(self, product_id: ProductId) -> ProductView:
        with self._database.reading() as connection:
            row = connection.execute(_PRODUCT, {"product_id": product_id}).one_or_none()
        if row is None:
            raise ProductNotFound
        return to_product_view(row)

    def brands(self, category: str | None) -> Sequence[BrandCount]:
        statement = (
            select(products.c.brand_key, products.c.brand, func.count())
            .where(in_category(category))
            .group_by(products.c.brand_key, products.c.brand)
        )
        with self._database.reading() as connection:
            brands = merge_brands((row[0], row[1], row[2]) for row in connection.execute(statement))
        # The collations of the databases differ.
        return sorted(brands.values(), key=lambda brand: (brand.title.casefold(), brand.title))

    def price_range(self, category: str | None) -> PriceRange:
        prices = select(products.c.price_minor).where(in_category(category)).limit(1)
        # Each subquery reads one entry of an index; MIN and MAX together would read all of it.
        statement = select(
            prices.order_by(products.c.price_minor).scalar_subquery().label("lowest"),
            prices.order_by(products.c.price_minor.desc()).scalar_subquery().label("highest"),
        )
        with self._database.reading() as connection:
            row = connection.execute(statement).one()
        return PriceRange(
            min_price=Money(row.lowest or 0, self._currency),
            max_price=Money(row.highest or 0, self._currency),
        )

    def suggestions(self, text: str) -> Sequence[Suggestion]:
        terms = search_terms(text)
        if not terms:
            return []
        with self._database.reading() as connection:
            return select_suggestions(
                matching_categories(connection, terms),
                matching_brands(connection, terms),
                matching_products(connection, terms),
            )

    def categories(self) -> Sequence[CategoryView]:
        statement = (
            select(*(column for column in categories.c if column.name in _CATEGORY_VIEW))
            .where(categories.c.is_active)
            .order_by(categories.c.position, categories.c.id)
        )
        with self._database.reading() as connection:
            return [CategoryView(**row) for row in connection.execute(statement).mappings()]

    def all_products(self) -> Iterator[ExportedProduct]:
        statement = (
            _PRODUCTS.add_columns(
                stock_levels.c.version.label("stock_version"),
                categories.c.slug.label("category_slug"),
                categories.c.name.label("category_name"),
                categories.c.is_active.label("category_active"),
            )
            .outerjoin(categories, categories.c.id == products.c.category_id)
            .order_by(products.c.id)
            .limit(_BATCH_SIZE)
        )
        last = 0
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(statement.where(products.c.id > last)).all()
            for row in rows:
                yield ExportedProduct(
                    product=to_product_view(row),
                    stock_version=row.stock_version,
                    category_slug=row.category_slug,
                    category_name=row.category_name,
                    category_active=row.category_active,
                )
            if len(rows) < _BATCH_SIZE:
                return
            last = rows[-1].id
