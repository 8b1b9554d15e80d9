"""Generate two years of orders in a PostgreSQL shop, in minutes.

The rows are inserted by SQL in batches. Indexes, foreign keys and unique constraints are dropped
before and created after, so that the database checks every row. The daily sales figures are
computed by the application.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from benchmarks import order_statements as statements
from benchmarks.progress import Progress
from novacart.application.back_office.count_sales import COUNTED_AFTER
from novacart.application.ports.sales_figures import SalesFigures

SPAN: Final = timedelta(days=730)
_BATCH: Final = 50_000
_IDS_EACH: Final = 6
_ORDERS_EACH: Final = 10
_SEED: Final = 0.4711
_ADDRESS: Final = {
    "source_id": 1,
    "name": "Asha Example",
    "mobile": "9000000000",
    "pincode": "560001",
    "state": "Karnataka",
    "district": "Bengaluru",
    "town": "Bengaluru",
    "house_number": "12",
    "address": "Example Street",
    "address_type": "HOME",
}
_CONSTRAINTS: Final = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE contype = %s AND connamespace = current_schema()::regnamespace
    AND conrelid::regclass::text = ANY(%s) ORDER BY conname
"""
_INDEXES: Final = """
    SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
    FROM pg_index i
    WHERE i.indrelid::regclass::text = ANY(%s)
    AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
    ORDER BY 1
"""

_Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """The generated data: customers have the user ids from `first_user` on."""

    orders: int
    customers: int
    first_user: int
    opened: datetime
    now: datetime


def generate_orders(url: str, orders: int, progress: Progress) -> Generated:
    """Fill the shop at `url`, which has products and no orders, with `orders` orders.

    The last ones are placed now. Half of them have two lines, half three; 65% are paid online, 9%
    are cancelled, and about 4% of the old ones paid online are refunded, in full or in part.
    """
    with _connected(url) as connection:
        for setting in ("synchronous_commit = off", "maintenance_work_mem = '512MB'"):
            connection.execute(f"SET {setting}".encode())
        connection.execute("SELECT setseed(%s)", (_SEED,))
        restore = _drop_indexes(connection)
        generated = _write(connection, orders, progress)
        with progress.step("indexes and foreign keys", len(restore)) as advance:
            for statement in restore:
                connection.execute(statement)
                advance(1)
        with progress.step("vacuum", len(statements.TABLES)) as advance:
            for table in (*statements.TABLES, "stock_levels"):
                connection.execute(
                    sql.SQL("VACUUM (ANALYZE, FREEZE) {}").format(sql.Identifier(table))
                )
                advance(1)
    return generated


def count_days(figures: SalesFigures, now: datetime, progress: Progress) -> int:
    """Compute the sales figures of all past days, as the worker does; return their number."""
    days = figures.uncounted(until=(now - COUNTED_AFTER).date(), limit=10_000)
    with progress.step(f"{len(days)} days counted", len(days)) as advance:
        for day in days:
            figures.count(day, at=now)
            advance(1)
    return len(days)


def refresh_statistics(url: str) -> None:
    """Run VACUUM and ANALYZE, as autovacuum does after a while."""
    with _connected(url) as connection:
        connection.execute("VACUUM (ANALYZE)")


def _write(connection: _Connection, orders: int, progress: Progress) -> Generated:
    customers = max(orders // _ORDERS_EACH, 1)
    now = datetime.now(UTC)
    first_user = _take_ids(connection, customers + orders * _IDS_EACH)
    generated = Generated(
        orders=orders, customers=customers, first_user=first_user, opened=now - SPAN, now=now
    )
    connection.execute(
        statements.CUSTOMERS.encode(),
        {"first_id": first_user, "count": customers, "opened": generated.opened},
    )
    connection.execute(statements.PRODUCTS.encode())
    products = connection.execute("SELECT count(*) FROM numbered_products").fetchone()
    assert products is not None
    values = {
        "first_id": first_user + customers,
        "first_user": first_user,
        "customers": customers,
        "orders": orders,
        "opened": generated.opened,
        "now": now,
        "products": products[0],
        "address": json.dumps(_ADDRESS),
    }
    with progress.step(f"{orders:,} orders", orders) as advance:
        for begin in range(0, orders, _BATCH):
            end = min(begin + _BATCH, orders)
            _write_batch(connection, {**values, "begin": begin, "end": end})
            advance(end - begin)
    connection.execute(statements.STOCK_LEVELS.encode())
    return generated


def _write_batch(connection: _Connection, values: dict[str, object]) -> None:
    with connection.transaction():
        for statement in (statements.BATCH, statements.LINES, *statements.INSERTS):
            connection.execute(statement.encode(), values)
        connection.execute("DROP TABLE batch, batch_lines")


def _take_ids(connection: _Connection, count: int) -> int:
    """Reserve `count` consecutive ids and return the first."""
    row = connection.execute(
        "SELECT setval('identities', nextval('identities') + %s)", (count,)
    ).fetchone()
    assert row is not None
    return int(row[0]) - count


def _drop_indexes(connection: _Connection) -> list[bytes]:
    """Drop indexes and constraints; return the statements that restore them."""
    tables = [*statements.TABLES]
    restore: list[bytes] = []
    foreign: list[bytes] = []
    for kind, later in (("f", foreign), ("u", restore)):
        for table, name, definition in connection.execute(_CONSTRAINTS, (kind, tables)).fetchall():
            connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())
            later.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}".encode())
    for name, definition in connection.execute(_INDEXES, (tables,)).fetchall():
        connection.execute(f"DROP INDEX {name}".encode())
        restore.append(definition.encode())
    return [*restore, *foreign]


def _connected(url: str) -> _Connection:
    """Bind parameters in the client, because CREATE TABLE AS accepts none."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True, cursor_factory=psycopg.ClientCursor)
