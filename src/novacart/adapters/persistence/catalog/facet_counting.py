"""Counts of products for several facets in one statement.

A facet ignores its own filter. So the products of a category are examined once for all facets, and
each product gets a number with a bit for each filter that it fails. A product that fails no filter
is counted by all facets, and one that fails a single filter by the facet that ignores it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)

from novacart.adapters.persistence.catalog.brand_counts import total
from novacart.adapters.persistence.catalog.facet_rows import (
    ZERO,
    RowKind,
    add_values,
    facet_parameters,
    facet_row,
    is_in,
    value_rows,
)
from novacart.adapters.persistence.catalog.list_conditions import (
    SearchExpression,
    facet_conditions,
    filter_parameters,
    search_matches,
    search_parameters,
    value_matches,
    words_match,
)
from novacart.adapters.persistence.catalog.mapper import IS_IN_STOCK, has_available_variant
from novacart.adapters.persistence.catalog.product_list_query import ProductListQuery
from novacart.adapters.persistence.catalog.search_index import match_expression
from novacart.adapters.persistence.catalog.tables import (
    DEFAULT_VARIANT_ID,
    SAMPLE_PARTS,
    attribute_counts,
    product_attributes,
    products,
    sample_part,
    stock_levels,
)
from novacart.adapters.persistence.statements import (
    DriverStatement,
    Parameters,
    Row,
    StatementCache,
)
from novacart.application.catalog.facets import FacetCounts, FacetGroup
from novacart.application.catalog.queries import (
    BrandCount,
    ProductFilter,
    ProductSort,
)
from novacart.application.search_terms import search_terms
from novacart.domain.catalog.attribute_details import (
    AttributeCondition,
)
from novacart.domain.shared.ids import CategoryId

# The level of a product of which only another variant than the default one can be ordered, and of
# one whose default variant can.
_ANOTHER_VARIANT, _DEFAULT_VARIANT = 1, 2

_STATEMENTS: Final = StatementCache()

Filter = str | AttributeCondition
"""A filter of a list: the name of its facet, `search`, `tags`, or a condition on an attribute."""

_STOCK_FILTERS: Final = ("in_stock", "available")
# Those that no facet ignores.
_BASE_FILTERS: Final = ("search", "tags")


@dataclass(frozen=True, slots=True)
class Candidates:
    """The products that facets of any price and stock can count.

    `ids` are arrays as PostgreSQL writes them, by the bit of the filter that the products fail, or
    0. The prices are of those that fail none, in minor units.
    """

    ids: Mapping[int, str]
    lowest_price: int | None
    highest_price: int | None


@dataclass(frozen=True, kw_only=True)
class FacetCounting:
    """The statement that counts products for groups of facets.

    `filters` are those of the list, and `branch` its categories, of which `parts` of
    `SAMPLE_PARTS` are examined; of `stock_parts` of them the stock is counted. With `found_by`,
    the products that pass one of these filters are found by indexes and examined instead, those of
    a search by its condition `indexed`. Each group must have one of these filters. With `few`, few
    of the examined products are counted, whose values are read one by one. With `candidates`, only
    these are examined, which were found some seconds before.
    """

    dialect: str
    filters: ProductFilter
    groups: tuple[FacetGroup, ...]
    branch: Sequence[CategoryId]
    parts: int = SAMPLE_PARTS
    stock_parts: int = SAMPLE_PARTS
    found_by: tuple[Filter, ...] = ()
    indexed: str = ""
    few: bool = False
    candidates: Candidates | None = None

    def finding(self, found_by: Sequence[Filter], groups: Sequence[FacetGroup]) -> "FacetCounting":
        """Count all products that pass the filters of some of the groups."""
        return replace(
            self,
            groups=tuple(groups),
            parts=SAMPLE_PARTS,
            stock_parts=SAMPLE_PARTS,
            found_by=tuple(found_by),
        )

    @property
    def has_candidates(self) -> bool:
        """Whether facets of another price need not look up values, words or tags again.

        Not among all products of a category, unless few are counted: the values of candidates are
        read one by one.
        """
        filters = self.filters
        return (
            self.dialect == "postgresql"
            and (self.is_sample or self.few)
            and "price" in self._bits
            and bool(filters.attributes or filters.search or filters.tags)
        )

    def of_any_price(self) -> "FacetCounting":
        """The same products at any price and stock, without groups."""
        filters = replace(
            self.filters, min_price=None, max_price=None, in_stock=None, available=None
        )
        return replace(self, filters=filters, groups=(), few=True)

    def known_prices(self) -> dict[ProductFilter, FacetCounts]:
        """The lowest and highest prices of groups that need no more than the candidates'."""
        found = self.candidates
        if found is None or self.is_sample or self._stock_filters:
            return {}
        return {
            each.filters: FacetCounts(
                lowest_price=found.lowest_price, highest_price=found.highest_price
            )
            for each in self.groups
            if each.counts_only_prices
        }

    def has_filter(self, group: FacetGroup, name: Filter) -> bool:
        """Whether the products that a group counts pass a filter of the list."""
        return name in _BASE_FILTERS or name in _set_filters(group.filters)

    def statement(self) -> tuple[DriverStatement, Parameters]:
        """The statement and its parameters."""
        parameters = self._parameters()
        key = (
            self.dialect,
            self.parts,
            self.stock_parts,
            tuple(map(self._place, self.found_by)),
            self.few,
            self.filters.category is None,
            self.filters.in_stock,
            self.filters.available,
            self.filters.on_sale,
            *parameters,
            *((self._ignored(each), *_wanted(each)) for each in self.groups),
        )
        # The best plan for indexes depends on the parameters.
        is_prepared = not self.found_by

        def build() -> DriverStatement:
            return DriverStatement(
                self._select(), generic_plan=is_prepared, is_prepared=is_prepared
            )

        return _STATEMENTS.get(key, build), parameters

    def find_candidates(self) -> tuple[DriverStatement, Parameters]:
        """The statement for `Candidates`, and its parameters.

        It selects bit, ids, lowest and highest price.
        """

        def build() -> DriverStatement:
            values = self._examined_values() if self.filters.attributes else None
            examined = self._examined(values).c
            ids = cast(func.array_agg(examined.id), Text)
            lowest, highest = func.min(examined.price_minor), func.max(examined.price_minor)
            candidates = select(examined.failed, ids, lowest, highest).group_by(examined.failed)
            is_counted = examined.failed.in_(_constants({0, *self._bits.values()}))
            return DriverStatement(candidates.where(is_counted), generic_plan=True)

        key = "candidates", self.parts, self.filters.category is None, self.filters.on_sale
        parameters = self._parameters()
        return _STATEMENTS.get((*key, *parameters), build), parameters

    def count_passing(self, name: Filter, limit: int) -> tuple[DriverStatement, Parameters]:
        """The statement that counts the products that pass a filter, up to a limit."""
        parameters = self._parameters() | {"limit": limit}
        key = ("passing", self.dialect, self._place(name), self.filters.category is None)

        def build() -> DriverStatement:
            passing = self._passing(name).limit(bindparam("limit", type_=Integer))
            counted = select(func.count()).select_from(passing.subquery("passing"))
            return DriverStatement(counted, is_prepared=False)

        return _STATEMENTS.get((*key, *parameters), build), parameters

    def count_having(self) -> tuple[DriverStatement, Parameters]:
        """The statement that sums stored counts by the place of each condition on attributes.

        Not of conditions with bounds, since any number of values can be within them.
        """
        parameters = self._parameters()

        def build() -> DriverStatement:
            stored = attribute_counts.c
            selects = []
            for number, condition in enumerate(self.filters.attributes):
                if condition.has_bounds:
                    continue
                attribute_id, matches = value_matches(number, condition, attribute_counts)
                counted = select(literal_column(str(number), Integer), total(stored.products))
                counted = counted.where(stored.attribute_id == attribute_id, matches)
                selects.append(counted.where(self._is_in_branch(stored.category_id)))
            return DriverStatement(union_all(*selects), generic_plan=True)

        return _STATEMENTS.get(("having", self.dialect, *parameters), build), parameters

    def counts(
        self, group: FacetGroup, rows: Sequence[Row], brands: Mapping[str, BrandCount]
    ) -> FacetCounts:
        """The counts of a group in rows of the statement. `brands` are all by their keys."""
        factor = SAMPLE_PARTS // self.parts
        stock_factor = SAMPLE_PARTS // min(self.parts, self.stock_parts)
        counts = FacetCounts(is_exact=not self.is_sample, is_stock_exact=not self.is_sample)
        ignored = self._ignored(group)
        of_category: dict[CategoryId, int] = defaultdict(int)
        of_brands = []
        lowest, highest = [], []
        for kind, id_, text, number, products_, low, high in rows:
            if kind == RowKind.TOTALS and id_ in {0, ignored}:
                counts.count += products_ * factor
                counts.on_sale += number * factor
                lowest.append(low)
                highest.append(high)
            elif kind == RowKind.IN_STOCK and id_ in {0, ignored}:
                counts.in_stock += products_ * stock_factor
                counts.available += number * stock_factor
            elif kind == RowKind.CATEGORIES and group.totals:
                of_category[CategoryId(id_)] = products_ * factor
            elif kind == RowKind.BRANDS and group.brands and text in brands:
                of_brands.append((text, brands[text].title, products_ * factor))
        counts.categories, counts.brands = of_category, of_brands
        if group.price:
            counts.lowest_price = min(lowest, default=None)
            counts.highest_price = max(highest, default=None)
        add_values(counts, group, rows, factor)
        return counts

    @property
    def is_sample(self) -> bool:
        return self.parts < SAMPLE_PARTS

    @property
    def _stock_filters(self) -> dict[str, bool]:
        filters = {"in_stock": self.filters.in_stock, "available": self.filters.available}
        return {name: wanted for name, wanted in filters.items() if wanted is not None}

    @cached_property
    def _bits(self) -> dict[Filter, int]:
        """The bit of each filter in `failed`."""
        return {name: 1 << number for number, name in enumerate(_set_filters(self.filters))}

    @cached_property
    def _counted_bits(self) -> set[int]:
        """The values of `failed` of the products that a group counts."""
        return {0, *(self._ignored(each) for each in self.groups)}

    def _ignored(self, group: FacetGroup) -> int:
        """The bits of the filters that a group ignores."""
        applied = _set_filters(group.filters)
        return sum(bit for name, bit in self._bits.items() if name not in applied)

    def _parameters(self) -> dict[str, object]:
        conditions = [each.attribute_id for each in self.filters.attributes]
        faceted = [one for each in self.groups for one in each.attributes]
        # Values for facets of few products are read one by one.
        examined = conditions if self.few else [*conditions, *(each.id for each in faceted)]
        parameters = {
            "branch": list(self.branch),
            "attributes": [*dict.fromkeys(examined)],
            **facet_parameters(faceted),
            **filter_parameters(self.filters),
        }
        if terms := self._terms:
            parameters |= search_parameters(self.dialect, SearchExpression(terms, self.indexed))
        if self.candidates is not None:
            for bit in self._candidate_bits:
                parameters[f"failing_{bit}"] = self.candidates.ids.get(bit, "{}")
        return parameters

    @property
    def _candidate_bits(self) -> list[int]:
        """The bits of candidates that a group counts."""
        later = sum(self._bits.get(name, 0) for name in ("price", *_STOCK_FILTERS))
        return sorted({each & ~later for each in self._counted_bits})

    def _place(self, name: Filter) -> str | int:
        """A name of a filter that does not depend on its values."""
        return name if isinstance(name, str) else self.filters.attributes.index(name)

    @cached_property
    def _terms(self) -> str:
        terms = search_terms(self.filters.search)
        return match_expression(self.dialect, terms) if terms else ""

    def _select(self) -> Any:  # noqa: ANN401 (a union)
        """Select all counts."""
        has_attributes = any(each.attributes for each in self.groups)
        values = None
        is_found = bool(self.found_by) or self.candidates is not None
        if not is_found and (has_attributes or self.filters.attributes):
            values = self._examined_values()
        listed = self._listed(self._examined(values))
        column = listed.c
        is_stock_wanted = any(each.in_stock or each.available for each in self.groups)
        is_price_wanted = any(each.price for each in self.groups)
        selects = [
            facet_row(
                RowKind.TOTALS,
                id=column.failed,
                number=total(case((column.is_on_sale, 1), else_=0)),
                products=func.count(),
                low=func.min(column.price_minor) if is_price_wanted else ZERO,
                high=func.max(column.price_minor) if is_price_wanted else ZERO,
            ).group_by(column.failed)
        ]
        if is_stock_wanted:
            selects.append(
                facet_row(
                    RowKind.IN_STOCK,
                    id=column.failed,
                    products=total(case((column.level >= _level(_DEFAULT_VARIANT), 1), else_=0)),
                    number=total(case((column.level >= _level(_ANOTHER_VARIANT), 1), else_=0)),
                ).group_by(column.failed)
            )
        for group in self.groups:
            is_counted = column.failed.in_(_constants({0, self._ignored(group)}))
            if group.totals:
                category_id = func.coalesce(column.category_id, 0)
                counted = facet_row(RowKind.CATEGORIES, id=category_id, products=func.count())
                selects.append(counted.where(is_counted).group_by(category_id))
            if group.brands:
                counted = facet_row(RowKind.BRANDS, text=column.brand_key, products=func.count())
                selects.append(counted.where(is_counted).group_by(column.brand_key))
        if has_attributes:
            read = None if self.few else values
            selects += value_rows(self._counted_values(listed, read), self.dialect)
        return union_all(*selects)

    def _examined(self, values: FromClause | None) -> FromClause:
        """The products that are examined, with the filters that each fails except the stock."""
        filters = ProductFilter(
            category=self.filters.category, tags=self.filters.tags, search=self.filters.search
        )
        columns = [
            products.c.id,
            products.c.category_id,
            products.c.brand_key,
            products.c.price_minor,
            products.c.is_on_sale,
            DEFAULT_VARIANT_ID.label("variant_id"),
            _sample_part("products.id").label("part"),
        ]
        candidates = matched = words = None
        if self.candidates is not None:
            candidates = self._each_candidate()
            filters = replace(filters, tags=(), search="")
        elif values is not None and self.filters.attributes:
            matched = _matched(values)
        if filters.search and self.dialect == "postgresql" and (self.is_sample or self.found_by):
            filters = replace(filters, search="")
            words = words_match("products.id", self._terms)
        query = ProductListQuery(self.dialect, filters, ProductSort.NEWEST)
        failed = self._failed(candidates, matched).label("failed")
        statement = query.all([*columns, failed], self._is_in_branch)
        if candidates is not None:
            # Zero is added so that the index of the sample is read, which has these columns.
            is_candidate = candidates.c.product_id == products.c.id + ZERO
            statement = statement.join(candidates, is_candidate)
        if matched is not None:
            statement = statement.outerjoin(matched, matched.c.product_id == products.c.id)
        statement = statement.where(
            # IS TRUE, so that an index of the sample is read, not one of prices or brands.
            *(condition.is_(true()) for condition in self._conditions_of_all_groups())
        )
        if words is not None:
            statement = statement.where(words)
        if self.found_by:
            return self._each_found(statement)
        if self.is_sample:
            statement = statement.where(self._is_in_sample("products.id"))
            if filters.category is None:
                is_shown = self._is_in_branch(products.c.category_id)
                statement = statement.where(or_(is_shown, products.c.category_id.is_(None)))
        return statement.cte("examined")

    def _each_found(self, statement: Select[*tuple[Any, ...]]) -> FromClause:
        """The products of a statement that pass one of the filters in `found_by`."""
        passing = union_all(*map(self._passing, self.found_by)).subquery("passing")
        found = select(passing.c.product_id).distinct().cte("found")
        if self.dialect != "postgresql":
            return statement.where(products.c.id.in_(select(found.c.product_id))).cte("examined")
        # A subquery for each product, which can't be planned otherwise: PostgreSQL expects far
        # fewer products, and would compare each of them with all.
        each = statement.where(products.c.id == found.c.product_id).correlate(found).offset(0)
        examined = each.lateral("each_found")
        return select(examined).select_from(found.join(examined, true())).cte("examined")

    def _passing(self, name: Filter) -> Select[*tuple[Any, ...]]:
        """Select the ids of all products of the categories that pass a filter.

        Those of tags and a search are of other categories, too.
        """
        if isinstance(name, AttributeCondition):
            stored = product_attributes.c
            attribute_id, matches = value_matches(self.filters.attributes.index(name), name)
            return select(stored.product_id).where(
                stored.attribute_id == attribute_id, matches, self._is_in_branch(stored.category_id)
            )
        if name == "search":
            search = SearchExpression(self._terms, self.indexed)
            return select(search_matches(self.dialect, search).c.product_id)
        fields = ("min_price", "max_price") if name == "price" else (name,)
        filters = ProductFilter(
            category=self.filters.category,
            **{field: getattr(self.filters, field) for field in fields},
        )
        query = ProductListQuery(self.dialect, filters, ProductSort.NEWEST)
        if name == "tags":
            return query.tagged()
        return query.all([products.c.id.label("product_id")], self._is_in_branch)

    def _each_candidate(self) -> FromClause:
        """The ids of candidates, with the bit of the filter that each fails."""
        each = []
        for bit in self._candidate_bits:
            ids = bindparam(f"failing_{bit}", type_=Text)
            product_id = func.unnest(cast(ids, ARRAY(BigInteger))).label("product_id")
            each.append(select(product_id, literal_column(str(bit), BigInteger).label("failed")))
        return union_all(*each).subquery("candidates")

    def _failed(
        self, candidates: FromClause | None, matched: FromClause | None
    ) -> ColumnElement[int]:
        """The bits of the filters that a product fails, without the stock."""
        failed = ZERO
        for name, condition in self._conditions.items():
            failed += case((condition, 0), else_=self._constant(name))
        if candidates is not None:
            return failed + candidates.c.failed
        if not self.filters.attributes:
            return failed
        passed = self._bits_of_product() if matched is None else func.coalesce(matched.c.bits, 0)
        return failed + literal_column(str(self._attribute_bits), BigInteger) - passed

    def _conditions_of_all_groups(self) -> list[ColumnElement[bool]]:
        """The conditions on columns, without the stock, that each counted product passes."""
        return [
            condition
            for name, condition in self._conditions.items()
            if self.groups and all(self.has_filter(each, name) for each in self.groups)
        ]

    @property
    def _conditions(self) -> dict[str, ColumnElement[bool]]:
        """The conditions on columns, without the stock; of candidates only the price."""
        return {
            name: condition
            for name, condition in facet_conditions(self.filters).items()
            if name == "price" or (self.candidates is None and name not in _STOCK_FILTERS)
        }

    def _bits_of_product(self) -> ColumnElement[int]:
        """The bits of the filters by attributes that a product passes."""
        stored = product_attributes.c
        return (
            select(total(self._passed()))
            .where(stored.product_id == products.c.id)
            .correlate(products)
            .scalar_subquery()
        )

    def _passed(self) -> ColumnElement[int]:
        """The bit of the filter by attributes that a value passes, or 0."""
        stored = product_attributes.c
        passed = ZERO
        for number, condition in enumerate(self.filters.attributes):
            attribute_id, matches = value_matches(number, condition)
            is_match = (stored.attribute_id == attribute_id) & matches
            passed += case((is_match, self._constant(condition)), else_=0)
        return passed

    def _listed(self, examined: FromClause) -> FromClause:
        """The examined products that a group counts, with their stock if a group needs it."""
        filters, counted = self._stock_filters, self._counted_bits
        if not filters and not any(each.in_stock or each.available for each in self.groups):
            is_counted = examined.c.failed.in_(_constants(counted))
            return select(examined).where(is_counted).cte("listed")
        another = has_available_variant(examined)
        level: ColumnElement[Any] = (
            select(
                case(
                    (IS_IN_STOCK, _level(_DEFAULT_VARIANT)),
                    (another, _level(_ANOTHER_VARIANT)),
                    else_=0,
                )
            )
            .where(stock_levels.c.variant_id == examined.c.variant_id)
            .correlate(examined)
            .scalar_subquery()
        )
        if not filters:
            is_read = examined.c.failed == ZERO
            if self.stock_parts < self.parts:
                is_read &= examined.c.part < literal_column(str(self.stock_parts), BigInteger)
            level = case((is_read, level))
        bits = sum(self._bits[name] for name in filters)
        stocked = (
            select(examined, level.label("level"))
            .where(examined.c.failed.in_(_constants({each & ~bits for each in counted})))
            # A subquery that is not merged with the others, so that the stock is read once.
            .offset(0)
            .subquery("stocked")
        )
        if not filters:
            return select(stocked).cte("listed")
        others = [each for each in stocked.c if each.name != "failed"]
        failed: ColumnElement[int] = stocked.c.failed
        for name, wanted in filters.items():
            least = _DEFAULT_VARIANT if name == "in_stock" else _ANOTHER_VARIANT
            is_in_stock = stocked.c.level >= _level(least)
            matches = is_in_stock if wanted else ~is_in_stock
            failed += case((matches, 0), else_=self._constant(name))
        return (
            select(*others, failed.label("failed"))
            .where(failed.in_(_constants(counted)))
            .cte("listed")
        )

    @property
    def _attribute_bits(self) -> int:
        return sum(self._bits[each] for each in self.filters.attributes)

    def _examined_values(self) -> FromClause:
        """The values of the products that are examined, with the bits of filters they match."""
        stored = product_attributes.c
        values = select(
            stored.product_id,
            stored.attribute_id,
            stored.text,
            stored.number,
            self._passed().label("passed"),
        ).where(
            self._is_in_branch(stored.category_id),
            is_in(self.dialect, stored.attribute_id, "attributes"),
        )
        if self.is_sample:
            values = values.where(self._is_in_sample("product_attributes.product_id"))
        examined = values.cte("examined_values")
        if self.filters.attributes:
            return examined
        # Otherwise PostgreSQL looks up the values of each product, which takes ten times as long.
        return examined.prefix_with("MATERIALIZED", dialect="postgresql")

    def _counted_values(self, listed: FromClause, values: FromClause | None) -> FromClause:
        """The number of listed products by value of the attributes that have a facet."""
        if values is None:
            values = self._values_of(listed)
        else:
            of_listed = select(values, listed.c.failed)
            values = of_listed.join(listed, listed.c.id == values.c.product_id).subquery(
                "values_of"
            )
        key = (values.c.attribute_id, values.c.text, values.c.number)
        # Not an equation, of which PostgreSQL expects one row, and so compares all with all.
        is_counted = values.c.failed <= ZERO
        ignored = []
        for number, condition in enumerate(self.filters.attributes):
            attribute_id, _ = value_matches(number, condition)
            is_own = values.c.attribute_id == attribute_id
            ignored.append((is_own, self._constant(condition)))
        if ignored:
            is_counted |= values.c.failed == case(*ignored, else_=ZERO)
        return (
            select(*key, func.count().label("products"))
            .where(is_counted, is_in(self.dialect, values.c.attribute_id, "faceted"))
            .group_by(*key)
            .cte("counted")
        )

    def _values_of(self, listed: FromClause) -> FromClause:
        """The values of listed products, with the filters that the products fail.

        Products that fail another filter are counted by other facets only.
        """
        stored = product_attributes.c
        bits = _constants({0, *(self._bits[each] for each in self.filters.attributes)})
        has_values = listed.c.failed.in_(bits)
        values = select(stored.attribute_id, stored.text, stored.number).where(
            stored.product_id == listed.c.id
        )
        if self.dialect != "postgresql":
            return values.add_columns(listed.c.failed).where(has_values).subquery("values_of")
        if self.is_sample or self.candidates is not None:
            # The index of the sample has the values of its products next to each other.
            part = _sample_part("product_attributes.product_id")
            values = values.where(stored.category_id == listed.c.category_id, part == listed.c.part)
        # A subquery for each product, which can't be planned otherwise: PostgreSQL would join the
        # values of the whole shop.
        each = values.correlate(listed).offset(0).lateral("each")
        of_listed = select(each, listed.c.failed).select_from(listed.join(each, true()))
        return of_listed.where(has_values).subquery("values_of")

    def _is_in_branch(self, column: ColumnElement[int]) -> ColumnElement[bool]:
        return is_in(self.dialect, column, "branch")

    def _is_in_sample(self, product_id: str) -> ColumnElement[bool]:
        return _sample_part(product_id) < literal_column(str(self.parts), BigInteger)

    def _constant(self, name: Filter) -> ColumnElement[int]:
        return literal_column(str(self._bits[name]), BigInteger)


def _matched(values: FromClause) -> FromClause:
    """The bits of the filters by attributes that products pass."""
    product_id = values.c.product_id
    return (
        select(product_id, total(values.c.passed).label("bits"))
        .where(values.c.passed > 0)
        .group_by(product_id)
        .cte("matched")
    )


def _set_filters(filters: ProductFilter) -> list[Filter]:
    """The filters that a facet ignores: as in `facet_conditions`, and conditions on attributes.

    Those that candidates can fail are the last, so that the others have the same bits without them.
    """
    are_set: dict[Filter, bool] = {
        "brands": bool(filters.brands),
        "on_sale": filters.on_sale is not None,
        **dict.fromkeys(filters.attributes, True),
        "price": filters.min_price is not None or filters.max_price is not None,
        "in_stock": filters.in_stock is not None,
        "available": filters.available is not None,
    }
    return [name for name, is_set in are_set.items() if is_set]


def _wanted(group: FacetGroup) -> tuple[bool, ...]:
    is_stock_wanted = group.in_stock or group.available
    return group.totals, group.brands, group.price, is_stock_wanted, bool(group.attributes)


def _level(level: int) -> ColumnElement[int]:
    return literal_column(str(level), BigInteger)


def _sample_part(product_id: str) -> ColumnElement[int]:
    return literal_column(f"({sample_part(product_id)})", BigInteger)


def _constants(numbers: set[int]) -> list[ColumnElement[int]]:
    return [literal_column(str(each), BigInteger) for each in sorted(numbers)]
