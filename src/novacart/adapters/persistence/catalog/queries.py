"""Queries of the catalog that customers see."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.sql.selectable import Subquery

from novacart.adapters.persistence.catalog.attributes import (
    of_branch,
    to_attribute,
    to_choices,
)
from novacart.adapters.persistence.catalog.brand_counts import count_of, spellings
from novacart.adapters.persistence.catalog.category_branches import (
    IS_SHOWN,
    branch,
    branch_ids,
    category_of,
)
from novacart.adapters.persistence.catalog.facets import SqlFacetCounts, child_categories
from novacart.adapters.persistence.catalog.list_conditions import IS_ACTIVE
from novacart.adapters.persistence.catalog.list_statements import ListStatements
from novacart.adapters.persistence.catalog.mapper import (
    AVAILABLE,
    HAS_STOCK_LEVEL,
    IS_DEFAULT_VARIANT,
    LISTED_COLUMNS,
    PRODUCT_VIEW_COLUMNS,
    to_category_tree,
    to_product_view,
)
from novacart.adapters.persistence.catalog.product_list_query import ProductListQuery, list_position
from novacart.adapters.persistence.catalog.recent_results import RecentResults
from novacart.adapters.persistence.catalog.search_pages import (
    FoundRows,
    find_by_attributes,
    find_page,
)
from novacart.adapters.persistence.catalog.search_plan import SearchPlans, estimate_count
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
    default_variants,
    option_values,
    product_attributes,
    product_options,
    products,
    stock_levels,
    variants,
)
from novacart.adapters.persistence.catalog.tag_pages import find_tagged_page
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import DriverStatement, Row, rows_in
from novacart.application.catalog.facets import product_facets
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.queries import (
    AttributeView,
    BrandCount,
    Breadcrumb,
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
    AttributeValueView,
    OptionValueView,
    OptionView,
    PictureView,
    ProductState,
    ProductView,
    ProductWithVariants,
    VariantState,
    VariantView,
)
from novacart.application.ports.result_cache import ResultCache
from novacart.application.search_terms import facet_key, search_terms
from novacart.domain.catalog.attribute_details import AttributeDetails, AttributeType
from novacart.domain.catalog.errors import CategoryNotFound, ProductNotFound, VariantNotFound
from novacart.domain.catalog.slugs import product_of_generated
from novacart.domain.shared.ids import (
    AttributeId,
    CategoryId,
    OptionId,
    OptionValueId,
    ProductId,
    VariantId,
)
from novacart.domain.shared.money import Money

Result = TypeVar("Result")

_BATCH_SIZE: Final = 1000
_LISTED: Final = len(LISTED_COLUMNS)
# Of `_variant_columns`.
_COMBINATION: Final = 10
_CATEGORY_VIEW: Final = {field.name for field in fields(CategoryView)} - {"breadcrumbs"}

_PRODUCTS: Final[Select[*tuple[Any, ...]]] = (
    select(*PRODUCT_VIEW_COLUMNS)
    .join_from(products, stock_levels, HAS_STOCK_LEVEL)
    .join(default_variants, IS_DEFAULT_VARIANT)
    .where(IS_ACTIVE)
)
_PRODUCT: Final = DriverStatement(_PRODUCTS.where(products.c.id == bindparam("product_id")))


def _variant_columns(table: FromClause) -> list[ColumnElement[Any]]:
    return [
        table.c.id,
        table.c.sku,
        table.c.barcode,
        table.c.price_minor,
        table.c.currency,
        table.c.compare_at_minor,
        table.c.lowest_30_days_minor,
        table.c.weight_g,
        table.c.image,
        table.c.options,
        table.c.combination,
        AVAILABLE.label("available"),
        table.c.version,
    ]


PICTURES_AS_JSON: Final = {
    "postgresql": literal_column(
        "(SELECT CAST(json_agg(json_build_array(id, image, alt, width, height, smaller)"
        " ORDER BY position, id) AS text)"
        " FROM product_pictures WHERE product_id = products.id)",
        Text,
    ),
    "sqlite": literal_column(
        "(SELECT json_group_array(json_array(id, image, alt, width, height, smaller))"
        " FROM (SELECT * FROM product_pictures WHERE product_id = products.id"
        " ORDER BY position, id))",
        Text,
    ),
}
"""The pictures of a row of `products`, for `to_pictures`, without another statement."""

_ATTRIBUTE: Final = "a.code, a.name, a.type, a.unit, {choices}, v.text, v.number, a.version"
_OF_PRODUCT: Final = (
    "product_attributes v JOIN attributes a ON a.id = v.attribute_id"
    " JOIN categories c ON c.id = a.category_id WHERE v.product_id = products.id"
)
_IN_ORDER: Final = "ORDER BY length(c.path), a.position, a.id"
ATTRIBUTES_AS_JSON: Final = {
    "postgresql": literal_column(
        "(SELECT CAST(json_agg(json_build_array("  # noqa: S608 (constants of this module)
        f"{_ATTRIBUTE.format(choices='a.choices')}) {_IN_ORDER}) AS text) FROM {_OF_PRODUCT})",
        Text,
    ),
    "sqlite": literal_column(
        "(SELECT json_group_array(json(item)) FROM (SELECT json_array("  # noqa: S608 (constants)
        f"{_ATTRIBUTE.format(choices='json(a.choices)')}) AS item FROM {_OF_PRODUCT} {_IN_ORDER}))",
        Text,
    ),
}
"""The values of attributes of a row of `products`, for `to_attribute_values`."""

# With the default variant, which is the only one of a product without options.
PRODUCT_WITH_DEFAULT: Final = {
    dialect: DriverStatement(
        _PRODUCTS.add_columns(
            *(column.label(f"v_{column.key}") for column in _variant_columns(default_variants)),
            products.c.gallery_version,
            pictures,
            ATTRIBUTES_AS_JSON[dialect],
        ).where(products.c.id == bindparam("product_id"))
    )
    for dialect, pictures in PICTURES_AS_JSON.items()
}
_VARIANTS: Final = DriverStatement(
    select(*_variant_columns(variants))
    .join_from(variants, stock_levels, stock_levels.c.variant_id == variants.c.id)
    .where(
        variants.c.product_id == bindparam("product_id", type_=BigInteger),
        variants.c.archived_at.is_(None),
    )
    .order_by(variants.c.position, variants.c.id)
)
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
OPTIONS: Final = DriverStatement(
    select(
        product_options.c.id,
        product_options.c.name,
        option_values.c.id,
        option_values.c.text,
    )
    .join_from(product_options, option_values, option_values.c.option_id == product_options.c.id)
    .where(product_options.c.product_id == bindparam("product_id", type_=BigInteger))
    .order_by(product_options.c.position, product_options.c.id, option_values.c.position)
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
        _PRODUCTS.where(products.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
    ),
    "sqlite": DriverStatement(_PRODUCTS.where(products.c.id.in_(select(_IDS_IN_JSON.c.value)))),
}

_EXPORTED: Final = (
    _PRODUCTS.add_columns(
        default_variants.c.id.label("exported_default_id"),
        categories.c.slug.label("category_slug"),
        categories.c.name.label("category_name"),
        categories.c.is_active.label("category_active"),
    )
    .outerjoin(categories, categories.c.id == products.c.category_id)
    .order_by(products.c.id)
    .limit(_BATCH_SIZE)
)
_CATEGORY_NAMES: Final = select(categories.c.id, categories.c.parent_id, categories.c.name)
_EXPORTED_VARIANTS: Final = (
    select(
        variants.c.product_id,
        *_variant_columns(variants),
        stock_levels.c.version.label("stock_version"),
    )
    .join_from(variants, stock_levels, stock_levels.c.variant_id == variants.c.id)
    .where(
        variants.c.product_id.in_(bindparam("ids", expanding=True)),
        variants.c.archived_at.is_(None),
    )
    .order_by(variants.c.product_id, variants.c.position, variants.c.id)
)
_EXPORTED_OPTIONS: Final = (
    select(
        product_options.c.product_id,
        product_options.c.id,
        product_options.c.name,
        option_values.c.id.label("value_id"),
        option_values.c.text,
    )
    .join_from(product_options, option_values, option_values.c.option_id == product_options.c.id)
    .where(product_options.c.product_id.in_(bindparam("ids", expanding=True)))
    .order_by(product_options.c.position, product_options.c.id, option_values.c.position)
)


def _price_bounds(shown: Subquery | None) -> Select[*tuple[Any, ...]]:
    """Select the lowest and the highest price of each category, or without one."""
    is_shown: ColumnElement[bool] = products.c.category_id.is_(None)
    if shown is not None:
        is_shown = products.c.category_id == shown.c.id
    prices = select(products.c.price_minor).where(IS_ACTIVE, is_shown).limit(1)
    bounds = select(
        prices.order_by(products.c.price_minor).scalar_subquery().label("lowest"),
        prices.order_by(products.c.price_minor.desc()).scalar_subquery().label("highest"),
    )
    return bounds if shown is None else bounds.select_from(shown)


def _price_range(slug: ColumnElement[str] | None) -> Select[*tuple[Any, ...]]:
    """Select the lowest and the highest price.

    Each category's price is one entry of an index. Searching all products together would pass over
    those of inactive categories.
    """
    shown = select(categories.c.id).where(IS_SHOWN) if slug is None else branch(slug)
    by_category = _price_bounds(shown.subquery("shown"))
    bounds = union_all(by_category, _price_bounds(None)) if slug is None else by_category
    each = bounds.subquery("bounds")
    return select(func.min(each.c.lowest), func.max(each.c.highest))


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
_PRICE_RANGE: Final = DriverStatement(_price_range(None), generic_plan=True)
_PRICE_RANGE_OF_CATEGORY: Final = DriverStatement(_price_range(_SLUG), generic_plan=True)


class _CachedResults(Generic[Result]):
    """Results computed from rows, the last one of each category.

    The rows are read for each request, and a result is used again only if they are equal to those
    from which it was computed. So it is never older than the last commit.
    """

    MAX_CATEGORIES: Final = 64

    def __init__(self, compute: Callable[[Sequence[Row]], Result]) -> None:
        self._compute = compute
        self._cached: dict[str | None, tuple[Sequence[Row], Result]] = {}

    def get(self, category: str | None, rows: Sequence[Row]) -> Result:
        cached = self._cached.get(category)
        if cached is not None and cached[0] == rows:
            return cached[1]
        result = self._compute(rows)
        if len(self._cached) >= self.MAX_CATEGORIES:
            self._cached.clear()
        self._cached[category] = rows, result
        return result


class SqlCatalogQueries:
    def __init__(
        self,
        database: Database,
        policy: CatalogPolicy,
        *,
        facets_seconds: float = 0,
        shared_facets: ResultCache | None = None,
    ) -> None:
        """Facets can be `facets_seconds` old. All other results show the latest commits.

        `shared_facets` has the counts of all processes for as long.
        """
        self._shared_facets = shared_facets
        self._facets = RecentResults[ProductFilter, ProductFacets](facets_seconds)
        self._database = database
        self._currency = policy.currency
        self._plans = SearchPlans(database)
        self._brands = _CachedResults(_to_brands)
        self._price_ranges = _CachedResults(self._to_price_range)
        self._attributes = _CachedResults(_attribute_views)

    def list_products(
        self,
        filters: ProductFilter,
        *,
        sort: ProductSort,
        limit: int,
        after: ListPosition | None = None,
    ) -> ProductPage:
        if filters.search.strip():
            found = find_page(self._database, self._plans, filters, sort, limit=limit, after=after)
            return _to_page(found, limit)
        if filters.tags and self._database.dialect == "postgresql":
            found = find_tagged_page(self._database, filters, sort, limit=limit, after=after)
            return _to_page(found, limit)
        if filters.attributes:
            found = find_by_attributes(self._database, filters, sort, limit=limit, after=after)
            return _to_page(found, limit)
        statements = ListStatements(self._database.dialect, filters, sort, limit, after)
        rows = self._database.fetch(*statements.page())
        if not rows and filters.category is not None:
            ids = branch_ids(self._database, filters.category)
            if len(ids) > 1:
                statements = ListStatements(
                    self._database.dialect, filters, sort, limit, after, branch=ids
                )
                rows = self._database.fetch(*statements.page())
        return ProductPage(
            products=[_listed(row) for row in rows[:limit]],
            next=list_position(rows[limit - 1]) if len(rows) > limit else None,
        )

    def count_products(self, filters: ProductFilter) -> int:
        # Not cached, since a count takes longer than compiling it.
        statement = DriverStatement(self._count(filters), is_prepared=False)
        [[count]] = self._database.fetch(statement)
        return int(count)

    def estimate_count(self, filters: ProductFilter) -> CountEstimate:
        kept = replace(filters, search="", min_price=None, max_price=None)
        if filters != kept and self._database.dialect == "postgresql":
            estimate = estimate_count(self._database, filters, self._branch_of(filters))
            if estimate is not None:
                return CountEstimate(estimate, is_exact=False)
        return CountEstimate(self.count_products(filters), is_exact=True)

    def _count(self, filters: ProductFilter) -> Select[*tuple[Any, ...]]:
        dialect = self._database.dialect
        kept = ProductFilter(
            category=filters.category, brands=filters.brands, on_sale=filters.on_sale
        )
        if filters == kept:
            return _count_of(filters)
        in_branch = self._branch_of(filters)
        of_others = {
            replace(kept, in_stock=True): replace(kept, in_stock=False),
            replace(kept, available=True): replace(kept, available=False),
        }
        if filters in of_others:
            # Far fewer products are out of stock than in stock.
            sold_out = of_others[filters]
            counted = ProductListQuery(dialect, sold_out, ProductSort.NEWEST).count(in_branch)
            return select(_count_of(kept).scalar_subquery() - counted.scalar_subquery())
        return ProductListQuery(dialect, filters, ProductSort.NEWEST).count(in_branch)

    def _branch_of(self, filters: ProductFilter) -> Sequence[CategoryId]:
        return () if filters.category is None else branch_ids(self._database, filters.category)

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
        if default[_COMBINATION]:
            options = to_options(self._database.fetch(OPTIONS, parameters))
            # The product was read first. So the version in its tag is not newer than the variants.
            of_product = self._database.fetch(_VARIANTS, parameters)
        option_of = {value.id: option.id for option in options for value in option.values}
        return ProductWithVariants(
            product=to_product_view(rows[0]),
            default_variant_id=VariantId(default[0]),
            options=options,
            variants=[_to_variant(row, option_of) for row in of_product],
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
        in_branch, children = child_categories(self._database, filters.category)
        count = SqlFacetCounts(self._database, self, self._plans, filters.category, in_branch)
        shared = SharedCounts(self._shared_facets, count) if self._shared_facets else None
        facets = product_facets(
            filters,
            self.attributes_of(filters.category),
            children,
            currency=self._currency,
            counts=shared or count,
        )
        return facets, shared.age if shared else 0

    def suggestions(self, text: str) -> Sequence[Suggestion]:
        terms = search_terms(text)
        if not terms:
            return []
        return select_suggestions(
            matching_categories(self._database, terms),
            matching_brands(self._database, terms),
            matching_products(self._database, self._plans, terms),
        )

    def categories(self) -> Sequence[CategoryView]:
        with self._database.reading() as connection:
            rows = connection.execute(select(categories).where(IS_SHOWN)).all()
        tree = to_category_tree(rows)
        by_id = {row.id: row for row in rows}
        return [_category_view(tree.path(each), by_id) for each in tree.depth_first()]

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
        last = 0
        values = ATTRIBUTES_AS_JSON[self._database.dialect]
        pictures = PICTURES_AS_JSON[self._database.dialect]
        exported = _EXPORTED.add_columns(
            values.label("attribute_values"), pictures.label("pictures")
        )
        with self._database.reading() as connection:
            paths = _paths(connection.execute(_CATEGORY_NAMES).all())
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(exported.where(products.c.id > last)).all()
                ids = [row.id for row in rows]
                of_products = connection.execute(_EXPORTED_VARIANTS, {"ids": ids}).all()
                option_rows = connection.execute(_EXPORTED_OPTIONS, {"ids": ids}).all()
            variants_of: dict[int, list[Row]] = defaultdict(list)
            options_of: dict[int, list[Row]] = defaultdict(list)
            for product_id, *columns in of_products:
                variants_of[product_id].append(columns)
            for product_id, *columns in option_rows:
                options_of[product_id].append(columns)
            for row in rows:
                path = paths.get(row.category_id, ())
                yield _exported(row, variants_of[row.id], options_of[row.id], path)
            if len(rows) < _BATCH_SIZE:
                return
            last = rows[-1].id


def _count_of(filters: ProductFilter) -> Select[*tuple[Any, ...]]:
    keys = [facet_key(brand) for brand in filters.brands]
    return count_of(filters.category, keys, on_sale=filters.on_sale)


def _paths(rows: Sequence[Any]) -> Mapping[int, Sequence[str]]:
    """The names on the path of each category, by its id, from rows of `_CATEGORY_NAMES`."""
    by_id = {row.id: row for row in rows}
    paths = {}
    for row in rows:
        path = [row.name]
        above = row
        while (above := by_id.get(above.parent_id)) is not None:
            path.insert(0, above.name)
        paths[row.id] = path
    return paths


def _exported(
    row: Any,  # noqa: ANN401 (a row of `_EXPORTED`)
    variant_rows: Sequence[Row],
    option_rows: Sequence[Row],
    category_path: Sequence[str],
) -> ExportedProduct:
    options = to_options(option_rows)
    option_of = {value.id: option.id for option in options for value in option.values}
    return ExportedProduct(
        product=to_product_view(row),
        default_variant_id=VariantId(row.exported_default_id),
        options=options,
        variants=[_to_variant(each[:-1], option_of) for each in variant_rows],
        stock_versions={VariantId(each[0]): each[-1] for each in variant_rows},
        category_slug=row.category_slug,
        category_name=row.category_name,
        category_active=row.category_active,
        category_path=category_path,
        attributes=to_attribute_values(row.attribute_values),
        pictures=to_pictures(row.pictures),
    )


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


def to_options(rows: Sequence[Row]) -> list[OptionView]:
    """The options in rows of `OPTIONS`."""
    names: dict[OptionId, str] = {}
    values: dict[OptionId, list[OptionValueView]] = {}
    for option_id, name, value_id, value_text in rows:
        names[option_id] = name
        values.setdefault(option_id, []).append(OptionValueView(value_id, value_text))
    return [OptionView(option_id, name, values[option_id]) for option_id, name in names.items()]


def to_pictures(column: str | None) -> list[PictureView]:
    """The pictures in a column of `PICTURES_AS_JSON`."""
    return [
        PictureView._make((*fields, [*map(tuple, json.loads(smaller))]))
        for *fields, smaller in json.loads(column or "[]")
    ]


def to_attribute_values(column: str | None) -> list[AttributeValueView]:
    """The values in a column of `ATTRIBUTES_AS_JSON`."""
    values = []
    for code, name, type_, unit, choices, text, number, _ in json.loads(column or "[]"):
        details = AttributeDetails(
            name=name,
            code=code,
            type=AttributeType(type_),
            unit=unit,
            choices=to_choices(choices),
        )
        shown = details.shown(text or number)
        if shown is not None:
            values.append(AttributeValueView(code, name, details.type, unit, shown))
    return values


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


def _to_variant(row: Row, option_of: Mapping[OptionValueId, OptionId]) -> VariantView:
    value_ids = [OptionValueId(int(each)) for each in row[_COMBINATION].split(",") if each]
    # Options may have changed since they were read.
    values = {option_of[each]: each for each in value_ids if each in option_of}
    return VariantView._make((*row[:_COMBINATION], values, *row[_COMBINATION + 1 :]))


def _to_page(found: FoundRows, limit: int) -> ProductPage:
    return ProductPage(
        products=[_listed(row) for row, _ in found[:limit]],
        next=found[limit - 1][1] if len(found) > limit else None,
    )


def _listed(row: Sequence[Any]) -> ListedProduct:
    return ListedProduct._make(row[:_LISTED])
