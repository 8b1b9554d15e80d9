"""Fold and split searched texts by one rule, and give brands a key.

The search index and the search texts of orders are computed again, in batches.
"""

# Statements contain names from this file only.
# ruff: noqa: S608

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from unicodedata import category, normalize

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Row

from novacart.application.search_terms import facet_key, index_terms

revision = "0009"
down_revision: str | None = "0008"
branch_labels: str | None = None
depends_on: str | None = None

_BATCH_SIZE = 1000
_MAX_POSITION = 16_383
_MAX_POSITIONS = 200
_MAX_BODY_TERMS = 3_000
_ARCHIVED = "~"
_PRODUCTS = "SELECT id, title, subtitle, description, brand, author, sku, archived_at FROM products"
_BRAND_INDEXES = {
    "ix_products_brand_price": ("price_minor", "id"),
    "ix_products_brand_newest": ("created_at", "id"),
}
_IS_ACTIVE = sa.text("archived_at IS NULL")

Terms = dict[str, list[str]]


def upgrade() -> None:
    op.add_column("products", sa.Column("brand_key", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "categories", sa.Column("search_text", sa.Text(), nullable=False, server_default="")
    )
    _update("products", "brand", lambda row: {"brand_key": facet_key(row.brand)})
    _update("categories", "name", lambda row: {"search_text": " ".join(index_terms(row.name))})
    _update(
        "order_lines",
        "title, subtitle",
        lambda row: {"search_text": " ".join(index_terms(f"{row.title} | {row.subtitle}"))},
    )
    _replace_brand_indexes("brand_key")
    op.create_index(
        "ix_products_facets",
        "products",
        ["brand_key", "brand", "category_id", "archived_at"],
        sqlite_where=_IS_ACTIVE,
        postgresql_where=_IS_ACTIVE,
    )
    _empty_index("L* N* M* P* S* C*")
    _fill_index(_PRODUCTS, _terms)


def downgrade() -> None:
    _empty_index("L* N* M* Co")
    _fill_index(f"{_PRODUCTS} WHERE archived_at IS NULL", _terms_before)
    op.drop_index("ix_products_facets", "products")
    _replace_brand_indexes("brand")
    _update(
        "order_lines",
        "title, subtitle",
        lambda row: {"search_text": f"{row.title}\n{row.subtitle}".casefold()},
    )
    op.drop_column("categories", "search_text")
    op.drop_column("products", "brand_key")


def _replace_brand_indexes(column: str) -> None:
    indexes = {name: (column, *columns) for name, columns in _BRAND_INDEXES.items()}
    indexes["ix_products_category_brand"] = ("category_id", column, "price_minor", "id")
    for name, columns in indexes.items():
        op.drop_index(name, "products")
        op.create_index(
            name, "products", columns, sqlite_where=_IS_ACTIVE, postgresql_where=_IS_ACTIVE
        )


def _batches(query: str) -> Iterator[list[Row[Any]]]:
    """The rows of a query with a column `id`, in batches by id."""
    connection = op.get_bind()
    last = 0
    while True:
        rows = connection.execute(
            sa.text(f"SELECT * FROM ({query}) AS q WHERE id > :last ORDER BY id LIMIT :size"),
            {"last": last, "size": _BATCH_SIZE},
        ).all()
        if not rows:
            return
        yield list(rows)
        last = rows[-1].id


def _update(table: str, columns: str, values: Callable[[Row[Any]], Mapping[str, str]]) -> None:
    for rows in _batches(f"SELECT id, {columns} FROM {table}"):
        changes = [{"key": row.id, **values(row)} for row in rows]
        assignments = ", ".join(f"{name} = :{name}" for name in changes[0] if name != "key")
        op.get_bind().execute(sa.text(f"UPDATE {table} SET {assignments} WHERE id = :key"), changes)


def _empty_index(sqlite_categories: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DELETE FROM product_search")
        return
    op.execute("DROP TABLE product_search")
    op.execute(f"""CREATE VIRTUAL TABLE product_search USING fts5 (
            title, maker, body, prefix = '1 2 3',
            tokenize = "unicode61 remove_diacritics 0 categories '{sqlite_categories}'")""")


def _fill_index(query: str, terms: Callable[[Row[Any]], Terms]) -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    statement = sa.text(
        "INSERT INTO product_search (rowid, title, maker, body) VALUES (:id, :title, :maker, :body)"
        if is_sqlite
        else "INSERT INTO product_search (product_id, words)"
        " VALUES (:id, CAST(:vector AS tsvector))"
    )
    for rows in _batches(query):
        entries: list[dict[str, Any]] = []
        for row in rows:
            parts = terms(row)
            if is_sqlite:
                entries.append({"id": row.id} | {name: " ".join(parts[name]) for name in parts})
            else:
                entries.append({"id": row.id, "vector": _vector(parts)})
        op.get_bind().execute(statement, entries)


def _vector(parts: Terms) -> str:
    positions: dict[str, list[str]] = {}
    position = 0
    for part, weight in zip(parts.values(), "ABD", strict=True):
        for term in part:
            position = min(position + 1, _MAX_POSITION)
            positions.setdefault(term, []).append(f"{position}{weight}")
    return " ".join(f"'{term}':{','.join(at[:_MAX_POSITIONS])}" for term, at in positions.items())


def _terms(row: Row[Any]) -> Terms:
    mark = _ARCHIVED if row.archived_at is not None else ""
    body = index_terms(f"{row.sku or ''} | {row.subtitle} | {row.description}", join_words=False)
    parts = {
        "title": index_terms(row.title),
        "maker": index_terms(f"{row.brand} | {row.author or ''}"),
        "body": body[:_MAX_BODY_TERMS],
    }
    return {name: [mark + term for term in part] for name, part in parts.items()}


def _terms_before(row: Row[Any]) -> Terms:
    """The words that the release before indexed."""

    def words(text: str) -> list[str]:
        plain = "".join(
            letter for letter in normalize("NFKD", text) if not "\u0300" <= letter <= "\u036f"
        )
        folded = normalize("NFC", plain.casefold())
        spaced = "".join(letter if category(letter)[0] in "LNM" else " " for letter in folded)
        return [word[:40] for word in spaced.split()]

    return {
        "title": words(row.title),
        "maker": words(f"{row.brand} {row.author or ''}"),
        "body": words(f"{row.sku or ''} {row.subtitle} {row.description}")[:_MAX_BODY_TERMS],
    }
