"""Numbers of products, and of those on sale, by category and brand.

They are changed in the transaction that changes a product.
Counting a million products takes a fifth of a second, summing their counts a millisecond.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    cast,
    func,
    literal,
    select,
    union,
)

from novacart.adapters.persistence.catalog.category_branches import BRANCHES, HIDDEN, branch
from novacart.adapters.persistence.catalog.tables import brand_counts, brand_terms
from novacart.adapters.persistence.statements import DriverStatement, Row, rows_of_json
from novacart.adapters.persistence.upserts import conflict_insert
from novacart.application.search_terms import SearchTerm, facet_key, index_terms
from novacart.domain.catalog.product import Product
from novacart.domain.shared.ids import ProductId

NO_CATEGORY: Final = 0


# PostgreSQL sums integers to a decimal.
def total(count: ColumnElement[Any]) -> ColumnElement[int]:
    """The sum as an integer, zero of no rows."""
    return cast(func.coalesce(func.sum(count), 0), BigInteger)


_TOTAL: Final = total(brand_counts.c.products)
# The last code point: `term || _LAST` is after every text that begins with the term.
_LAST: Final = "\U0010ffff"


def _upsert(statement: Any) -> Any:  # noqa: ANN401 (the dialects' inserts have no common type)
    return statement.on_conflict_do_update(
        index_elements=list(brand_counts.primary_key),
        set_={
            name: brand_counts.c[name] + statement.excluded[name]
            for name in ("products", "on_sale")
        },
    ).returning(*brand_counts.c)


_COLUMNS: Final = [column.name for column in brand_counts.c]
_ADD: Final = DriverStatement(
    _upsert(
        conflict_insert("sqlite", brand_counts).values(
            {each.name: bindparam(each.name, type_=each.type) for each in brand_counts.c}
        )
    )
)
_ADD_JSON: Final = DriverStatement(
    _upsert(
        conflict_insert("postgresql", brand_counts).from_select(
            _COLUMNS, rows_of_json(brand_counts, _COLUMNS)
        )
    )
)
_ADD_TERMS: Final = {
    dialect: conflict_insert(dialect, brand_terms).on_conflict_do_nothing()
    for dialect in ("postgresql", "sqlite")
}


class Facet(NamedTuple):
    """What a product is counted under. `category_id` is `NO_CATEGORY` without one."""

    category_id: int
    brand_key: str
    brand: str


class BrandCounts:
    """Collects the changes of one transaction and writes them shortly before its commit.

    The counts are the last rows that a transaction locks, in the order of their keys. So two
    transactions can't wait for each other, and one that changes the same brand and category waits
    only for the other's commit.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._facets: dict[ProductId, tuple[Facet | None, bool]] = {}
        self._products: Counter[Facet] = Counter()
        self._on_sale: Counter[Facet] = Counter()

    def loaded(self, product: Product) -> None:
        """Remember under which facet a stored product is counted."""
        self._facets[product.id] = _facet(product), product.is_on_sale

    def saved(self, product: Product) -> None:
        """Count a product that was added or changed."""
        before, was_on_sale = self._facets.get(product.id, (None, False))
        after, is_on_sale = _facet(product), product.is_on_sale
        self._facets[product.id] = after, is_on_sale
        if before is not None:
            self._products[before] -= 1
            self._on_sale[before] -= was_on_sale
        if after is not None:
            self._products[after] += 1
            self._on_sale[after] += is_on_sale

    def write(self) -> None:
        """Write the collected changes. Nothing may be locked after this."""
        rows = [
            {**facet._asdict(), "products": delta, "on_sale": self._on_sale[facet]}
            for facet, delta in sorted(self._products.items())
            if delta or self._on_sale[facet]
        ]
        deltas = self._products.copy()
        self._products.clear()
        self._on_sale.clear()
        if not rows:
            return
        totals: Sequence[Row]
        if self._connection.dialect.name == "postgresql":
            parameters = {"rows": orjson.dumps(rows).decode()}
            totals = _ADD_JSON.fetch(self._connection, parameters)
        else:
            totals = [total for row in rows for total in _ADD.fetch(self._connection, row)]
        # The total of a new row is its change.
        add_terms(
            self._connection,
            (
                (facet.brand_key, facet.brand)
                for *names, products, _ in totals
                if products == deltas[facet := Facet(*names)]
            ),
        )


def add_terms(connection: Connection, brands: Iterable[tuple[str, str]]) -> None:
    """Store the terms by which suggestions find brands, given as (key, brand)."""
    if terms := brand_term_rows(brands):
        connection.execute(_ADD_TERMS[connection.dialect.name], terms)


def brand_term_rows(brands: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Rows of `brand_terms` of (key, brand), in the order of their keys."""
    pairs = {(term, key) for key, brand in brands for term in index_terms(brand)}
    return [{"term": term, "brand_key": key} for term, key in sorted(pairs)]


def count_of(
    category: str | None, keys: Sequence[str] = (), *, on_sale: bool | None = None
) -> Select[*tuple[Any, ...]]:
    """Select the number of listed products, in a category, of some brands, and on sale or not."""
    count = _TOTAL
    if on_sale is not None:
        reduced = brand_counts.c.on_sale
        count = total(reduced if on_sale else brand_counts.c.products - reduced)
    statement = select(count).where(counts_in(category))
    if not keys:
        return statement
    return statement.where(brand_counts.c.brand_key.in_([literal(key) for key in keys]))


def count_of_hidden() -> Select[int]:
    """Select the number of products in hidden categories."""
    return select(_TOTAL).where(brand_counts.c.category_id.in_(HIDDEN))


def spellings(category: str | ColumnElement[str] | None) -> Select[*tuple[Any, ...]]:
    """Select key, spelling and number of listed products of each brand."""
    return (
        select(brand_counts.c.brand_key, brand_counts.c.brand, _TOTAL)
        .where(counts_in(category), brand_counts.c.products > 0)
        .group_by(brand_counts.c.brand_key, brand_counts.c.brand)
    )


def term_ranges(terms: Sequence[SearchTerm]) -> dict[str, str]:
    """The parameters of `keys_in_ranges`: of texts that begin with the longest of `terms`."""
    longest = max(terms, key=lambda term: min(map(len, term)))
    return {
        name: value
        for number, prefix in enumerate(longest)
        for name, value in ((f"from_{number}", prefix), (f"to_{number}", prefix + _LAST))
    }


def keys_in_ranges(ranges: int, limit: int) -> Select[*tuple[Any, ...]]:
    """Select the keys of at most `limit` brands for each range of terms."""
    term = brand_terms.c.term
    # A subquery for each range, so that its limit ends the scan of the index.
    keys = [
        select(brand_terms.c.brand_key)
        .where(term >= bindparam(f"from_{number}"), term < bindparam(f"to_{number}"))
        .order_by(term, brand_terms.c.brand_key)
        .limit(limit)
        .subquery()
        for number in range(ranges)
    ]
    return select(union(*(select(each) for each in keys)).subquery())


def counts_by_category() -> Select[*tuple[Any, ...]]:
    """Select category and number of the products in its branch, if it has any."""
    return (
        select(BRANCHES.c.root_id, _TOTAL)
        .join_from(BRANCHES, brand_counts, brand_counts.c.category_id == BRANCHES.c.id)
        .group_by(BRANCHES.c.root_id)
    )


def counts_in(slug: str | ColumnElement[str] | None) -> ColumnElement[bool]:
    """Whether a count is of listed products, and in the branch of the category of this slug."""
    category_id = brand_counts.c.category_id
    return category_id.not_in(HIDDEN) if slug is None else category_id.in_(branch(slug))


def _facet(product: Product) -> Facet | None:
    if product.is_archived:
        return None
    details = product.details
    return Facet(details.category_id or NO_CATEGORY, facet_key(details.brand), details.brand)
