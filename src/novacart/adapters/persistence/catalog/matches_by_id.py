"""Products that match a frequent search on PostgreSQL, those with the highest ids first.

New products have higher ids, unless a file names others, so the newest are first. The search index
is read in the order of its key, which takes a quarter of the time of looking up each product of a
list in it.
"""

from functools import lru_cache
from typing import Final

from sqlalchemy import (
    BigInteger,
    Text,
    TextClause,
    bindparam,
    column,
    literal_column,
    select,
    text,
    true,
)

from novacart.adapters.persistence.catalog.list_conditions import IS_LISTED
from novacart.adapters.persistence.catalog.mapper import HAS_STOCK_LEVEL, LISTED_COLUMNS
from novacart.adapters.persistence.catalog.search_conditions import (
    SearchExpression,
    search_parameters,
)
from novacart.adapters.persistence.catalog.tables import products, stock_levels
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import DriverStatement, Row
from novacart.application.catalog.queries import ListPosition

_MAX_ID: Final = 2**63 - 1
_LATEST: Final = """
    SELECT product_id, words FROM product_search WHERE product_id < :before
    ORDER BY product_id DESC LIMIT :count
"""
# In a subquery, so that a plan for all parameters converts them once.
_MATCHES: Final = "words @@ (SELECT CAST(:terms AS tsquery))"
_BY_EXAMINING: Final = f"SELECT product_id FROM ({_LATEST}) AS latest WHERE {_MATCHES}"  # noqa: S608 (constants)
# OFFSET 0 keeps the planner from examining the products in their order.
_BY_INDEX: Final = """
    SELECT product_id FROM (
        SELECT product_id FROM product_search
        WHERE words @@ CAST(:indexed AS tsquery) AND (words @@ CAST(:terms AS tsquery)) IS TRUE
        OFFSET 0
    ) AS found WHERE product_id < :before
"""
_HAS_MORE: Final = DriverStatement(
    text(f"SELECT product_id FROM ({_LATEST}) AS latest OFFSET :count - 1").bindparams(  # noqa: S608 (constants)
        bindparam("before", type_=BigInteger), bindparam("count", type_=BigInteger)
    ),
    generic_plan=True,
)


def find_highest_ids(
    database: Database,
    search: SearchExpression,
    limit: int,
    after: ListPosition | None,
    *,
    examined: int | None,
) -> list[Row]:
    """Find `limit` listed products after a position, and one more if there is a next page.

    Rows have the `LISTED_COLUMNS` and the id as sort key. `examined` is the number of products that
    are examined before the index is read; without it, the index is read at once.
    """
    before = _MAX_ID if after is None else after.id
    parameters = {**search_parameters("postgresql", search), "before": before}
    if examined is not None:
        latest = {"before": before, "count": examined}
        rows = database.fetch(_by_examining(limit), {"terms": search.terms, **latest})
        if len(rows) > limit or not database.fetch(_HAS_MORE, latest):
            return rows
    return database.fetch(_by_index(limit), parameters)


@lru_cache
def _by_examining(limit: int) -> DriverStatement:
    matches = text(_BY_EXAMINING).bindparams(
        bindparam("before", type_=BigInteger),
        bindparam("count", type_=BigInteger),
        bindparam("terms", type_=Text),
    )
    return _listed(matches, limit, generic_plan=True)


@lru_cache
def _by_index(limit: int) -> DriverStatement:
    matches = text(_BY_INDEX).bindparams(
        bindparam("before", type_=BigInteger),
        bindparam("indexed", type_=Text),
        bindparam("terms", type_=Text),
    )
    # The best plan depends on the words.
    return _listed(matches, limit, is_prepared=False)


def _listed(
    matches: TextClause, limit: int, *, generic_plan: bool = False, is_prepared: bool = True
) -> DriverStatement:
    """Select the listed products of a statement that selects ids."""
    found = matches.columns(column("product_id", BigInteger)).subquery("matches")
    # A subquery for each match, so that no more of them are read than the page needs.
    each = select(products.c.id).where(products.c.id == found.c.product_id, IS_LISTED)
    listed = each.correlate(found).offset(0).lateral("listed")
    page = (
        select(found.c.product_id)
        .select_from(found.join(listed, true()))
        .order_by(found.c.product_id.desc())
        .limit(literal_column(str(limit + 1)))
        .subquery("page")
    )
    return DriverStatement(
        select(*LISTED_COLUMNS, page.c.product_id)
        .join_from(page, products, products.c.id == page.c.product_id)
        .join(stock_levels, HAS_STOCK_LEVEL)
        .order_by(page.c.product_id.desc()),
        generic_plan=generic_plan,
        is_prepared=is_prepared,
    )
