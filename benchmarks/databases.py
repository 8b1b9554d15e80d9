"""Databases of a benchmark, and copies of them for a checkout with another schema."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from tests.support.postgres import PostgresServer

DATABASES: Final = ("sqlite", "postgresql")
# The server of the tests runs without fsync and autovacuum; a shop must not.
_DURABLE: Final = {
    "fsync": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "shared_buffers": "512MB",
}
# What the scenarios use, in the order of the foreign keys.
_TABLES: Final = (
    "categories",
    "products",
    "product_search",
    "product_options",
    "option_values",
    "variants",
    "stock_levels",
    "stock_movements",
    "users",
    "token_families",
    "addresses",
    "carts",
    "cart_lines",
    "orders",
    "order_lines",
    "order_history",
)
_SQLITE_COUNTER: Final = "identity_counter"
# Before variants, stock, carts and orders had the id of the product, which is that of its default
# variant in the benchmarks.
_EARLIER_NAMES: Final = {"product_id": "variant_id"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkDatabase:
    """An empty database; `server` is the first process of PostgreSQL, None on SQLite."""

    dialect: str
    url: str
    server: int | None = None

    @property
    def processes(self) -> dict[str, int]:
        return {} if self.server is None else {"database": self.server}

    def sibling(self, name: str) -> "BenchmarkDatabase":
        """Create another empty database, in the same server or folder."""
        parsed = make_url(self.url)
        if self.dialect == "sqlite":
            path = Path(parsed.database or "").with_name(f"{name}.sqlite3")
            return BenchmarkDatabase(dialect=self.dialect, url=f"sqlite:///{path}")
        with psycopg.connect(_address(self.url), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = parsed.set(database=name).render_as_string(hide_password=False)
        return BenchmarkDatabase(dialect=self.dialect, url=url, server=self.server)

    def refresh_statistics(self) -> None:
        """Run VACUUM and ANALYZE, as autovacuum does after a while."""
        with self.connection() as execute:
            if self.dialect == "sqlite":
                execute("ANALYZE")
            else:
                execute("VACUUM (ANALYZE)")
                execute("CHECKPOINT")

    @contextmanager
    def connection(self) -> Iterator[Callable[[str], int]]:
        """Connect; yield a function that executes a statement and returns the first value."""
        if self.dialect == "sqlite":
            path = make_url(self.url).database or ""
            with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as sqlite:
                yield lambda statement: _first(sqlite.execute(statement))
            return
        with psycopg.connect(_address(self.url), autocommit=True) as postgresql:
            yield lambda statement: _first(postgresql.execute(statement.encode()))


def _first(cursor: Any) -> int:  # noqa: ANN401 (of either driver)
    row = cursor.fetchone() if cursor.description else None
    return row[0] if row else 0


@contextmanager
def running_database(dialect: str, folder: Path) -> Iterator[BenchmarkDatabase]:
    """Create a database in `folder`; PostgreSQL is started for it, with fsync on."""
    if dialect == "sqlite":
        yield BenchmarkDatabase(dialect=dialect, url=f"sqlite:///{folder}/shop.sqlite3")
        return
    server = PostgresServer(folder / "postgres", settings=_DURABLE)
    try:
        server.start()
        yield BenchmarkDatabase(dialect=dialect, url=server.url(), server=server.pid)
    finally:
        server.stop()


def copy_rows(source: BenchmarkDatabase, target: BenchmarkDatabase) -> None:
    """Copy the shop's rows into an empty schema, which may lack columns of the source.

    Columns that only the target has receive their defaults.
    """
    if source.dialect == "sqlite":
        _copy_sqlite(make_url(source.url).database or "", make_url(target.url).database or "")
    else:
        _copy_postgresql(_address(source.url), _address(target.url))


def _copy_sqlite(source: str, target: str) -> None:
    connection = sqlite3.connect(target)
    try:
        connection.execute("ATTACH ? AS source", (source,))
        with connection:
            for table in (*_TABLES, _SQLITE_COUNTER):
                available, names = (
                    [
                        name
                        for (name,) in connection.execute(
                            "SELECT name FROM pragma_table_info(?, ?)", (table, schema)
                        )
                    ]
                    for schema in ("source", "main")
                )
                columns = _matching_columns(names, available)
                if not columns:
                    continue
                if table == "product_search":
                    columns["rowid"] = "rowid"
                connection.execute(
                    f"INSERT OR REPLACE INTO main.{table} ({', '.join(columns)})"  # noqa: S608 (names from the schema)
                    f" SELECT {', '.join(columns.values())} FROM source.{table}"
                )
    finally:
        connection.close()


def _copy_postgresql(source: str, target: str) -> None:
    with psycopg.connect(source) as reader, psycopg.connect(target) as writer:
        # Rows may refer to rows that are not copied.
        writer.execute("SET session_replication_role = replica")
        for table in _TABLES:
            columns = _matching_columns(_columns(writer, table), _columns(reader, table))
            if not columns:
                continue
            selected = (
                sql.SQL("COPY {} ({}) {}").format(
                    sql.Identifier(table),
                    sql.SQL(", ").join(map(sql.Identifier, names)),
                    sql.SQL(direction),
                )
                for names, direction in (
                    (columns.values(), "TO STDOUT"),
                    (columns.keys(), "FROM STDIN"),
                )
            )
            with (
                reader.cursor().copy(next(selected)) as rows,
                writer.cursor().copy(next(selected)) as copied,
            ):
                for block in rows:
                    copied.write(block)
            if "id" in columns:
                writer.execute(
                    sql.SQL(
                        "SELECT setval(pg_get_serial_sequence({name}, 'id'), max(id)) FROM {table}"
                    ).format(name=sql.Literal(table), table=sql.Identifier(table))
                )
        last = reader.execute("SELECT nextval('identities')").fetchone()
        assert last is not None
        writer.execute("SELECT setval('identities', %s)", last)


def _matching_columns(names: Sequence[str], available: Sequence[str]) -> dict[str, str]:
    """Return the columns of a table that have a source, with the name of the source."""
    sources = {name: name for name in available}
    for earlier, name in _EARLIER_NAMES.items():
        if name in sources:
            sources.setdefault(earlier, name)
    return {name: sources[name] for name in names if name in sources}


def _columns(connection: psycopg.Connection[tuple[Any, ...]], table: str) -> list[str]:
    rows = connection.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND table_name = %s AND is_generated = 'NEVER'"
        " ORDER BY ordinal_position",
        (table,),
    )
    return [name for (name,) in rows]


def _address(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
