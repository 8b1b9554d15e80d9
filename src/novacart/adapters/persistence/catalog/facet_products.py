"""The products that are examined for facets in SQL, and the filters that each fails."""

from dataclasses import replace
from functools import cached_property
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
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

from novacart.adapters.persistence.catalog.attribute_conditions import value_matches
from novacart.adapters.persistence.catalog.brand_counts import total
from novacart.adapters.persistence.catalog.facet_counting import FacetCounting, Filter
from novacart.adapters.persistence.catalog.facet_rows import ZERO, constant, is_in
from novacart.adapters.persistence.catalog.list_conditions import facet_conditions, stock_filters
from novacart.adapters.persistence.catalog.matching_products import MatchingProducts
from novacart.adapters.persistence.catalog.search_conditions import (
    SearchExpression,
    matching_words,
    search_matches,
    words_match,
)
from novacart.adapters.persistence.catalog.search_index import match_expression
from novacart.adapters.persistence.catalog.tables import (
    DEFAULT_VARIANT_ID,
    product_attributes,
    products,
    sample_part,
)
from novacart.adapters.persistence.catalog.tagged_products import tagged_products
from novacart.application.catalog.queries import ProductFilter
from novacart.application.search_terms import search_terms
from novacart.domain.catalog.attribute_details import AttributeCondition


class FacetProducts:
    """The products that a counting examines, and their values of attributes.

    Their column `failed` has the bits of the filters that a product fails, except those by stock,
    which is read later, for fewer products.
    """

    def __init__(self, counting: FacetCounting) -> None:
        self._counting = counting
        self._dialect = counting.dialect
        self._filters = counting.filters

    @cached_property
    def terms(self) -> str:
        """The words of the search, as an expression of the database."""
        terms = search_terms(self._filters.search)
        return match_expression(self._dialect, terms) if terms else ""

    def products(self, values: FromClause | None) -> FromClause:
        """The products. `values` are their values, unless they are looked up for each product."""
        filters = ProductFilter(
            category=self._filters.category, tags=self._filters.tags, search=self._filters.search
        )
        columns = [
            products.c.id,
            products.c.category_id,
            products.c.brand_key,
            products.c.price_minor,
            products.c.is_on_sale,
            DEFAULT_VARIANT_ID.label("variant_id"),
            sample_part_of("products.id").label("part"),
        ]
        is_sample, found_by = self._counting.is_sample, self._counting.found_by
        candidates = passed = words = None
        if self._counting.candidates is not None:
            candidates = self._each_candidate()
            filters = replace(filters, tags=(), search="")
        elif values is not None and self._filters.attributes:
            passed = _passed_by_product(values)
        if filters.search and self._dialect == "postgresql" and (is_sample or found_by):
            filters = replace(filters, search="")
            words = None if found_by else words_match("products.id", self.terms)
        matching = MatchingProducts(self._dialect, filters)
        failed = self._failed(candidates, passed).label("failed")
        statement = matching.select([*columns, failed], self._is_in_branch)
        if candidates is not None:
            # Zero is added so that the index of the sample is read, which has these columns.
            is_candidate = candidates.c.product_id == products.c.id + ZERO
            statement = statement.join(candidates, is_candidate)
        if passed is not None:
            statement = statement.outerjoin(passed, passed.c.product_id == products.c.id)
        statement = statement.where(
            # IS TRUE, so that an index of the sample is read, not one of prices or brands.
            *(condition.is_(true()) for condition in self._conditions_of_all_groups())
        )
        if words is not None:
            statement = statement.where(words)
        if found_by:
            return self._each_found(statement)
        if is_sample:
            statement = statement.where(self._is_in_sample("products.id"))
            if filters.category is None:
                is_shown = self._is_in_branch(products.c.category_id)
                statement = statement.where(or_(is_shown, products.c.category_id.is_(None)))
        return statement.cte("examined")

    def values(self) -> FromClause:
        """The values of the products, with the bits of the filters that they pass."""
        stored = product_attributes.c
        values = select(
            stored.product_id,
            stored.attribute_id,
            stored.text,
            stored.number,
            self._passed_by_value().label("passed"),
        ).where(
            self._is_in_branch(stored.category_id),
            is_in(self._dialect, stored.attribute_id, "attributes"),
        )
        if self._counting.is_sample:
            values = values.where(self._is_in_sample("product_attributes.product_id"))
        examined = values.cte("examined_values")
        if self._filters.attributes:
            return examined
        # Otherwise PostgreSQL looks up the values of each product, which takes ten times as long.
        return examined.prefix_with("MATERIALIZED", dialect="postgresql")

    def passing(self, name: Filter) -> Select[*tuple[Any, ...]]:
        """Select the ids of all products of the categories that pass a filter.

        Those of tags and a search are of other categories, too.
        """
        if isinstance(name, AttributeCondition):
            stored = product_attributes.c
            attribute_id, matches = value_matches(self._filters.attributes.index(name), name)
            return select(stored.product_id).where(
                stored.attribute_id == attribute_id, matches, self._is_in_branch(stored.category_id)
            )
        if name == "search":
            search = SearchExpression(self.terms, self._counting.indexed)
            return select(search_matches(self._dialect, search).c.product_id)
        fields = ("min_price", "max_price") if name == "price" else (name,)
        filters = ProductFilter(
            category=self._filters.category,
            **{field: getattr(self._filters, field) for field in fields},
        )
        if name == "tags":
            return tagged_products(filters)
        matching = MatchingProducts(self._dialect, filters)
        return matching.select([products.c.id.label("product_id")], self._is_in_branch)

    def _each_found(self, statement: Select[*tuple[Any, ...]]) -> FromClause:
        """The products of a statement that pass one of the filters in `found_by`."""
        passing = union_all(*map(self.passing, self._counting.found_by)).subquery("passing")
        product_ids = select(passing.c.product_id).distinct()
        if self.terms and self._dialect == "postgresql":
            product_ids = matching_words(product_ids, self.terms)
        found = product_ids.cte("found")
        if self._dialect != "postgresql":
            return statement.where(products.c.id.in_(select(found.c.product_id))).cte("examined")
        # A subquery for each product, which can't be planned otherwise: PostgreSQL expects far
        # fewer products, and would compare each of them with all.
        each = statement.where(products.c.id == found.c.product_id).correlate(found).offset(0)
        examined = each.lateral("each_found")
        return select(examined).select_from(found.join(examined, true())).cte("examined")

    def _each_candidate(self) -> FromClause:
        """The ids of candidates, with the bit of the filter that each fails."""
        each = []
        for bit in self._counting.candidate_ids():
            ids = bindparam(f"failing_{bit}", type_=Text)
            product_id = func.unnest(cast(ids, ARRAY(BigInteger))).label("product_id")
            each.append(select(product_id, constant(bit).label("failed")))
        return union_all(*each).subquery("candidates")

    def _failed(
        self, candidates: FromClause | None, passed: FromClause | None
    ) -> ColumnElement[int]:
        """The bits of the filters that a product fails, without the stock."""
        failed = ZERO
        for name, condition in self._conditions.items():
            failed += case((condition, 0), else_=self._bit(name))
        if candidates is not None:
            return failed + candidates.c.failed
        conditions = self._filters.attributes
        if not conditions:
            return failed
        by_values = self._passed_by_values() if passed is None else func.coalesce(passed.c.bits, 0)
        return failed + constant(sum(self._counting.bits[each] for each in conditions)) - by_values

    def _conditions_of_all_groups(self) -> list[ColumnElement[bool]]:
        """The conditions on columns, without the stock, that each counted product passes."""
        groups = self._counting.groups
        return [
            condition
            for name, condition in self._conditions.items()
            if groups and all(self._counting.has_filter(each, name) for each in groups)
        ]

    @property
    def _conditions(self) -> dict[str, ColumnElement[bool]]:
        """The conditions on columns, without the stock; of candidates only the price."""
        has_candidates = self._counting.candidates is not None
        return {
            name: condition
            for name, condition in facet_conditions(self._filters).items()
            if name == "price" or not (has_candidates or name in stock_filters(self._filters))
        }

    def _passed_by_values(self) -> ColumnElement[int]:
        """The bits of the filters by attributes that a product passes, by a subquery for each."""
        stored = product_attributes.c
        return (
            select(total(self._passed_by_value()))
            .where(stored.product_id == products.c.id)
            .correlate(products)
            .scalar_subquery()
        )

    def _passed_by_value(self) -> ColumnElement[int]:
        """The bit of the filter by attributes that a value passes, or 0."""
        stored = product_attributes.c
        passed = ZERO
        for number, condition in enumerate(self._filters.attributes):
            attribute_id, matches = value_matches(number, condition)
            is_match = (stored.attribute_id == attribute_id) & matches
            passed += case((is_match, self._bit(condition)), else_=0)
        return passed

    def _is_in_branch(self, column: ColumnElement[int]) -> ColumnElement[bool]:
        return is_in(self._dialect, column, "branch")

    def _is_in_sample(self, product_id: str) -> ColumnElement[bool]:
        return sample_part_of(product_id) < constant(self._counting.parts)

    def _bit(self, name: Filter) -> ColumnElement[int]:
        return constant(self._counting.bits[name])


def _passed_by_product(values: FromClause) -> FromClause:
    """The bits of the filters by attributes that products pass, of all their values."""
    product_id = values.c.product_id
    return (
        select(product_id, total(values.c.passed).label("bits"))
        .where(values.c.passed > 0)
        .group_by(product_id)
        .cte("matched")
    )


def sample_part_of(product_id: str) -> ColumnElement[int]:
    """The part of the sample in which a product is."""
    return literal_column(f"({sample_part(product_id)})", BigInteger)
