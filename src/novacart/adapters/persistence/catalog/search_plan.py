"""How PostgreSQL finds the products that match a search.

An inverted index returns all matches at once. For a word in 100,000 products that takes a tenth of
a second, so frequent words are looked up in the products of the list instead, in its order, until
the page is full. PostgreSQL's planner can't choose between the two: its statistics do not cover
prefixes, or words that exclude each other. So a sample of the search index shows how frequent a
search is, and each statement has one way to be executed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from time import monotonic
from typing import Final

from sqlalchemy import text

from novacart.adapters.persistence.catalog.search_conditions import SearchExpression
from novacart.adapters.persistence.catalog.search_index import match_expression
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import DriverStatement
from novacart.application.search_terms import SearchTerm

# Pages of the sample, and the most products in it.
_PAGES: Final = 50
_ROWS: Final = 1000
# Reading a match by the index takes about as long as examining two products in order, 5 µs; reading
# an entry of each looked-up term, before those of several terms are intersected, 0.07 µs, or 0.3 µs
# if the term is a prefix of a hundred words.
_COST_OF_MATCH: Final = 2
_COST_OF_ENTRY: Final = 0.03
_MIN_EXAMINED: Final = 5000
# A term is rare in up to this share of the products, and in this many.
_RARE: Final = 0.005
_ALWAYS_RARE: Final = 1000
# With a rare term, the index also looks up terms that are up to so many times as frequent. Reading
# their entries takes less time than reading each product with the rare term.
_LOOKED_UP: Final = 10
# A plan that PostgreSQL makes for fewer products may read whole tables. It is kept until they are
# analyzed, a minute after an import has begun to fill them.
_MIN_KEPT: Final = 5_000
_SAMPLE_SIZE: Final = f"""
    greatest(1.0, pg_relation_size('product_search')::float8
        / ({_PAGES} * current_setting('block_size')::integer))
"""


def rows_of_pages(count: int) -> str:
    """A statement that selects the products of about `count` random pages of the search index.

    They are the same pages at each call, as long as the table keeps its size.
    """
    return f"""
        SELECT product_id, words FROM product_search TABLESAMPLE SYSTEM (
            (SELECT least(100.0, 100.0 * {count} * current_setting('block_size')::integer
                / greatest(pg_relation_size('product_search'), 1)))
        ) REPEATABLE (1)
    """  # noqa: S608 (constants)


SAMPLE: Final = f"{rows_of_pages(_PAGES)} LIMIT {_ROWS}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPlan:
    """Estimated numbers of products, of those that match, and that match with their title.

    `terms` are compared with a product in this order, the rarest first, which most products lack.
    `is_rare` if a term is so rare that every product with it can be read; `indexed` is then this
    term with others that are not much more frequent, and otherwise all of them. `entries` are those
    of the index that it reads for `indexed`, and `found` are the products that it finds, each of
    which is read.
    """

    terms: Sequence[SearchTerm]
    indexed: str
    is_rare: bool
    products: float
    entries: float
    found: float
    matches: float
    title_matches: float

    def is_frequent(self, limit: int) -> bool:
        """Whether `limit` matches are found sooner by examining products in their order."""
        return self.matches > 0 and limit * self.products / self.matches < self.cost_of_index

    def has_frequent_titles(self, limit: int) -> bool:
        """Whether `limit` matches in titles are found among few products."""
        return limit * self.products < self.title_matches * _MIN_EXAMINED

    def products_to_examine(self) -> int:
        """The number of products that are examined before the index is read.

        Usually a page is full after far fewer. But products with a word may be far down the list:
        after an import of many others, or at higher prices.
        """
        return max(_MIN_EXAMINED, ceil(self.cost_of_index))

    @property
    def cost_of_index(self) -> float:
        """The number of products that take as long to examine as the index to read."""
        return _COST_OF_MATCH * self.found + _COST_OF_ENTRY * self.entries

    @property
    def can_be_kept(self) -> bool:
        """Whether PostgreSQL may keep its own plan: the shop is large enough to read by indexes."""
        return self.products >= _MIN_KEPT

    def search(self) -> SearchExpression:
        """The products that match."""
        return self._expression(self._matching())

    def search_titles(self) -> SearchExpression:
        """The products that match with their title."""
        return self._expression(self._in_title())

    def search_others(self) -> SearchExpression:
        """The other products that match."""
        return self._expression(f"{self._matching()} & !({self._in_title()})")

    def _expression(self, terms: str) -> SearchExpression:
        return SearchExpression(terms, self.indexed)

    def _matching(self) -> str:
        return match_expression("postgresql", self.terms)

    def _in_title(self) -> str:
        return match_expression("postgresql", self.terms, within="title")


class SearchPlans:
    """Plans of searches, each cached for `CACHE_SECONDS`.

    A plan that is out of date takes longer, but finds the same products. By relevance it can list
    them in another order, which all pages of the list then have.
    """

    CACHE_SECONDS: Final = 30.0
    MAX_CACHED: Final = 1_000

    def __init__(self, database: Database, clock: Callable[[], float] = monotonic) -> None:
        """`clock` returns seconds, as `time.monotonic`."""
        self._database = database
        self._clock = clock
        self._cached: dict[tuple[SearchTerm, ...], tuple[float, SearchPlan]] = {}

    def plan(self, terms: Sequence[SearchTerm]) -> SearchPlan:
        """Estimate how many products match, by a sample of about a thousand."""
        key, now = tuple(terms), self._clock()
        made_at, plan = self._cached.get(key, (0.0, None))
        if plan is None or now - made_at >= self.CACHE_SECONDS:
            if len(self._cached) >= self.MAX_CACHED:
                self._cached.clear()
            plan = _plan(self._database, terms)
            self._cached[key] = now, plan
        return plan


def _plan(database: Database, terms: Sequence[SearchTerm]) -> SearchPlan:
    expressions = [
        match_expression("postgresql", terms),
        match_expression("postgresql", terms, within="title"),
        *(match_expression("postgresql", [term]) for term in terms),
    ]
    parameters = {f"term_{number}": each for number, each in enumerate(expressions)}
    [row] = database.fetch(_estimate(len(expressions)), parameters)
    factor, rows, matches, title_matches, *by_term = row
    rarest_first = sorted(zip(by_term, terms, strict=True), key=lambda pair: pair[0])
    fewest = rarest_first[0][0]
    is_rare = fewest <= max(_RARE * rows, _ALWAYS_RARE / factor)
    most = _LOOKED_UP * max(fewest, 1)
    looked_up = [pair for pair in rarest_first if pair[0] <= most] if is_rare else rarest_first
    return SearchPlan(
        terms=[term for _, term in rarest_first],
        indexed=match_expression("postgresql", [term for _, term in looked_up]),
        is_rare=is_rare,
        products=rows * factor,
        entries=sum(count for count, _ in looked_up) * factor,
        found=(matches if len(looked_up) == len(terms) else fewest) * factor,
        matches=matches * factor,
        title_matches=title_matches * factor,
    )


@lru_cache
def _estimate(expressions: int) -> DriverStatement:
    """Select how much larger the table is than the sample, and the numbers of matches."""
    counts = ", ".join(
        f"count(*) FILTER (WHERE words @@ CAST(:term_{number} AS tsquery))"
        for number in range(expressions)
    )
    return DriverStatement(
        text(f"SELECT {_SAMPLE_SIZE}, count(*), {counts} FROM ({SAMPLE}) AS sample")  # noqa: S608
    )
