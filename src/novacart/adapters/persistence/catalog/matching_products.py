"""All products that match the filters of a list, in no order: for counts and facets."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    false,
    func,
    literal,
    select,
    text,
    true,
)
from sqlalchemy.sql.selectable import Subquery

from novacart.adapters.persistence.catalog.attribute_conditions import (
    InBranch,
    products_with_values,
)
from novacart.adapters.persistence.catalog.list_conditions import (
    IS_ACTIVE,
    IS_LISTED,
    facet_conditions,
    stock_filters,
)
from novacart.adapters.persistence.catalog.mapper import HAS_STOCK_LEVEL
from novacart.adapters.persistence.catalog.search_conditions import (
    SearchExpression,
    search_matches,
)
from novacart.adapters.persistence.catalog.search_index import match_expression
from novacart.adapters.persistence.catalog.tables import products, stock_levels
from novacart.adapters.persistence.catalog.tagged_products import tagged_products
from novacart.application.catalog.queries import ProductFilter
from novacart.application.search_terms import search_terms
from novacart.domain.shared.ids import CategoryId


class MatchingProducts:
    def __init__(self, dialect: str, filters: ProductFilter) -> None:
        self._dialect = dialect
        self._filters = filters

    def select(
        self, columns: Sequence[ColumnElement[Any]], in_branch: InBranch
    ) -> Select[*tuple[Any, ...]]:
        """Select columns of the products. `in_branch` is used if the filters have a category."""
        statement: Select[*tuple[Any, ...]] = select(*columns).select_from(products)
        statement = self._restricted(self._joined(statement), in_branch)
        if not self._expression:
            return statement
        found = search_matches(self._dialect, SearchExpression(self._expression))
        return statement.join(found, found.c.product_id == products.c.id)

    def count(self, branch: Sequence[CategoryId] = ()) -> Select[*tuple[Any, ...]]:
        """Select their number. `branch` are the categories if the filters have one."""
        return self.select([func.count()], _in_branch(branch))

    def count_among(self, sample: Subquery, in_branch: InBranch) -> Select[*tuple[Any, ...]]:
        """Select the number of rows of a sample of the search index, and of those that match.

        For PostgreSQL, with the words of the search as the parameter `terms`. A lateral subquery,
        because the planner would read all products instead.
        """
        restricted: Any = self._restricted(select(products.c.id), in_branch)
        listed = select(products.c.id).where(
            products.c.id == sample.c.product_id,
            # IS TRUE, so that each product is found by its id, not by its category or price.
            restricted.whereclause.is_(true()),
        )
        listed = self._joined(listed)
        if self._expression:
            listed = listed.where(text("sample.words @@ CAST(:terms AS tsquery)"))
        each = listed.correlate(sample).offset(0).lateral("listed")
        return select(func.count(), func.count(each.c.id)).select_from(
            sample.outerjoin(each, true())
        )

    @property
    def _expression(self) -> str:
        terms = search_terms(self._filters.search)
        return match_expression(self._dialect, terms) if terms else ""

    def _joined(self, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """Join the stock if a filter reads it."""
        if stock_filters(self._filters):
            return statement.join(stock_levels, HAS_STOCK_LEVEL)
        return statement

    def _restricted(
        self, statement: Select[*tuple[Any, ...]], in_branch: InBranch
    ) -> Select[*tuple[Any, ...]]:
        """Apply the filters, except the words of the search."""
        filters = self._filters
        of_branch = None if filters.category is None else in_branch
        is_listed = IS_LISTED
        if of_branch is not None:
            is_listed = and_(IS_ACTIVE, of_branch(products.c.category_id))
        statement = statement.where(is_listed)
        if filters.search.strip() and not self._expression:
            # It has no words that could match.
            statement = statement.where(false())
        if filters.tags:
            statement = statement.where(products.c.id.in_(tagged_products(filters)))
        statement = statement.where(*facet_conditions(filters).values())
        if filters.attributes:
            having = products_with_values(filters.attributes, of_branch)
            statement = statement.where(products.c.id.in_(having))
        return statement


def _in_branch(branch: Sequence[CategoryId]) -> InBranch:
    ids = [literal(each, BigInteger) for each in branch]
    return lambda column: column.in_(ids) if ids else false()
