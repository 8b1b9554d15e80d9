"""DDL of the full-text search index, which SQLAlchemy's tables can't express.

The application folds texts and splits them into terms before they are indexed, so that both
databases find the same products: SQLite's tokenizer only splits at spaces, and PostgreSQL
receives finished vectors.
"""

from typing import Final

from sqlalchemy import DDL, Table, event

CREATE_SEARCH: Final[dict[str, tuple[str, ...]]] = {
    "sqlite": (
        """CREATE VIRTUAL TABLE product_search USING fts5 (
            title, maker, body, prefix = '1 2 3',
            tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* P* S* C*'")""",
    ),
    "postgresql": (
        """CREATE TABLE product_search (
            product_id BIGINT NOT NULL CONSTRAINT pk_product_search PRIMARY KEY
                CONSTRAINT fk_product_search_product_id REFERENCES products (id),
            words TSVECTOR NOT NULL)""",
        "CREATE INDEX ix_product_search_words ON product_search USING gin (words)",
    ),
}
DROP_SEARCH: Final = "DROP TABLE IF EXISTS product_search"


def attach_search_index(products: Table) -> None:
    """Create and drop the search index together with the table `products`."""
    for dialect, statements in CREATE_SEARCH.items():
        for statement in statements:
            event.listen(products, "after_create", _ddl(statement).execute_if(dialect=dialect))
    event.listen(products, "before_drop", _ddl(DROP_SEARCH))


def _ddl(statement: str) -> DDL:
    return DDL(statement)  # type: ignore[no-untyped-call]
