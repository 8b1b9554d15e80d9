"""Numbers of products of lists.

Those by category, brand and `on_sale` are stored. Others are counted, or estimated from a sample of
the search index: counting reads each product to see whether it is visible.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from sqlalchemy import BigInteger, Select, column, func, literal_column, select, text, true

from novacart.adapters.persistence.catalog.brand_counts import count_of, count_of_hidden
from novacart.adapters.persistence.catalog.category_branches import HIDDEN, branch_ids
from novacart.adapters.persistence.catalog.facet_rows import is_in
from novacart.adapters.persistence.catalog.list_conditions import IS_ACTIVE, filter_parameters
from novacart.adapters.persistence.catalog.matching_products import MatchingProducts
from novacart.adapters.persistence.catalog.recent_results import RecentResults
from novacart.adapters.persistence.catalog.search_conditions import words_match
from novacart.adapters.persistence.catalog.search_index import match_expression
from novacart.adapters.persistence.catalog.search_plan import rows_of_pages
from novacart.adapters.persistence.catalog.shared_counts import shared_count
from novacart.adapters.persistence.catalog.tables import products
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import DriverStatement, StatementCache
from novacart.application.catalog.queries import CountEstimate, ProductFilter
from novacart.application.ports.result_cache import ResultCache
from novacart.application.search_terms import facet_key, search_terms
from novacart.domain.shared.ids import CategoryId

MAX_RECOUNTED: Final = 10_000
"""Counting this many products takes some milliseconds at most."""

# A count is estimated from so many pages, in which so many products must match: it is then seldom
# more than a seventh off.
_SAMPLED_PAGES: Final = (50, 500)
_MIN_SAMPLED: Final = 50
_ANALYZED_ROWS: Final = "(SELECT reltuples FROM pg_class WHERE oid = 'product_search'::regclass)"
_STATEMENTS: Final = StatementCache()


class ProductCounts:
    """Counts products. Counts among more than `MAX_RECOUNTED` products may be `seconds` old."""

    def __init__(self, database: Database, seconds: float, shared: ResultCache | None) -> None:
        """`shared` has the counts of all processes for as long."""
        self._database = database
        self._shared = shared
        self._recent = RecentResults[ProductFilter, int](seconds)

    def count(self, filters: ProductFilter) -> int:
        stored = self._fetch(_stored_count(filters))
        if filters == _stored_part(filters):
            return stored
        if stored <= MAX_RECOUNTED:
            return self._fetch(self._counted(filters))
        return self._recent.get(filters, lambda: self._shared_count(filters))

    def estimate(self, filters: ProductFilter) -> CountEstimate:
        """The number of products, estimated if many of them may have to be read."""
        kept = replace(filters, search="", min_price=None, max_price=None)
        if filters != kept and self._database.dialect == "postgresql":
            estimate = self._estimated(filters)
            if estimate is not None:
                return CountEstimate(estimate, is_exact=False)
        return CountEstimate(self.count(filters), is_exact=True)

    def _shared_count(self, filters: ProductFilter) -> tuple[int, float]:
        """The number of products, and the seconds for which it had been cached."""

        def count() -> int:
            return self._fetch(self._counted(filters))

        return (count(), 0) if self._shared is None else shared_count(self._shared, filters, count)

    def _fetch(self, statement: Select[*tuple[Any, ...]]) -> int:
        # The statement is not cached, since a count takes longer than compiling it.
        [[count]] = self._database.fetch(DriverStatement(statement, is_prepared=False))
        return int(count)

    def _counted(self, filters: ProductFilter) -> Select[*tuple[Any, ...]]:
        """Select a number of products that is not stored."""
        dialect = self._database.dialect
        terms = search_terms(filters.search)
        if (
            dialect == "postgresql"
            and terms
            and filters == ProductFilter(search=filters.search)
            and self._fetch(count_of_hidden()) <= MAX_RECOUNTED
        ):
            return _count_of_matches(match_expression(dialect, terms))
        stored = _stored_part(filters)
        in_branch = self._branch_of(filters)
        of_others = {
            replace(stored, in_stock=True): replace(stored, in_stock=False),
            replace(stored, available=True): replace(stored, available=False),
        }
        if filters in of_others:
            # Far fewer products are out of stock than in stock.
            sold_out = MatchingProducts(dialect, of_others[filters]).count(in_branch)
            return select(_stored_count(stored).scalar_subquery() - sold_out.scalar_subquery())
        return MatchingProducts(dialect, filters).count(in_branch)

    def _estimated(self, filters: ProductFilter) -> int | None:
        """Estimate how many products match, by a sample of about a thousand, or of ten thousand.

        None if too few of them match, or if PostgreSQL has not analyzed the table yet, so that the
        number of all products is unknown. A range of prices that the small sample lacks is counted
        sooner than a large sample is read.
        """
        parameters = filter_parameters(filters)
        if filters.category is not None:
            parameters["branch"] = [*self._branch_of(filters)]
        if terms := search_terms(filters.search):
            parameters["terms"] = match_expression("postgresql", terms)
        shape = (
            bool(filters.search.strip()),
            filters.in_stock,
            filters.available,
            filters.on_sale,
            *parameters,
        )
        for pages in _SAMPLED_PAGES if filters.search else _SAMPLED_PAGES[:1]:
            build = partial(_count_among_sample, pages, filters)
            statement = _STATEMENTS.get((pages, *shape), build)
            [[sampled, matches, rows]] = self._database.fetch(statement, parameters)
            if sampled >= rows:
                return None
            if matches >= _MIN_SAMPLED:
                return int(matches * rows / sampled)
        return None

    def _branch_of(self, filters: ProductFilter) -> Sequence[CategoryId]:
        return () if filters.category is None else branch_ids(self._database, filters.category)


def _stored_part(filters: ProductFilter) -> ProductFilter:
    """The filters whose numbers of products are stored."""
    return ProductFilter(category=filters.category, brands=filters.brands, on_sale=filters.on_sale)


def _stored_count(filters: ProductFilter) -> Select[*tuple[Any, ...]]:
    keys = [facet_key(brand) for brand in filters.brands]
    return count_of(filters.category, keys, on_sale=filters.on_sale)


def _count_among_sample(pages: int, filters: ProductFilter) -> DriverStatement:
    """Select the numbers of products of a sample, of those that match, and of all products."""
    sample = (
        text(f"{rows_of_pages(pages)} OFFSET 0")
        .columns(column("product_id", BigInteger), column("words"))
        .subquery("sample")
    )
    counted = MatchingProducts("postgresql", filters).count_among(
        sample, lambda category_id: is_in("postgresql", category_id, "branch")
    )
    counted = counted.add_columns(literal_column(_ANALYZED_ROWS))
    return DriverStatement(counted, is_prepared=False)


def _count_of_matches(terms: str) -> Select[int]:
    """Select the number of listed products that match on PostgreSQL, without other filters.

    Only the matches in hidden categories are looked up as products. Archived products don't match.
    """
    hidden = HIDDEN.subquery("hidden")
    is_not_listed = (
        products.c.category_id == hidden.c.id,
        IS_ACTIVE,
        words_match("products.id", terms),
    )
    # A subquery for each category, since PostgreSQL would read all products instead.
    each = select(products.c.id).where(*is_not_listed).correlate(hidden).offset(0).lateral("each")
    not_listed = select(func.count()).select_from(hidden.join(each, true()))
    matches = text("SELECT count(*) FROM product_search WHERE words @@ CAST(:terms AS tsquery)")
    counted = matches.bindparams(terms=terms).columns(column("count", BigInteger))
    return select(counted.scalar_subquery() - not_listed.scalar_subquery())
