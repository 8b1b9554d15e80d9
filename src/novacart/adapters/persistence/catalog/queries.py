"""Queries of the catalog that customers see."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    ColumnElement,
    Text,
    and_,
    any_,
    bindparam,
    func,
    select,
    type_coerce,
)
from sqlalchemy.types import NullType

from novacart.adapters.persistence.catalog.attributes import of_branch, to_attribute
from novacart.adapters.persistence.catalog.brand_counts import counts_by_category, spellings
from novacart.adapters.persistence.catalog.category_branches import IS_SHOWN, category_of
from novacart.adapters.persistence.catalog.exported_products import exported_products
from novacart.adapters.persistence.catalog.facet_candidates import RecentCandidates
from novacart.adapters.persistence.catalog.facets import SqlFacetCounts
from novacart.adapters.persistence.catalog.list_conditions import IS_ACTIVE, IS_LISTED
from novacart.adapters.persistence.catalog.list_order import list_position, to_time
from novacart.adapters.persistence.catalog.list_pages import find_page
from novacart.adapters.persistence.catalog.mapper import (
    AVAILABLE,
    LISTED_COLUMNS,
    PRODUCT_VIEW_COLUMNS,
    to_category_tree,
    to_product_view,
)
from novacart.adapters.persistence.catalog.price_ranges import price_range_of
from novacart.adapters.persistence.catalog.product_counts import ProductCounts
from novacart.adapters.persistence.catalog.product_views import (
    COMBINATION,
    OPTIONS,
    PRODUCT_WITH_DEFAULT,
    PRODUCTS,
    VARIANTS,
    to_attribute_values,
    to_options,
    to_pictures,
    to_variant,
)
from novacart.adapters.persistence.catalog.recent_matches import RecentMatches
from novacart.adapters.persistence.catalog.recent_results import RecentResults
from novacart.adapters.persistence.catalog.results_of_rows import ResultsOfRows
from novacart.adapters.persistence.catalog.search_pages import SearchPages
from novacart.adapters.persistence.catalog.search_plan import SearchPlans
from novacart.adapters.persistence.catalog.shared_counts import SharedCounts
from novacart.adapters.persistence.catalog.slug_redirects import redirected
from novacart.adapters.persistence.catalog.suggestions import (
    matching_brands,
    matching_categories,
    matching_products,
)
from novacart.adapters.persistence.catalog.tables import (
    DEFAULT_VARIANT_ID,
    attributes,
    categories,
    product_attributes,
    products,
    stock_levels,
    variants,
)
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.keyset import seek
from novacart.adapters.persistence.statements import DriverStatement, Row, rows_in
from novacart.application.catalog.facets import product_facets
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.queries import (
    AttributeView,
    BrandCount,
    Breadcrumb,
    CategoryCount,
    CategoryView,
    CountEstimate,
    ExportedProduct,
    ListedProduct,
    ListPosition,
    PriceRange,
    ProductFacets,
    ProductFilter,
    ProductPage,
    ProductSort,
    Suggestion,
)
from novacart.application.catalog.search import merge_brands, select_suggestions
from novacart.application.ports.product_view import (
    OptionView,
    ProductState,
    ProductView,
    ProductWithVariants,
    VariantState,
)
from novacart.application.ports.result_cache import ResultCache
from novacart.application.search_terms import SearchTerm, search_terms
from novacart.domain.catalog.errors import CategoryNotFound, ProductNotFound, VariantNotFound
from novacart.domain.catalog.slugs import product_of_generated
from novacart.domain.shared.ids import AttributeId, CategoryId, ProductId, VariantId
from novacart.domain.shared.money import Money

_LISTED: Final = len(LISTED_COLUMNS)
_CATEGORY_VIEW: Final = {field.name for field in fields(CategoryView)} - {"breadcrumbs"}
_PRODUCT: Final = DriverStatement(PRODUCTS.where(products.c.id == bindparam("product_id")))
_STATE: Final = DriverStatement(
    select(
        products.c.version,
        products.c.gallery_version,
        DEFAULT_VARIANT_ID,
        select(func.coalesce(func.sum(attributes.c.version), 0))
        .join_from(
            product_attributes, attributes, attributes.c.id == product_attributes.c.attribute_id
        )
        .where(product_attributes.c.product_id == products.c.id)
        .correlate(products)
        .scalar_subquery(),
        variants.c.id,
        variants.c.version,
        variants.c.price_minor,
        AVAILABLE,
    )
    .join_from(products, variants, variants.c.product_id == products.c.id)
    .join(stock_levels, stock_levels.c.variant_id == variants.c.id)
    .where(products.c.id == bindparam("product_id"), IS_ACTIVE, variants.c.archived_at.is_(None))
    .order_by(variants.c.position, variants.c.id)
)
_SLUGGED: Final = products.alias("slugged")
_PRODUCT_OF_VARIANT: Final = DriverStatement(
    select(variants.c.product_id).where(
        variants.c.id == bindparam("variant_id", type_=BigInteger), variants.c.archived_at.is_(None)
    )
)
_PRODUCT_BY_SLUG: Final = DriverStatement(
    select(products.c.id).where(
        IS_ACTIVE,
        products.c.id
        == func.coalesce(
            select(_SLUGGED.c.id)
            .where(_SLUGGED.c.slug == bindparam("slug", type_=Text))
            .scalar_subquery(),
            redirected("product", bindparam("slug", type_=Text)),
        ),
    )
)
# The ids are one parameter, so that the SQL does not depend on their number.
_IDS_IN_JSON = func.json_each(bindparam("ids", type_=JSON)).table_valued("value")
_PRODUCTS_BY_ID: Final = {
    "postgresql": DriverStatement(
        PRODUCTS.where(products.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
    ),
    "sqlite": DriverStatement(PRODUCTS.where(products.c.id.in_(select(_IDS_IN_JSON.c.value)))),
}
_SLUG: Final = bindparam("category", type_=Text)
_ROOT: Final = categories.alias("root")
_SHOWN_ID: Final = (
    select(_ROOT.c.id)
    .where(_ROOT.c.id == category_of(_SLUG), _ROOT.c.is_active, _ROOT.c.is_branch_active)
    .scalar_subquery()
)
_ATTRIBUTES_OF_CATEGORY: Final = DriverStatement(of_branch(_SHOWN_ID), generic_plan=True)
_BRANDS: Final = DriverStatement(spellings(None))
_BRANDS_OF_CATEGORY: Final = DriverStatement(spellings(_SLUG), generic_plan=True)
_CATEGORY_COUNTS: Final = DriverStatement(counts_by_category(), generic_plan=True)
_PRICE_RANGE: Final = DriverStatement(price_range_of(None), generic_plan=True)
_PRICE_RANGE_OF_CATEGORY: Final = DriverStatement(price_range_of(_SLUG), generic_plan=True)


class SqlCatalogQueries:
    def __init__(
        self,
        database: Database,
        policy: CatalogPolicy,
        *,
        search_seconds: float = 0,
        shared_counts: ResultCache | None = None,
    ) -> None:
        """Some results can be `search_seconds` old, all others show the latest commits.

        Old can be facets (twice as old), `ProductCounts`, suggested brands, and `RecentMatches`.
        `shared_counts` has the facets and counts of all processes for as long.
        """
        self._shared_counts = shared_counts
        self._counts = ProductCounts(database, search_seconds, shared_counts)
        self._facets = RecentResults[ProductFilter, ProductFacets](search_seconds)
        self._facet_counts = RecentResults[str | None, SqlFacetCounts](search_seconds)
        self._suggested_brands = RecentResults[tuple[SearchTerm, ...], Sequence[Suggestion]](
            search_seconds
        )
        self._candidates = RecentCandidates(database, search_seconds)
        self._database = database
        self._currency = policy.currency
        self._plans = SearchPlans(database)
        self._searches = SearchPages(database, self._plans, RecentMatches(database, search_seconds))
        self._brands = ResultsOfRows(_to_brands)
        self._price_ranges = ResultsOfRows(self._to_price_range)
        self._attributes = ResultsOfRows(_attribute_views)

    def list_products(
        self,
        filters: ProductFilter,
        *,
        sort: ProductSort,
        limit: int,
        after: ListPosition | None = None,
    ) -> ProductPage:
        if filters.search.strip():
            rows = self._searches.find(filters, sort, limit=limit, after=after)
        else:
            rows = find_page(self._database, filters, sort, limit=limit, after=after)
        return ProductPage(
            products=[ListedProduct._make(row[:_LISTED]) for row in rows[:limit]],
            next=list_position(rows[limit - 1]) if len(rows) > limit else None,
        )

    def newest_positions(
        self, *, limit: int, skip: int = 0, after: ListPosition | None = None
    ) -> Sequence[ListPosition]:
        order = (products.c.created_at, products.c.id)
        found = seek(
            select(products.c.id, type_coerce(products.c.created_at, NullType())).where(IS_LISTED),
            order,
            descending=True,
            limit=limit,
            after=None if after is None else (to_time(after.key), after.id),
        )
        statement = DriverStatement(found.limit(limit).offset(skip), is_prepared=False)
        return [list_position(row) for row in self._database.fetch(statement)]

    def count_products(self, filters: ProductFilter) -> int:
        return self._counts.count(filters)

    def estimate_count(self, filters: ProductFilter) -> CountEstimate:
        return self._counts.estimate(filters)

    def product(self, product_id: ProductId) -> ProductView:
        rows = self._database.fetch(_PRODUCT, {"product_id": product_id})
        if not rows:
            raise ProductNotFound
        return to_product_view(rows[0])

    def product_with_variants(self, product_id: ProductId) -> ProductWithVariants:
        parameters = {"product_id": product_id}
        statement = PRODUCT_WITH_DEFAULT[self._database.dialect]
        rows = self._database.fetch(statement, parameters)
        if not rows:
            raise ProductNotFound
        *default, gallery_version, pictures, values = rows[0][len(PRODUCT_VIEW_COLUMNS) :]
        options: list[OptionView] = []
        of_product: Sequence[Row] = [default]
        if default[COMBINATION]:
            options = to_options(self._database.fetch(OPTIONS, parameters))
            # The product was read first. So the version in its tag is not newer than the variants.
            of_product = self._database.fetch(VARIANTS, parameters)
        option_of = {value.id: option.id for option in options for value in option.values}
        return ProductWithVariants(
            product=to_product_view(rows[0]),
            default_variant_id=VariantId(default[0]),
            options=options,
            variants=[to_variant(row, option_of) for row in of_product],
            pictures=to_pictures(pictures),
            gallery_version=gallery_version,
            attributes=to_attribute_values(values),
            attributes_version=sum(each[-1] for each in json.loads(values or "[]")),
        )

    def product_by_slug(self, slug: str) -> ProductId:
        for row in self._database.fetch(_PRODUCT_BY_SLUG, {"slug": slug}):
            return ProductId(row[0])
        product_id = product_of_generated(slug)
        if product_id is None:
            raise ProductNotFound
        return product_id

    def product_state(self, product_id: ProductId) -> ProductState:
        rows = self._database.fetch(_STATE, {"product_id": product_id})
        if not rows:
            raise ProductNotFound
        version, gallery_version, default_variant_id, attributes_version = rows[0][:4]
        return ProductState(
            product_id,
            version,
            gallery_version,
            int(attributes_version),
            default_variant_id,
            [VariantState(*row[4:]) for row in rows],
        )

    def product_of(self, variant_id: VariantId) -> ProductWithVariants:
        rows = self._database.fetch(_PRODUCT_OF_VARIANT, {"variant_id": variant_id})
        if not rows:
            raise VariantNotFound
        try:
            return self.product_with_variants(ProductId(rows[0][0]))
        except ProductNotFound as error:
            raise VariantNotFound from error

    def products(self, product_ids: Sequence[ProductId]) -> Sequence[ProductView]:
        statement = _PRODUCTS_BY_ID[self._database.dialect]
        rows = self._database.fetch(statement, {"ids": product_ids})
        return [to_product_view(row) for row in rows]

    def brands(self, category: str | None) -> Sequence[BrandCount]:
        if category is None:
            rows = self._database.fetch(_BRANDS)
        else:
            rows = self._database.fetch(_BRANDS_OF_CATEGORY, {"category": category})
        return self._brands.get(category, rows)

    def price_range(self, category: str | None) -> PriceRange:
        if category is None:
            rows = self._database.fetch(_PRICE_RANGE)
        else:
            rows = self._database.fetch(_PRICE_RANGE_OF_CATEGORY, {"category": category})
        return self._price_ranges.get(category, rows)

    def _to_price_range(self, rows: Sequence[Row]) -> PriceRange:
        [[lowest, highest]] = rows
        return PriceRange(
            min_price=Money(lowest or 0, self._currency),
            max_price=Money(highest or 0, self._currency),
        )

    def attributes(
        self, category_id: CategoryId, *, only_shown: bool = False
    ) -> Sequence[AttributeView]:
        exists = select(categories.c.id).where(categories.c.id == category_id)
        if only_shown:
            exists = exists.where(IS_SHOWN)
        with self._database.reading() as connection:
            if connection.execute(exists).first() is None:
                raise CategoryNotFound
            rows = connection.execute(of_branch(category_id)).all()
        return _attribute_views(rows)

    def attributes_of(self, category: str | None) -> Sequence[AttributeView]:
        if category is None:
            return []
        rows = self._database.fetch(_ATTRIBUTES_OF_CATEGORY, {"category": category})
        return self._attributes.get(category, rows)

    def attributes_by_id(
        self, attribute_ids: Iterable[AttributeId]
    ) -> Mapping[AttributeId, AttributeView]:
        with self._database.reading() as connection:
            rows = rows_in(connection, select(attributes), attributes.c.id, attribute_ids)
        return {each.id: each for each in _attribute_views(rows)}

    def attribute_codes(self) -> Sequence[str]:
        with self._database.reading() as connection:
            return sorted(connection.scalars(select(attributes.c.code).distinct()))

    def facets(self, filters: ProductFilter) -> ProductFacets:
        return self._facets.get(filters, lambda: self._count_facets(filters))

    def _count_facets(self, filters: ProductFilter) -> tuple[ProductFacets, float]:
        """The facets, and the seconds for which their counts had been cached."""
        category = filters.category
        count = self._facet_counts.get(category, lambda: (self._facet_counts_of(category), 0.0))
        shared = SharedCounts(self._shared_counts, count) if self._shared_counts else None
        facets = product_facets(
            filters,
            count.attributes,
            count.children,
            currency=self._currency,
            counts=shared or count,
        )
        return facets, shared.age if shared else 0

    def _facet_counts_of(self, category: str | None) -> SqlFacetCounts:
        return SqlFacetCounts(
            self._database,
            queries=self,
            plans=self._plans,
            candidates=self._candidates,
            category=category,
        )

    def suggestions(self, text: str) -> Sequence[Suggestion]:
        terms = search_terms(text)
        if not terms:
            return []
        return select_suggestions(
            matching_categories(self._database, terms),
            self._suggested_brands.get(
                tuple(terms), lambda: (matching_brands(self._database, terms), 0.0)
            ),
            matching_products(self._database, self._plans, terms),
        )

    def categories(self) -> Sequence[CategoryView]:
        with self._database.reading() as connection:
            rows = connection.execute(select(categories).where(IS_SHOWN)).all()
        tree = to_category_tree(rows)
        by_id = {row.id: row for row in rows}
        return [_category_view(tree.path(each), by_id) for each in tree.depth_first()]

    def category_counts(self) -> Sequence[CategoryCount]:
        counts: dict[int, int] = {row[0]: row[1] for row in self._database.fetch(_CATEGORY_COUNTS)}
        return [
            CategoryCount(each.name, each.slug, counts.get(each.id, 0))
            for each in self.categories()
        ]

    def category(self, category_id: CategoryId) -> CategoryView:
        return self._category(categories.c.id == category_id)

    def category_by_slug(self, slug: str) -> CategoryView:
        return self._category(and_(categories.c.id == category_of(slug), IS_SHOWN))

    def _category(self, condition: ColumnElement[bool]) -> CategoryView:
        with self._database.reading() as connection:
            row = connection.execute(select(categories).where(condition)).first()
            if row is None:
                raise CategoryNotFound
            path = [CategoryId(int(each)) for each in row.path.split("/")[:-1]] + [row.id]
            rows = connection.execute(select(categories).where(categories.c.id.in_(path)))
            return _category_view(path, {each.id: each for each in rows})

    def all_products(self) -> Iterator[ExportedProduct]:
        return exported_products(self._database)


def _category_view(path: Sequence[CategoryId], rows: Mapping[int, Any]) -> CategoryView:
    """The last category of a path."""
    return CategoryView(
        **{name: getattr(rows[path[-1]], name) for name in _CATEGORY_VIEW},
        breadcrumbs=[Breadcrumb(each, rows[each].name, rows[each].slug) for each in path],
    )


def _to_brands(rows: Sequence[Row]) -> Sequence[BrandCount]:
    brands = merge_brands((row[0], row[1], row[2]) for row in rows)
    # The collations of the databases differ.
    return sorted(brands.values(), key=lambda brand: (brand.title.casefold(), brand.title))


def _attribute_views(rows: Sequence[Row]) -> Sequence[AttributeView]:
    return [
        AttributeView(
            id=attribute.id,
            category_id=attribute.category_id,
            details=attribute.details,
            version=attribute.version,
        )
        for attribute in map(to_attribute, rows)
    ]
