"""Generate two years of orders in a PostgreSQL shop, in minutes.

The rows are inserted by SQL in batches, in two connections. Indexes, foreign keys and unique
constraints are dropped before and created after. Foreign keys are not validated, since the audit
finds rows without their parent. The daily sales figures are computed by the application.
"""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any, Final

import psycopg
from sqlalchemy.engine import make_url

from benchmarks import order_statements as statements
from benchmarks.progress import Progress
from novacart.application.back_office.count_sales import COUNTED_AFTER
from novacart.application.ports.sales_figures import SalesFigures

SPAN: Final = timedelta(days=730)
_BATCH: Final = 250_000
_CONNECTIONS: Final = 2
_SETTINGS: Final = (
    "synchronous_commit = off",
    "work_mem = '256MB'",
    "maintenance_work_mem = '1GB'",
)
_BATCH_STATEMENTS: Final = (
    statements.BATCH,
    statements.LINES,
    statements.TOTALS,
    *statements.INSERTS,
)
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
        restore, foreign_keys = _drop_indexes(connection)
        generated, batches = _prepare(connection, orders)
        _run_all(
            url,
            f"{orders:,} orders",
            [partial(_write_batch, values=each) for each in batches],
            progress,
        )
        connection.execute(statements.STOCK_LEVELS.encode())
        connection.execute("DROP TABLE numbered_products")
        _run_all(url, "indexes", [partial(_execute, statement=each) for each in restore], progress)
        for statement in foreign_keys:
            connection.execute(statement)
        vacuum = [
            b"VACUUM (ANALYZE, FREEZE) " + each.encode()
            for each in (*statements.TABLES, "stock_levels")
        ]
        _run_all(url, "vacuum", [partial(_execute, statement=each) for each in vacuum], progress)
    return generated


def count_days(figures: SalesFigures, now: datetime, progress: Progress) -> int:
    """Compute the sales figures of all past days, as the worker does; return their number."""
    days = figures.uncounted(until=(now - COUNTED_AFTER).date(), limit=10_000)
    with progress.step(f"{len(days)} days counted", len(days)) as advance:
        for month in (list(each) for _, each in groupby(days, lambda day: day.replace(day=1))):
            figures.count(month, at=now)
            advance(len(month))
    return len(days)


def refresh_statistics(url: str) -> None:
    """Run VACUUM and ANALYZE, as autovacuum does after a while."""
    with _connected(url) as connection:
        connection.execute("VACUUM (ANALYZE)")


def _prepare(connection: _Connection, orders: int) -> tuple[Generated, list[dict[str, object]]]:
    """Add the customers; return the values of each batch of orders."""
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
    connection.execute("CREATE UNIQUE INDEX ON numbered_products (place)")
    connection.execute("ANALYZE numbered_products")
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
    return generated, [
        {**values, "begin": begin, "end": min(begin + _BATCH, orders)}
        for begin in range(0, orders, _BATCH)
    ]


def _run_all(
    url: str, name: str, steps: Sequence[Callable[[_Connection], None]], progress: Progress
) -> None:
    """Run the steps in several connections, each with the same random numbers in every run."""

    def run(step: Callable[[_Connection], None]) -> None:
        with _connected(url) as connection:
            for setting in _SETTINGS:
                connection.execute(f"SET {setting}".encode())
            step(connection)

    with progress.step(name, len(steps)) as advance, ThreadPoolExecutor(_CONNECTIONS) as pool:
        for _ in pool.map(run, steps):
            advance(1)


def _execute(connection: _Connection, statement: bytes) -> None:
    connection.execute(statement)


def _write_batch(connection: _Connection, values: dict[str, Any]) -> None:
    with connection.transaction():
        connection.execute("SELECT setseed(%s)", (_SEED / (1 + values["begin"] / _BATCH),))
        for statement in _BATCH_STATEMENTS:
            connection.execute(statement.encode(), values)
        connection.execute("DROP TABLE batch, batch_lines, batch_totals")


def _take_ids(connection: _Connection, count: int) -> int:
    """Reserve `count` consecutive ids and return the first."""
    row = connection.execute(
        "SELECT setval('identities', nextval('identities') + %s)", (count,)
    ).fetchone()
    assert row is not None
    return int(row[0]) - count


def _drop_indexes(connection: _Connection) -> tuple[list[bytes], list[bytes]]:
    """Drop indexes and constraints; return the statements that restore them, foreign keys last."""
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
    return restore, [statement + b" NOT VALID" for statement in foreign]


def _connected(url: str) -> _Connection:
    """Bind parameters in the client, because CREATE TABLE AS accepts none."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True, cursor_factory=psycopg.ClientCursor)
