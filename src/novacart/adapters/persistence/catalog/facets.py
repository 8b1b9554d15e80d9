"""Counts of products by what customers can filter by.

Those of a category without other filters are sums of stored counts. Other counts read each product
that matches; if these are many, those of a sample of the category.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Text,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
    true,
    union_all,
)

from novacart.adapters.persistence.catalog.brand_counts import counts_in, spellings
from novacart.adapters.persistence.catalog.category_branches import IS_SHOWN, category_of
from novacart.adapters.persistence.catalog.mapper import AVAILABLE, HAS_STOCK_LEVEL
from novacart.adapters.persistence.catalog.product_list_query import (
    AttributeLookup,
    ProductListQuery,
)
from novacart.adapters.persistence.catalog.tables import (
    SAMPLE_PART,
    SAMPLE_PARTS,
    attribute_counts,
    brand_counts,
    categories,
    product_attributes,
    products,
    stock_levels,
)
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import DriverStatement, Row
from novacart.application.catalog.facets import ChildCategory, FacetCounts, FacetGroup
from novacart.application.catalog.queries import (
    MAX_FACET_VALUES,
    CatalogQueries,
    ProductFilter,
    ProductSort,
)
from novacart.application.catalog.search import merge_brands
from novacart.domain.catalog.attribute_details import AttributeType, AttributeValue
from novacart.domain.shared.ids import AttributeId, CategoryId

MAX_COUNTED: Final = 5_000
"""Products that are counted one by one. Of more, a sample of about this number is."""

# The parts of a union of counts. `_MATCHES` also has products that are left out by their stock.
_MATCHES, _TOTALS, _CATEGORIES, _BRANDS, _VALUES, _RANGES = range(6)

# Looked up product by product: PostgreSQL would join the stock of the whole shop.
_IS_IN_STOCK: Final = (
    select(case((AVAILABLE > 0, 1), else_=0))
    .select_from(stock_levels)
    .where(HAS_STOCK_LEVEL)
    .correlate(products)
    .scalar_subquery()
    .label("in_stock")
)


class SqlFacetCounts:
    """Counts of the products of a list. `branch` are its categories, all shown ones without one."""

    def __init__(
        self,
        database: Database,
        queries: CatalogQueries,
        category: str | None,
        branch: Sequence[CategoryId],
    ) -> None:
        self._database = database
        self._queries = queries
        self._category = category
        self._branch = branch
        self._of_category: FacetCounts | None = None

    def __call__(self, group: FacetGroup) -> FacetCounts:
        if group.filters == ProductFilter(category=self._category):
            return self._stored(group)
        return self._counted(group)

    def _stored(self, group: FacetGroup) -> FacetCounts:
        """The counts of a category without other filters."""
        counts = replace(self._totals())
        if group.brands:
            counts.brands = self._spellings()
        if group.price:
            prices = self._queries.price_range(self._category)
            counts.lowest_price = prices.min_price.amount
            counts.highest_price = prices.max_price.amount
        if group.in_stock:
            counted = self._counted(FacetGroup(filters=group.filters, in_stock=True))
            counts.in_stock, counts.is_stock_exact = counted.in_stock, counted.is_stock_exact
        if group.attributes:
            _add(counts, self._fetch(self._stored_values(group)), group, 1)
        return counts

    def _totals(self) -> FacetCounts:
        if self._of_category is None:
            category_id = brand_counts.c.category_id
            rows = self._fetch(
                select(category_id, _sum(brand_counts.c.products), _sum(brand_counts.c.on_sale))
                .where(counts_in(self._category))
                .group_by(category_id)
            )
            self._of_category = FacetCounts(
                count=sum(row[1] for row in rows),
                on_sale=sum(row[2] for row in rows),
                categories={CategoryId(row[0]): row[1] for row in rows},
            )
        return self._of_category

    def _spellings(self) -> list[tuple[str, str, int]]:
        rows = self._fetch(spellings(self._category))
        return [(row[0], row[1], row[2]) for row in rows]

    def _stored_values(self, group: FacetGroup) -> Any:  # noqa: ANN401 (a SELECT or a union of some)
        stored = attribute_counts.c
        counted = (
            select(
                stored.attribute_id,
                stored.text,
                stored.number,
                _sum(stored.products).label("products"),
            )
            .where(
                stored.category_id.in_(_ids(self._branch)),
                stored.attribute_id.in_(_ids([each.id for each in group.attributes])),
                stored.products > 0,
            )
            .group_by(stored.attribute_id, stored.text, stored.number)
            .cte("counted")
        )
        return union_all(*_value_parts(counted, group))

    def _counted(self, group: FacetGroup) -> FacetCounts:
        """The counts of all products that match, or of a sample of the category."""
        total = self._totals().count
        if total > MAX_COUNTED:
            sampled = self._read(group, SAMPLE_PARTS * MAX_COUNTED // total)
            if sampled is not None:
                return sampled
        counts = self._read(group, SAMPLE_PARTS)
        assert counts is not None  # noqa: S101 (all parts were read)
        return counts

    def _read(self, group: FacetGroup, parts: int) -> FacetCounts | None:
        """Count the products that match in so many of `SAMPLE_PARTS` parts of the category.

        None for a sample if so few match that all can be counted.
        """
        filters = group.filters
        query = ProductListQuery(
            self._database.dialect,
            replace(filters, in_stock=None),
            ProductSort.NEWEST,
            attributes=(
                AttributeLookup.TOGETHER if parts == SAMPLE_PARTS else AttributeLookup.BY_PRODUCT
            ),
        )
        wanted: Mapping[ColumnElement[Any], bool] = {
            products.c.id: True,
            products.c.category_id: group.totals,
            products.c.brand_key: group.brands,
            products.c.price_minor: group.price,
            products.c.is_on_sale: group.on_sale,
            _IS_IN_STOCK: group.in_stock or filters.in_stock is not None,
        }
        # Few columns, so that an index may have all of them.
        columns = [column for column, is_wanted in wanted.items() if is_wanted]
        statement = query.all(columns, self._branch)
        if parts < SAMPLE_PARTS:
            statement = statement.where(literal_column(str(parts)) > SAMPLE_PART)
        rows = self._fetch(_counts_of(statement, group, self._database.dialect))
        factor = SAMPLE_PARTS / parts
        is_exact = parts == SAMPLE_PARTS
        [matches] = [row[4] for row in rows if row[0] == _MATCHES]
        if not is_exact and matches * factor <= MAX_COUNTED:
            return None
        counts = FacetCounts(is_exact=is_exact, is_stock_exact=is_exact)
        _add(counts, rows, group, factor)
        if group.brands:
            titles = merge_brands(self._spellings())
            counts.brands = [
                (key, titles[key].title, count) for key, _, count in counts.brands if key in titles
            ]
        if group.price and not is_exact:
            # A sample misses the lowest and the highest price.
            counts.lowest_price = self._first_price(filters, ProductSort.PRICE)
            counts.highest_price = self._first_price(filters, ProductSort.PRICE_DESCENDING)
        return counts

    def _first_price(self, filters: ProductFilter, sort: ProductSort) -> int | None:
        page = self._queries.list_products(filters, sort=sort, limit=1)
        return page.products[0].price_minor if page.products else None

    def _fetch(self, statement: Any) -> Sequence[Row]:  # noqa: ANN401 (a SELECT or a union of some)
        # The best plan depends on the parameters.
        return self._database.fetch(DriverStatement(statement, is_prepared=False))


def _counts_of(statement: Select[*tuple[Any, ...]], group: FacetGroup, dialect: str) -> Any:  # noqa: ANN401 (a union)
    """Select the counts that a group needs, of the products that a statement selects."""
    matching = listed = statement.cte("matching")
    in_stock = group.filters.in_stock
    if in_stock is not None:
        listed = select(matching).where(matching.c.in_stock == int(in_stock)).cte("listed")
    of_product = listed.c
    parts = [
        _part(_MATCHES, products=func.count()).select_from(matching),
        _part(
            _TOTALS,
            products=func.count(),
            id=_sum(case((of_product.is_on_sale, 1), else_=0)) if group.on_sale else _NUMBER,
            number=_sum(of_product.in_stock) if group.in_stock else _NUMBER,
            low=func.min(of_product.price_minor) if group.price else _NUMBER,
            high=func.max(of_product.price_minor) if group.price else _NUMBER,
        ).select_from(listed),
    ]
    if group.totals:
        category_id = func.coalesce(of_product.category_id, 0)
        parts.append(
            _part(_CATEGORIES, id=category_id, products=func.count()).group_by(category_id)
        )
    if group.brands:
        parts.append(
            _part(_BRANDS, text=of_product.brand_key, products=func.count()).group_by(
                of_product.brand_key
            )
        )
    if group.attributes:
        values = _values_of(listed, [each.id for each in group.attributes], dialect)
        key = (values.c.attribute_id, values.c.text, values.c.number)
        counted = select(*key, func.count().label("products")).group_by(*key).cte("counted")
        parts += _value_parts(counted, group)
    return union_all(*parts)


def _values_of(listed: FromClause, attribute_ids: Sequence[int], dialect: str) -> FromClause:
    """The values of attributes of the products in a common table expression."""
    stored = product_attributes.c
    values = select(stored.attribute_id, stored.text, stored.number).where(
        stored.product_id == listed.c.id, stored.attribute_id.in_(_ids(attribute_ids))
    )
    if dialect == "postgresql":
        # A subquery for each product, which can't be planned otherwise: PostgreSQL would join the
        # values of the whole shop.
        each = values.correlate(listed).offset(0).lateral("each")
        return select(*each.c).select_from(listed.join(each, true())).subquery("of_products")
    return values.select_from(listed, product_attributes).subquery("of_products")


def _value_parts(counted: FromClause, group: FacetGroup) -> list[Select[*tuple[Any, ...]]]:
    """Select counts of values as parts: of numbers a range, of others the most frequent ones."""
    column = counted.c
    is_number = {True: [0], False: [0]}
    for attribute in group.attributes:
        is_number[attribute.details.type is AttributeType.NUMBER].append(attribute.id)
    place = func.row_number().over(
        partition_by=column.attribute_id,
        order_by=(column.products.desc(), column.text, column.number),
    )
    placed = (
        select(*column, place.label("place"))
        .where(column.attribute_id.in_(_ids(is_number[False])))
        .subquery("placed")
    )
    return [
        _part(
            _VALUES,
            id=placed.c.attribute_id,
            text=placed.c.text,
            number=placed.c.number,
            products=placed.c.products,
        ).where(placed.c.place <= MAX_FACET_VALUES),
        _part(
            _RANGES,
            id=column.attribute_id,
            products=_sum(column.products),
            low=func.min(column.number),
            high=func.max(column.number),
        )
        .where(column.attribute_id.in_(_ids(is_number[True])))
        .group_by(column.attribute_id),
    ]


_NUMBER: Final[ColumnElement[Any]] = literal_column("0", BigInteger)
_TEXT: Final[ColumnElement[Any]] = literal_column("''", Text)


def _part(
    part: int,
    *,
    products: ColumnElement[Any],
    id: ColumnElement[Any] = _NUMBER,
    text: ColumnElement[Any] = _TEXT,
    number: ColumnElement[Any] = _NUMBER,
    low: ColumnElement[Any] = _NUMBER,
    high: ColumnElement[Any] = _NUMBER,
) -> Select[*tuple[Any, ...]]:
    """Select the columns that all parts of a union have."""
    return select(literal_column(str(part)), id, text, number, products, low, high)


def _add(counts: FacetCounts, rows: Sequence[Row], group: FacetGroup, factor: float) -> None:
    """Add rows of `_part`s to counts, multiplied by a factor if they are of a sample."""
    brands = []
    of_category: dict[CategoryId, int] = {}
    values: dict[AttributeId, dict[AttributeValue, int]] = defaultdict(dict)
    ranges = {}
    texts = {each.id for each in group.attributes if each.details.type is AttributeType.TEXT}
    for part, id_, text, number, products_, low, high in rows:
        count = round(products_ * factor)
        if part == _TOTALS:
            counts.count, counts.on_sale = count, round(id_ * factor)
            counts.in_stock = round(number * factor)
            counts.lowest_price, counts.highest_price = low, high
        elif part == _CATEGORIES:
            of_category[CategoryId(id_)] = count
        elif part == _BRANDS:
            brands.append((text, text, count))
        elif part == _VALUES:
            values[AttributeId(id_)][text if id_ in texts else number] = count
        elif part == _RANGES:
            ranges[AttributeId(id_)] = count, low, high
    counts.brands = counts.brands or brands
    counts.categories = counts.categories or of_category
    counts.values, counts.ranges = values, ranges


def child_categories(
    database: Database, category: str | None
) -> tuple[Sequence[CategoryId], Sequence[ChildCategory]]:
    """The shown categories of a branch, all without one, and the first level below it."""
    statement = (
        select(
            categories.c.id,
            categories.c.parent_id,
            categories.c.name,
            categories.c.slug,
            categories.c.path,
        )
        .where(IS_SHOWN)
        .order_by(categories.c.position, categories.c.id)
    )
    if category is not None:
        root = categories.alias("root")
        is_below = categories.c.path.startswith(root.c.path + cast(root.c.id, Text) + "/")
        statement = statement.join(root, (categories.c.id == root.c.id) | is_below).where(
            root.c.id == category_of(category)
        )
    rows = database.fetch(DriverStatement(statement, is_prepared=False))
    parent_id = None
    if category is not None:
        # The path of the category itself is the shortest one.
        parent_id = min(rows, key=lambda row: len(row[4]))[0] if rows else 0
    paths = {row[0]: {row[0], *map(int, row[4].split("/")[:-1])} for row in rows}
    children = [
        ChildCategory(
            name=row[2],
            slug=row[3],
            branch=frozenset(CategoryId(each) for each, path in paths.items() if row[0] in path),
        )
        for row in rows
        if row[1] == parent_id
    ]
    return [CategoryId(row[0]) for row in rows], children


def _ids(ids: Sequence[int]) -> list[ColumnElement[int]]:
    return [literal(each, BigInteger) for each in ids]


# PostgreSQL sums integers to a decimal.
def _sum(count: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(count), 0), BigInteger)
