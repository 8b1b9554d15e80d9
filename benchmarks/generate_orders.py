"""Generate two years of orders in a PostgreSQL shop, in minutes.

The rows are inserted by SQL in batches, in two connections: one writes orders, lines and payments,
the other histories and stock movements. Indexes, foreign keys and unique constraints are dropped
before and created after. The daily sales figures are computed by the application.
"""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Final

from benchmarks import order_statements as statements
from benchmarks.indexes import Connection, connected, refresh_statistics, without_indexes
from benchmarks.progress import Progress
from novacart.application.back_office.count_sales import COUNTED_AFTER
from novacart.application.ports.sales_figures import SalesFigures

SPAN: Final = timedelta(days=730)
MAX_LINES: Final = 3
_BATCH: Final = 250_000
_IDS_EACH: Final = 6
_ORDERS_EACH: Final = 10
_SEED: Final = 0.4711
_SALES: Final = ("sales_days", "sales_day_products", "sales_month_products")
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

_Values = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """The generated data: customers have the user ids from `first_user` on."""

    orders: int
    customers: int
    first_user: int
    opened: datetime
    now: datetime


def generate_orders(
    url: str,
    orders: int,
    progress: Progress,
    *,
    lines: int = MAX_LINES,
    minutes: float | None = None,
) -> Generated:
    """Fill the shop at `url`, which has products and no such orders, with `orders` orders.

    The last ones are placed now. Half of them have `lines` lines, two or three, and half one less;
    65% are paid online, 9% are cancelled, and about 4% of the old ones paid online are refunded, in
    full or in part. After `minutes` no more are written: the newest ones are written first.
    """
    deadline = None if minutes is None else monotonic() + 60 * minutes
    with connected(url) as connection:
        with without_indexes(url, statements.TABLES, progress):
            generated, batches = _prepare(connection, orders, lines)
            written = _write_batches(url, batches, deadline, progress)
            with progress.step("stock levels", 1):
                connection.execute(statements.STOCK_LEVELS.encode())
            connection.execute("DROP TABLE numbered_products")
        with progress.step("statistics", 1):
            refresh_statistics(url, *statements.TABLES, "stock_levels")
        connection.execute("CHECKPOINT")
    return replace(generated, orders=written)


def count_days(url: str, figures: SalesFigures, now: datetime, progress: Progress) -> int:
    """Compute the sales figures of all past days, as the worker does; return their number."""
    days = figures.uncounted(until=(now - COUNTED_AFTER).date(), limit=10_000)
    with (
        without_indexes(url, _SALES, progress),
        progress.step(f"{len(days)} days counted", len(days)) as advance,
    ):
        for day in days:
            figures.count([day], at=now)
            advance(1)
    refresh_statistics(url, *_SALES)
    return len(days)


def _prepare(connection: Connection, orders: int, lines: int) -> tuple[Generated, list[_Values]]:
    """Add the customers; return the values of each batch of orders, the newest first."""
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
        "lines": lines,
        "opened": generated.opened,
        "now": now,
        "products": products[0],
        "address": json.dumps(_ADDRESS),
    }
    begins = range(0, orders, _BATCH)
    return generated, [
        {**values, "begin": begin, "end": min(begin + _BATCH, orders)} for begin in reversed(begins)
    ]


def _write_batches(
    url: str, batches: Sequence[_Values], deadline: float | None, progress: Progress
) -> int:
    """Write the batches until the deadline; return the number of orders."""
    written = 0
    with (
        ExitStack() as stack,
        progress.step(f"{len(batches)} batches of orders", len(batches)) as advance,
        ThreadPoolExecutor(len(statements.GROUPS)) as pool,
    ):
        writers = [
            (stack.enter_context(_unlogged(url, tables)), inserts)
            for tables, inserts in statements.GROUPS
        ]
        for values in batches:
            if deadline is not None and monotonic() > deadline:
                break
            futures = [
                pool.submit(_write_batch, connection, inserts, values)
                for connection, inserts in writers
            ]
            for future in futures:
                future.result()
            written += values["end"] - values["begin"]
            advance(1)
            progress.log(f"{written:,} orders")
    return written


@contextmanager
def _unlogged(url: str, tables: Sequence[str]) -> Iterator[Connection]:
    """Open a transaction that writes to `tables` without a write-ahead log.

    With `wal_level = minimal`, changes are not logged in the transaction that gave a table a new
    file, as CLUSTER does.
    """
    with connected(url) as connection, connection.transaction():
        for table in tables:
            connection.execute(f"CLUSTER {table} USING pk_{table}".encode())
        yield connection


def _write_batch(connection: Connection, inserts: Sequence[str], values: _Values) -> None:
    connection.execute("SELECT setseed(%s)", (_SEED / (1 + values["begin"] / _BATCH),))
    for statement in (*statements.BATCH_STATEMENTS, *inserts):
        connection.execute(statement.encode(), values)
    connection.execute("DROP TABLE batch, batch_lines, batch_totals")


def _take_ids(connection: Connection, count: int) -> int:
    """Reserve `count` consecutive ids and return the first."""
    row = connection.execute(
        "SELECT setval('identities', nextval('identities') + %s)", (count,)
    ).fetchone()
    assert row is not None
    return int(row[0]) - count
