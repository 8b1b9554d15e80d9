"""Products that match a search or filters on PostgreSQL, which may be some seconds old."""

from array import array
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import Text, cast, func, select

from novacart.adapters.persistence.catalog.facet_counting import Candidates, FacetCounting
from novacart.adapters.persistence.catalog.facet_statements import FacetStatements
from novacart.adapters.persistence.catalog.list_conditions import (
    KnownMatches,
    SearchExpression,
    search_matches,
    search_parameters,
)
from novacart.adapters.persistence.catalog.recent_results import RecentResults
from novacart.adapters.persistence.catalog.search_plan import SearchPlan
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import DriverStatement
from novacart.application.catalog.queries import ProductFilter
from novacart.domain.shared.ids import CategoryId

# The ids and scores of so many products have 100 KB at most, as texts.
_MAX_MATCHES: Final = 5_000
# Matches are kept if the index takes longer than examining this many products, about 2.5 ms.
_MIN_COST: Final = 1_000

_FOUND: Final = (
    select(search_matches("postgresql", SearchExpression(""), is_ranked=True))
    .limit(_MAX_MATCHES + 1)
    .subquery("found")
)
_MATCHES: Final = DriverStatement(
    select(
        func.count(),
        cast(func.array_agg(_FOUND.c.product_id), Text),
        cast(func.array_agg(_FOUND.c.score), Text),
    ).select_from(_FOUND),
    # The best plan depends on the words.
    is_prepared=False,
)

# The filters, the parts of the sample, and the categories in which they are.
_Sample = tuple[ProductFilter, int, tuple[CategoryId, ...]]


class RecentMatches:
    """Matches of searches that the index takes long to find, and candidates of facets.

    They are used again for some seconds. Meanwhile a product is found by the words, values and
    price that it had. Its listed fields are current. A sample has 10,000 products at most, and its
    candidates 160 KB.
    """

    def __init__(self, database: Database, seconds: float) -> None:
        self._database = database
        self._matches = RecentResults[SearchExpression, KnownMatches | None](seconds)
        self._candidates = RecentResults[_Sample, Candidates](seconds)
        self._seconds = seconds

    def with_candidates(self, counting: FacetCounting) -> FacetCounting:
        """Return `counting` with its candidates, if facets of another price can use them."""
        if not (self._seconds and counting.has_candidates):
            return replace(counting, candidates=None)
        of_any_price = counting.of_any_price()
        key = of_any_price.filters, counting.parts, tuple(counting.branch)
        found = self._candidates.get(key, lambda: (self._find_candidates(of_any_price), 0.0))
        return replace(counting, candidates=found)

    def _find_candidates(self, counting: FacetCounting) -> Candidates:
        rows = self._database.fetch(*FacetStatements(counting).find_candidates())
        return Candidates(
            ids={failed: _integers(ids) for failed, ids, _ in rows},
            prices={failed: _integers(prices) for failed, _, prices in rows},
        )

    def find(self, plan: SearchPlan, search: SearchExpression) -> KnownMatches | None:
        """The matches of a search; None if they are too many, or found quickly by the index."""
        if plan.matches > _MAX_MATCHES or plan.cost_of_index < _MIN_COST:
            return None
        return self._matches.get(search, lambda: (self._read(search), 0.0))

    def _read(self, search: SearchExpression) -> KnownMatches | None:
        parameters = search_parameters("postgresql", search)
        [[count, ids, scores]] = self._database.fetch(_MATCHES, parameters)
        return KnownMatches(ids or "{}", scores or "{}") if count <= _MAX_MATCHES else None


def _integers(written: str) -> Sequence[int]:
    """The elements of an array as PostgreSQL writes it, in 8 bytes each."""
    return array("q", map(int, written[1:-1].split(",")))
