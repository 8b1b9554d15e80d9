"""Products that match a search on PostgreSQL, which may be some seconds old."""

from typing import Final

from sqlalchemy import Text, cast, func, select

from novacart.adapters.persistence.catalog.recent_results import RecentResults
from novacart.adapters.persistence.catalog.search_conditions import (
    KnownMatches,
    SearchExpression,
    search_matches,
    search_parameters,
)
from novacart.adapters.persistence.catalog.search_plan import SearchPlan
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import DriverStatement

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


class RecentMatches:
    """Matches of searches that the index takes long to find, used again for some seconds.

    Meanwhile a product is found by the words that it had. Its listed fields are current.
    """

    def __init__(self, database: Database, seconds: float) -> None:
        self._database = database
        self._matches = RecentResults[SearchExpression, KnownMatches | None](seconds)

    def find(self, plan: SearchPlan, search: SearchExpression) -> KnownMatches | None:
        """The matches of a search; None if they are too many, or found quickly by the index."""
        if plan.matches > _MAX_MATCHES or plan.cost_of_index < _MIN_COST:
            return None
        return self._matches.get(search, lambda: (self._read(search), 0.0))

    def _read(self, search: SearchExpression) -> KnownMatches | None:
        parameters = search_parameters("postgresql", search)
        [[count, ids, scores]] = self._database.fetch(_MATCHES, parameters)
        return KnownMatches(ids or "{}", scores or "{}") if count <= _MAX_MATCHES else None
