"""Candidates of facets on PostgreSQL, which may be some seconds old.

They are those products of the categories, or of a sample of them, that pass all filters of a list,
or all but one, at any price and stock. Only these can count for any facet, so facets of another
price don't look up values, words and tags again. The price and stock of each are read again, so a
product is not counted if it became dearer, was archived or is sold out.
"""

from array import array
from collections.abc import Sequence
from dataclasses import replace

from novacart.adapters.persistence.catalog.facet_counting import Candidates, FacetCounting
from novacart.adapters.persistence.catalog.facet_statements import FacetStatements
from novacart.adapters.persistence.catalog.recent_results import RecentResults
from novacart.adapters.persistence.database import Database
from novacart.application.catalog.queries import ProductFilter
from novacart.domain.shared.ids import CategoryId

# The filters, the parts of the sample, and the categories in which they are.
_Sample = tuple[ProductFilter, int, tuple[CategoryId, ...]]


class RecentCandidates:
    """Candidates of counts. A sample has 10,000 products at most, and its candidates 160 KB."""

    def __init__(self, database: Database, seconds: float) -> None:
        self._database = database
        self._seconds = seconds
        self._candidates = RecentResults[_Sample, Candidates](seconds)

    def added_to(self, counting: FacetCounting) -> FacetCounting:
        """Return `counting` with its candidates, if facets of another price can use them."""
        if not (self._seconds and counting.has_candidates):
            return replace(counting, candidates=None)
        return replace(counting, candidates=self.of_any_price(counting))

    def of_any_price(self, counting: FacetCounting) -> Candidates:
        """The candidates of a counting at any price and stock."""
        of_any_price = counting.of_any_price()
        key = of_any_price.filters, counting.parts, tuple(counting.branch)
        return self._candidates.get(key, lambda: (self._find(of_any_price), 0.0))

    def _find(self, counting: FacetCounting) -> Candidates:
        rows = self._database.fetch(*FacetStatements(counting).find_candidates())
        return Candidates(
            ids={failed: _integers(ids) for failed, ids, _ in rows},
            prices={failed: _integers(prices) for failed, _, prices in rows},
        )


def _integers(written: str) -> Sequence[int]:
    """The elements of an array as PostgreSQL writes it, in 8 bytes each."""
    return array("q", map(int, written[1:-1].split(",")))
