"""The catalogue as everybody sees it, one statement for a list and one for a product."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Select, bindparam, func, select

from novacart.adapters.persistence.catalog.listing import SOLD, Listing, in_category
from novacart.adapters.persistence.catalog.product_row import PRODUCT_COLUMNS, product_view
from novacart.adapters.persistence.catalog.suggestions import (
    brands_like,
    categories_like,
    products_like,
)
from novacart.adapters.persistence.catalog.tables import categories, products, stock_levels
from novacart.adapters.persistence.database import Database
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.queries import (
    BrandCount,
    CataloguedProduct,
    CategoryView,
    ListPosition,
    PriceRange,
    ProductFilter,
    ProductPage,
    ProductSort,
    Suggestion,
)
from novacart.application.catalog.search_terms import searched
from novacart.application.catalog.suggestions import arranged
from novacart.application.ports.product_view import ProductView
from novacart.domain.catalog.errors import ProductNotFound
from novacart.domain.shared.ids import ProductId
from novacart.domain.shared.money import Money

_PORTION: Final = 1000

_PRODUCTS: Final[Select[*tuple[Any, ...]]] = (
    select(*PRODUCT_COLUMNS)
    .join_from(products, stock_levels, stock_levels.c.product_id == products.c.id)
    .where(SOLD)
)
_PRODUCT: Final = _PRODUCTS.where(products.c.id == bindparam("product_id"))


class SqlCatalogQueries:
    def __init__(self, database: Database, policy: CatalogPolicy) -> None:
        self._database = database
        self._currency = policy.currency

    def list_products(
        self,
        wanted: ProductFilter,
        *,
        sort: ProductSort,
        limit: int,
        after: ListPosition | None = None,
    ) -> ProductPage:
        listing = Listing(self._database.dialect, wanted, sort)
        with self._database.reading() as connection:
            rows = connection.execute(listing.page(limit, after)).all()
        shown = rows[:limit]
        more = len(rows) > limit
        return ProductPage(
            products=[product_view(row) for row in shown],
            next=listing.position(shown[-1]) if more else None,
        )

    def count_products(self, wanted: ProductFilter) -> int:
        listing = Listing(self._database.dialect, wanted, ProductSort.NEWEST)
        with self._database.reading() as connection:
            counted: int = connection.execute(listing.count()).scalar_one()
        return counted

    def product(self, product_id: ProductId) -> ProductView:
        with self._database.reading() as connection:
            row = connection.execute(_PRODUCT, {"product_id": product_id}).one_or_none()
        if row is None:
            raise ProductNotFound
        return product_view(row)

    def brands(self, category: str | None) -> Sequence[BrandCount]:
        statement = (
            select(products.c.brand, func.count().label("products"))
            .where(SOLD)
            .group_by(products.c.brand)
        )
        if category is not None:
            statement = statement.where(in_category(category))
        with self._database.reading() as connection:
            counts = [
                BrandCount(title=brand, count=n) for brand, n in connection.execute(statement)
            ]
        # The databases' own orders of letters differ.
        return sorted(counts, key=lambda brand: (brand.title.casefold(), brand.title))

    def price_range(self, category: str | None) -> PriceRange:
        prices = select(products.c.price_minor).where(SOLD).limit(1)
        if category is not None:
            prices = prices.where(in_category(category))
        # Each end is the first entry of an index; an aggregate of both would read it all.
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

    def suggestions(self, typed: str) -> Sequence[Suggestion]:
        words = searched(typed)
        if not words:
            return []
        with self._database.reading() as connection:
            return arranged(
                categories_like(connection, words),
                brands_like(connection, words),
                products_like(connection, words),
            )

    def categories(self) -> Sequence[CategoryView]:
        statement = (
            select(
                *(column for column in categories.c if column.name not in {"position", "version"})
            )
            .where(categories.c.is_active)
            .order_by(categories.c.position, categories.c.id)
        )
        with self._database.reading() as connection:
            return [CategoryView(**row) for row in connection.execute(statement).mappings()]

    def every_product(self) -> Iterator[CataloguedProduct]:
        statement = (
            _PRODUCTS.add_columns(categories.c.slug.label("category_slug"))
            .outerjoin(categories, categories.c.id == products.c.category_id)
            .order_by(products.c.id)
            .limit(_PORTION)
        )
        last = 0
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(statement.where(products.c.id > last)).all()
            for row in rows:
                yield CataloguedProduct(product=product_view(row), category_slug=row.category_slug)
            if len(rows) < _PORTION:
                return
            last = rows[-1].id
