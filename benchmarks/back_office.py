"""Measure the back office with a million orders on PostgreSQL.

Run it as `python -m benchmarks.back_office`.
"""

import argparse
import logging
import shlex
import sys
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, perf_counter_ns
from typing import Final, TypeVar

from flask import Flask
from injector import Injector
from rich.console import Console

from benchmarks import report
from benchmarks.back_office_queries import (
    Query,
    dashboard_queries,
    history_queries,
    job_queries,
    list_queries,
    page_queries,
    sign_in,
)
from benchmarks.catalog import fill_catalog
from benchmarks.customers import CustomerFactory
from benchmarks.generate_orders import count_days, generate_orders, refresh_statistics
from benchmarks.metrics import percentile
from benchmarks.progress import Progress
from benchmarks.scenarios import order_request
from benchmarks.servers import shop_environment
from novacart.adapters.persistence.database import Database
from novacart.application.audit.audit_shop import AuditShop
from novacart.application.back_office.dashboard import DashboardQueries
from novacart.application.back_office.queries import BackOfficeQueries
from novacart.application.ordering.queries import OrderQueries
from novacart.application.ports.outbox import Outbox
from novacart.application.ports.sales_figures import SalesFigures
from novacart.application.ports.tokens import Tokens
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.entrypoints.container import build_relay
from novacart.entrypoints.http import create_app
from novacart.entrypoints.logs import configure_logs
from novacart.entrypoints.settings import load_settings
from tests.support.databases import create_schema
from tests.support.postgres import PostgresServer

T = TypeVar("T")

_COLUMNS: Final = ("kind", "query", "p50 ms", "p99 ms")
_WARM_UP: Final = 3
_PRODUCTS: Final = 10_000
_LINES: Final = 3
# Settings of a server of this size, with fsync on.
_SETTINGS: Final = {
    "fsync": "on",
    "full_page_writes": "on",
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    kind: str
    name: str
    p50_ms: float
    p99_ms: float

    @property
    def cells(self) -> tuple[str, ...]:
        return self.kind, self.name, f"{self.p50_ms:.1f}", f"{self.p99_ms:.1f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """The conditions of a measurement besides the code; durations in seconds."""

    command: str
    orders: int
    products: int
    calls: int
    filling: float
    days: int
    counting: float
    auditing: float
    audit: str

    def sentences(self) -> list[str]:
        return [
            report.machine(self.command, "shop and database"),
            f"{report.versions('flask', 'sqlalchemy', 'psycopg')}, with 1 GB of shared buffers.",
            (
                f"{self.orders:,} orders and {self.products:,} products were generated in"
                f" {self.filling:.0f} s; the sales figures of {self.days} days were computed in"
                f" {self.counting:.0f} s. Each query ran {self.calls} times, one after the other."
            ),
            f"`novacart audit` took {self.auditing:.0f} s: {self.audit}",
        ]


def main() -> int:
    """Fill a shop, measure queries and audit it; exit code 1 if an invariant is violated."""
    arguments = _parser().parse_args()
    configure_logs(debug=False, level=logging.WARNING)
    console = Console(width=None if sys.stdout.isatty() else 140)
    with tempfile.TemporaryDirectory(prefix="novacart_bench_") as name:
        folder = Path(name)
        # PostgreSQL may run as another user.
        folder.chmod(0o755)
        with _server(folder) as url:
            conditions, latencies, holds = _measure_all(url, folder, arguments, Progress(console))
    table = report.Table(columns=_COLUMNS, rows=[latency.cells for latency in latencies])
    table.show(console, "Back office")
    for sentence in conditions.sentences():
        console.print(sentence)
    if arguments.write:
        table.write("back-office", conditions.sentences())
    return 0 if holds else 1


def _measure_all(
    url: str, folder: Path, arguments: argparse.Namespace, progress: Progress
) -> tuple[Conditions, list[Latency], bool]:
    create_schema(url)
    app = create_app(load_settings(shop_environment(url, folder), dotenv=folder / "no.env"))
    injector: Injector = app.extensions["novacart.injector"]
    begin: UnitOfWorkFactory = injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    queries: BackOfficeQueries = injector.get(BackOfficeQueries)  # type: ignore[type-abstract]
    database = injector.get(Database)
    products = fill_catalog(database, begin, arguments.products, progress)
    refresh_statistics(url)
    customers = CustomerFactory(begin, injector.get(Tokens), products)  # type: ignore[type-abstract]
    try:
        empty = _place_orders(app, customers, "no orders before it", arguments.calls, progress)
        _run_worker(injector, progress)
        filling, generated = _timed(lambda: generate_orders(url, arguments.orders, progress))
        figures: SalesFigures = injector.get(SalesFigures)  # type: ignore[type-abstract]
        counting, days = _timed(lambda: count_days(figures, generated.now, progress))
        refresh_statistics(url)
        dashboard: DashboardQueries = injector.get(DashboardQueries)  # type: ignore[type-abstract]
        history: OrderQueries = injector.get(OrderQueries)  # type: ignore[type-abstract]
        client = sign_in(app)
        latencies = [
            *_measure("read model", dashboard_queries(dashboard, generated.now), arguments.calls),
            *_measure("list", list_queries(queries, generated), arguments.calls),
            *_measure("customer", history_queries(history, generated), arguments.calls),
            *_measure("job", job_queries(begin, generated.now), arguments.calls),
            *_measure("page", page_queries(client, queries), arguments.calls),
            empty,
            _place_orders(
                app, customers, f"{arguments.orders:,} before it", arguments.calls, progress
            ),
        ]
        progress.say("Auditing the shop …")
        auditing, audit = _timed(injector.get(AuditShop))
    finally:
        injector.get(Database).dispose()
    conditions = Conditions(
        command=shlex.join(["python", "-m", "benchmarks.back_office", *sys.argv[1:]]),
        orders=arguments.orders,
        products=arguments.products,
        calls=arguments.calls,
        filling=filling,
        days=days,
        counting=counting,
        auditing=auditing,
        audit=audit.summary,
    )
    return conditions, latencies, audit.holds


def _run_worker(injector: Injector, progress: Progress) -> None:
    """Dispatch the outbox, because the audit reports messages that are overdue."""
    relay = build_relay(injector)
    waiting = injector.get(Outbox).count_pending()  # type: ignore[type-abstract]
    with progress.step("messages of the outbox", waiting) as advance:
        while relay():
            advance(1)


def _place_orders(
    app: Flask, customers: CustomerFactory, when: str, count: int, progress: Progress
) -> Latency:
    """Measure `count` customers who place an order, one after the other."""
    buyers = customers.create(count, lines=_LINES, progress=progress)
    requests = iter([order_request(each) for each in buyers])

    def place() -> None:
        request = next(requests)
        response = app.test_client().open(
            request.path, method=request.method, headers=dict(request.headers), data=request.body
        )
        assert response.status_code == 201, response.text  # noqa: PLR2004 (created)

    return _measure("placing", [(f"an order of {_LINES} lines, {when}", place)], count)[0]


def _measure(kind: str, queries: Iterable[Query], calls: int) -> list[Latency]:
    """Run each query `calls` times, after a warm-up unless it places an order."""
    latencies = []
    for name, run in queries:
        for _ in range(_WARM_UP if kind != "placing" else 0):
            run()
        taken = array("Q")
        for _ in range(calls):
            started = perf_counter_ns()
            run()
            taken.append(perf_counter_ns() - started)
        ordered = sorted(taken)
        latencies.append(
            Latency(
                kind=kind,
                name=name,
                p50_ms=percentile(ordered, 50) / 1e6,
                p99_ms=percentile(ordered, 99) / 1e6,
            )
        )
    return latencies


def _timed(call: Callable[[], T]) -> tuple[float, T]:
    """Return the duration in seconds, and the result."""
    started = perf_counter()
    result = call()
    return perf_counter() - started, result


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    server = PostgresServer(folder / "postgres", settings=_SETTINGS)
    server.start()
    try:
        yield server.url()
    finally:
        server.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.back_office", description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--products", type=int, default=_PRODUCTS)
    parser.add_argument("--calls", type=int, default=100, help="how often each query runs")
    parser.add_argument(
        "--write", action="store_true", help="write the results to docs/benchmarks/"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
