"""Statements that count products for facets, each compiled once for all of a shape."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Text,
    bindparam,
    case,
    cast,
    func,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from novacart.adapters.persistence.catalog.attribute_conditions import value_matches
from novacart.adapters.persistence.catalog.brand_counts import total
from novacart.adapters.persistence.catalog.facet_counting import FacetCounting, Filter
from novacart.adapters.persistence.catalog.facet_products import FacetProducts, sample_part_of
from novacart.adapters.persistence.catalog.facet_rows import (
    ZERO,
    RowKind,
    constant,
    facet_parameters,
    facet_row,
    is_in,
    value_rows,
)
from novacart.adapters.persistence.catalog.list_conditions import filter_parameters
from novacart.adapters.persistence.catalog.mapper import IS_IN_STOCK, has_available_variant
from novacart.adapters.persistence.catalog.search_conditions import (
    SearchExpression,
    search_parameters,
)
from novacart.adapters.persistence.catalog.tables import product_attributes, stock_levels
from novacart.adapters.persistence.statements import DriverStatement, Parameters, StatementCache
from novacart.application.catalog.facets import FacetGroup

# The level of a product of which only another variant than the default one can be ordered, and of
# one whose default variant can.
_ANOTHER_VARIANT: Final = constant(1)
_DEFAULT_VARIANT: Final = constant(2)

_STATEMENTS: Final = StatementCache()


class FacetStatements:
    """The statements of a counting, with their parameters."""

    def __init__(self, counting: FacetCounting) -> None:
        self._counting = counting
        self._examined = FacetProducts(counting)
        self._parameters = _parameters(counting, self._examined.terms)

    def count_products(self) -> tuple[DriverStatement, Parameters]:
        """The statement that counts products for all groups."""
        counting = self._counting
        filters = counting.filters
        key = (
            counting.dialect,
            counting.parts,
            counting.stock_parts,
            tuple(map(self._shape_of, counting.found_by)),
            counting.looks_up_values,
            filters.category is None,
            filters.in_stock,
            filters.available,
            filters.on_sale,
            *self._parameters,
            *counting.weights.items(),
            *((counting.ignored_bits(each), *_wanted(each)) for each in counting.groups),
        )
        # The best plan for indexes depends on the parameters.
        is_prepared = not counting.found_by

        def build() -> DriverStatement:
            return DriverStatement(
                self._select_counts(), generic_plan=is_prepared, is_prepared=is_prepared
            )

        return _STATEMENTS.get(key, build), self._parameters

    def find_candidates(self) -> tuple[DriverStatement, Parameters]:
        """The statement for `Candidates`: bit, ids and prices, by price."""
        counting = self._counting

        def build() -> DriverStatement:
            values = self._examined.values() if counting.filters.attributes else None
            examined = self._examined.products(values).c
            ids, prices = (
                cast(func.array_agg(aggregate_order_by(each, examined.price_minor)), Text)
                for each in (examined.id, examined.price_minor)
            )
            candidates = select(examined.failed, ids, prices).group_by(examined.failed)
            is_counted = _fails_only(examined.failed, {0, *counting.bits.values()})
            return DriverStatement(candidates.where(is_counted), generic_plan=True)

        filters = counting.filters
        key = "candidates", counting.parts, filters.category is None, filters.on_sale
        return _STATEMENTS.get((*key, *self._parameters), build), self._parameters

    def count_passing(self, name: Filter, limit: int) -> tuple[DriverStatement, Parameters]:
        """The statement that counts all products that pass a filter, up to a limit."""
        counting = self._counting
        key = "passing", counting.dialect, self._shape_of(name), counting.filters.category is None

        def build() -> DriverStatement:
            passing = self._examined.passing(name).limit(bindparam("limit", type_=Integer))
            counted = select(func.count()).select_from(passing.subquery("passing"))
            return DriverStatement(counted, is_prepared=False)

        parameters = {**self._parameters, "limit": limit}
        return _STATEMENTS.get((*key, *parameters), build), parameters

    def _shape_of(self, name: Filter) -> str | int:
        """What a statement depends on, which is not the value of the filter."""
        return name if isinstance(name, str) else self._counting.filters.attributes.index(name)

    def _select_counts(self) -> Any:  # noqa: ANN401 (a union)
        counting = self._counting
        has_attributes = any(each.attributes for each in counting.groups)
        values = None
        is_found = bool(counting.found_by) or counting.candidates is not None
        if not is_found and (has_attributes or counting.filters.attributes):
            values = self._examined.values()
        listed = self._listed(self._examined.products(values))
        column = listed.c
        is_price_wanted = any(each.price for each in counting.groups)
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
        if self._is_stock_wanted:
            selects.append(
                facet_row(
                    RowKind.IN_STOCK,
                    id=column.failed,
                    products=total(case((column.level >= _DEFAULT_VARIANT, 1), else_=0)),
                    number=total(case((column.level >= _ANOTHER_VARIANT, 1), else_=0)),
                ).group_by(column.failed)
            )
        for group in counting.groups:
            is_counted = _fails_only(column.failed, {0, counting.ignored_bits(group)})
            if group.totals:
                category_id = func.coalesce(column.category_id, 0)
                counted = facet_row(RowKind.CATEGORIES, id=category_id, products=func.count())
                selects.append(counted.where(is_counted).group_by(category_id))
            if group.brands:
                number = self._number(column.failed)
                counted = facet_row(RowKind.BRANDS, text=column.brand_key, products=number)
                selects.append(counted.where(is_counted).group_by(column.brand_key))
        if has_attributes:
            read = None if counting.looks_up_values else values
            selects += value_rows(self._counted_values(listed, read), counting.dialect)
        return union_all(*selects)

    def _number(self, failed: ColumnElement[int]) -> ColumnElement[int]:
        """The number of products, of which those of a smaller sample count several times."""
        weights = self._counting.weights
        if not weights:
            return func.count()
        each = [(failed == constant(bit), constant(weight)) for bit, weight in weights.items()]
        return total(case(*each, else_=constant(1)))

    @property
    def _is_stock_wanted(self) -> bool:
        return any(each.in_stock or each.available for each in self._counting.groups)

    def _listed(self, examined: FromClause) -> FromClause:
        """The examined products that a group counts, with their stock if a group needs it."""
        counting = self._counting
        filters, counted = counting.stock_filters, counting.counted_bits
        if not filters and not self._is_stock_wanted:
            is_counted = _fails_only(examined.c.failed, counted)
            return select(examined).where(is_counted).cte("listed")
        another = has_available_variant(examined)
        level: ColumnElement[Any] = (
            select(case((IS_IN_STOCK, _DEFAULT_VARIANT), (another, _ANOTHER_VARIANT), else_=0))
            .where(stock_levels.c.variant_id == examined.c.variant_id)
            .correlate(examined)
            .scalar_subquery()
        )
        if not filters:
            is_read = examined.c.failed == ZERO
            if counting.stock_parts < counting.parts:
                is_read &= examined.c.part < constant(counting.stock_parts)
            level = case((is_read, level))
        bits = sum(counting.bits[name] for name in filters)
        stocked = (
            select(examined, level.label("level"))
            .where(_fails_only(examined.c.failed, {each & ~bits for each in counted}))
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
            is_in_stock = stocked.c.level >= least
            matches = is_in_stock if wanted else ~is_in_stock
            failed += case((matches, 0), else_=constant(counting.bits[name]))
        return (
            select(*others, failed.label("failed"))
            .where(_fails_only(failed, counted))
            .cte("listed")
        )

    def _counted_values(self, listed: FromClause, values: FromClause | None) -> FromClause:
        """The number of listed products by value of the attributes that have a facet."""
        counting = self._counting
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
        for number, condition in enumerate(counting.filters.attributes):
            attribute_id, _ = value_matches(number, condition)
            is_own = values.c.attribute_id == attribute_id
            ignored.append((is_own, constant(counting.bits[condition])))
        if ignored:
            is_counted |= values.c.failed == case(*ignored, else_=ZERO)
        return (
            select(*key, self._number(values.c.failed).label("products"))
            .where(is_counted, is_in(counting.dialect, values.c.attribute_id, "faceted"))
            .group_by(*key)
            .cte("counted")
        )

    def _values_of(self, listed: FromClause) -> FromClause:
        """The values of listed products, with the filters that the products fail.

        Products that fail another filter are counted by other facets only.
        """
        counting = self._counting
        stored = product_attributes.c
        bits = {0, *(counting.bits[each] for each in counting.filters.attributes)}
        has_values = _fails_only(listed.c.failed, bits)
        values = select(stored.attribute_id, stored.text, stored.number).where(
            stored.product_id == listed.c.id
        )
        if counting.dialect != "postgresql":
            return values.add_columns(listed.c.failed).where(has_values).subquery("values_of")
        if counting.is_sample or counting.candidates is not None:
            # The index of the sample has the values of its products next to each other.
            part = sample_part_of("product_attributes.product_id")
            values = values.where(stored.category_id == listed.c.category_id, part == listed.c.part)
        # A subquery for each product, which can't be planned otherwise: PostgreSQL would join the
        # values of the whole shop.
        each = values.correlate(listed).offset(0).lateral("each")
        of_listed = select(each, listed.c.failed).select_from(listed.join(each, true()))
        return of_listed.where(has_values).subquery("values_of")


def _parameters(counting: FacetCounting, terms: str) -> dict[str, object]:
    conditions = [each.attribute_id for each in counting.filters.attributes]
    faceted = [one for each in counting.groups for one in each.attributes]
    examined = conditions
    if not counting.looks_up_values:
        examined = [*conditions, *(each.id for each in faceted)]
    parameters = {
        "branch": list(counting.branch),
        "attributes": [*dict.fromkeys(examined)],
        **facet_parameters(faceted),
        **filter_parameters(counting.filters),
    }
    if terms:
        search = SearchExpression(terms, counting.indexed)
        parameters |= search_parameters(counting.dialect, search)
    for bit, ids in counting.candidate_ids().items():
        # An array as PostgreSQL writes it, which takes less time than a list.
        parameters[f"failing_{bit}"] = f"{{{','.join(map(str, ids))}}}"
    return parameters


def _wanted(group: FacetGroup) -> tuple[bool, ...]:
    is_stock_wanted = group.in_stock or group.available
    return group.totals, group.brands, group.price, is_stock_wanted, bool(group.attributes)


def _fails_only(failed: ColumnElement[int], bits: Collection[int]) -> ColumnElement[bool]:
    """Whether the failed filters of a product are one of these combinations."""
    return failed.in_([constant(each) for each in sorted(bits)])
