"""Conditions on the words of products in SQL, and their parameters.

SQLite has the words in a table of FTS5, PostgreSQL in a `tsvector` for each product. `search_index`
writes both, and makes the expressions that are compared with them.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    BigInteger,
    ColumnClause,
    Select,
    TextClause,
    any_,
    column,
    func,
    select,
    table,
    text,
)
from sqlalchemy.sql.selectable import Subquery

# A score is an integer, so that a cursor can carry it and compare it exactly. Words of the
# title weigh most, then brand and author, then subtitle and description.
_SEARCH: Final = {
    "sqlite": "SELECT rowid AS product_id, {score} AS score FROM product_search"
    " WHERE product_search MATCH :terms",
    # IS TRUE, so that only the first condition is looked up in the index.
    "postgresql": "SELECT product_id, {score} AS score FROM product_search"
    " WHERE words @@ CAST(:indexed AS tsquery) AND (words @@ CAST(:terms AS tsquery)) IS TRUE",
}
_SCORE: Final = {
    "sqlite": "CAST(-1000000 * bm25(product_search, 10.0, 4.0, 1.0) AS INTEGER)",
    "postgresql": "CAST(1000000 * ts_rank('{0.1, 0.1, 0.4, 1.0}', words, "
    "CAST(:terms AS tsquery), 1) AS bigint)",
}
# Sorted first, so that a page by relevance reads only as many products as it needs.
_KNOWN: Final = """
    SELECT product_id, score
    FROM unnest(CAST(:known_ids AS bigint[]), CAST(:known_scores AS bigint[]))
        AS known (product_id, score)
    ORDER BY score DESC, product_id DESC OFFSET 0
"""


@dataclass(frozen=True, slots=True)
class SearchExpression:
    """What products have to match.

    `indexed` is a condition that is part of `terms`, for PostgreSQL to look up in the index; by
    default all of them.
    """

    terms: str
    indexed: str = ""


@dataclass(frozen=True, slots=True)
class KnownMatches:
    """Products that match a search, and their scores: arrays as PostgreSQL writes them."""

    ids: str
    scores: str


def search_parameters(dialect: str, search: SearchExpression | KnownMatches) -> dict[str, object]:
    """The parameters of conditions on words, or of the products that match them."""
    if isinstance(search, KnownMatches):
        return {"known_ids": search.ids, "known_scores": search.scores}
    parameters: dict[str, object] = {"terms": search.terms}
    if dialect == "postgresql":
        parameters["indexed"] = search.indexed or search.terms
    return parameters


def words_match(product_id: str, terms: str) -> TextClause:
    """Whether the words of each product match on PostgreSQL, which then reads no other products."""
    match = text(
        # In a subquery, so that a plan for all parameters converts them once.
        "(SELECT words @@ (SELECT CAST(:terms AS tsquery)) FROM product_search"  # noqa: S608 (a column)
        f" WHERE product_search.product_id = {product_id})"
    )
    return match.bindparams(terms=terms)


def matching_words(product_ids: Select[int], terms: str) -> Select[int]:
    """Select those of some products whose words match on PostgreSQL, as `product_id`.

    An array of the ids is read in the order of the index, in a quarter of the time that looking up
    each product takes.
    """
    # IS TRUE, so that the words are not looked up in their index.
    matches = text("(words @@ CAST(:terms AS tsquery)) IS TRUE").bindparams(terms=terms)
    product_id: ColumnClause[int] = column("product_id", BigInteger)
    is_one = product_id == any_(func.array(product_ids.scalar_subquery()))
    return select(product_id).select_from(table("product_search")).where(is_one, matches)


def search_matches(
    dialect: str, search: SearchExpression | KnownMatches, *, is_ranked: bool = False
) -> Subquery:
    """The products that a search finds, as `product_id`, with their `score`."""
    sql = _KNOWN
    if isinstance(search, SearchExpression):
        sql = _SEARCH[dialect].replace("{score}", _SCORE[dialect] if is_ranked else "0")
    return (
        text(sql)
        .bindparams(**search_parameters(dialect, search))
        .columns(column("product_id", BigInteger), column("score", BigInteger))
        .subquery("search")
    )
