"""`python -m benchmarks.back_office`: the back office at a million orders, on PostgreSQL."""

import argparse
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.million_orders import fill
from benchmarks.progress import Progress
from novacart.adapters.persistence.back_office.dashboard import SqlDashboardQueries
from novacart.adapters.persistence.back_office.queries import SqlBackOfficeQueries
from novacart.adapters.persistence.back_office.sales_figures import SqlSalesFigures
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.migrate import upgrade
from novacart.application.back_office.listing import ListRequest
from novacart.domain.shared.ids import OrderId, UserId
from tests.support.postgres import PostgresServer

_RUNS: Final = 100
_LIMIT: Final = 300  # milliseconds, for the slowest hundredth
_LONG_AGO: Final = timedelta(days=400)


def main() -> None:
    """Fill a shop, measure each question, and end with 1 where one is too slow."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--orders", type=int, default=1_000_000)
    count = asked.parse_args().orders
    console = Console()
    progress = Progress(console)
    with tempfile.TemporaryDirectory(prefix="novacart-bench-") as folder:
        # PostgreSQL runs as nobody where this runs as root.
        Path(folder).chmod(0o755)
        server = PostgresServer(Path(folder) / "postgres")
        server.start()
        try:
            slow = _measure_all(server.url(), count, progress, console)
        finally:
            server.stop()
    raise SystemExit(1 if slow else 0)


def _measure_all(url: str, count: int, progress: Progress, console: Console) -> list[str]:
    upgrade(url)
    database = Database.connect(url)
    fill(database, count, progress)
    _count_days(database, progress)
    table = Table("question", "p50 ms", "p99 ms", title=f"{count:,} orders, PostgreSQL")
    slow = []
    for name, question in _questions(database).items():
        times = sorted(_timed(question) for _ in range(_RUNS))
        p50, p99 = times[_RUNS // 2], times[_RUNS * 99 // 100]
        table.add_row(name, f"{p50:.1f}", f"{p99:.1f}")
        if p99 > _LIMIT:
            slow.append(name)
    console.print(table)
    database.dispose()
    return slow


def _count_days(database: Database, progress: Progress) -> None:
    now = datetime.now(UTC)
    figures = SqlSalesFigures(database)
    days = figures.uncounted(until=(now - timedelta(days=2)).date(), limit=100_000)
    with progress.step("days counted", len(days)) as advance:
        for day in days:
            figures.count(day, at=now)
            advance(1)
    with database.reading() as connection:
        connection.exec_driver_sql("VACUUM ANALYZE sales_days, sales_day_products")


def _questions(database: Database) -> dict[str, Callable[[], object]]:
    board, desk = SqlDashboardQueries(database, "INR"), SqlBackOfficeQueries(database, "INR")
    now = datetime.now(UTC)

    def dashboard(days: int) -> Callable[[], object]:
        last = now.date()
        first = last - timedelta(days=days - 1)

        def ask() -> object:
            return (
                board.days(first - timedelta(days=days), last),
                board.orders_by_status(first, last),
                board.best_sellers(first, last, limit=8),
                board.low_stock(at_most=5, limit=8),
                board.parked(),
            )

        return ask

    def orders(**wanted: object) -> Callable[[], object]:
        request = ListRequest(**wanted)  # type: ignore[arg-type]
        return lambda: desk.orders(request)

    deep = orders(filters={"status": "DELIVERED", "placed_before": now - _LONG_AGO})
    return {
        "dashboard, 7 days": dashboard(7),
        "dashboard, 30 days": dashboard(30),
        "dashboard, 90 days": dashboard(90),
        "dashboard, a year": dashboard(365),
        "orders, newest": orders(),
        "orders, DELIVERED": orders(filters={"status": "DELIVERED"}),
        "orders, DELIVERED, a year back": deep,
        "orders, REFUNDED by amount": orders(filters={"status": "REFUNDED"}, sort="total"),
        "orders, VOIDED payments": orders(filters={"payment_status": "VOIDED"}),
        "orders, by amount, from 5,000": orders(filters={"total_from": 500000}, sort="total"),
        "orders, found by number": orders(search="NC-B777"),
        "orders, found by address": orders(search="user777@example.com"),
        "orders, of a customer": orders(filters={"user": 777}),
        "an order's page": lambda: desk.order(OrderId(10_000_777)),
        "a customer's page": lambda: desk.person(UserId(777)),
        "refunds, newest": lambda: desk.refunds(ListRequest()),
    }


def _timed(question: Callable[[], object]) -> float:
    begun = perf_counter()
    question()
    return (perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
