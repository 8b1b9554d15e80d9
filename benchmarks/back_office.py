r"""Measure the back office, its jobs and the audit with millions of orders on PostgreSQL.

    python -m benchmarks.back_office
    python -m benchmarks.back_office --orders 10000000 --products 1000000 --lines 2 --calls 20 \
        --keep /var/tmp/orders

The first one fills a shop with 1,000,000 orders. With `--keep`, the database stays in that folder,
and the next run measures it again; no order is placed. The exit code is 1 if a bound or an
invariant is violated.
"""

import argparse
import json
import logging
import shlex
import shutil
import sys
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
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
    register_manager,
    sign_in,
)
from benchmarks.catalog import fill_catalog
from benchmarks.customers import CustomerFactory
from benchmarks.generate_orders import (
    MAX_LINES,
    Generated,
    count_days,
    generate_orders,
)
from benchmarks.indexes import refresh_statistics
from benchmarks.metrics import percentile
from benchmarks.progress import Progress
from benchmarks.scenarios import order_request
from benchmarks.servers import shop_environment
from novacart.adapters.persistence.audit.reader import SqlAuditReader
from novacart.adapters.persistence.database import Database
from novacart.application.audit.audit_shop import AuditReport, AuditShop
from novacart.application.audit.invariants import INVARIANTS
from novacart.application.audit.verify_audit_log import VerifyAuditLog
from novacart.application.back_office.dashboard import DashboardQueries
from novacart.application.back_office.queries import BackOfficeQueries
from novacart.application.ordering.queries import OrderQueries
from novacart.application.ports.audit_reader import CheckResult
from novacart.application.ports.clock import Clock
from novacart.application.ports.errors import StorageUnavailable
from novacart.application.ports.outbox import Outbox
from novacart.application.ports.payment_gateway import PaymentGateway
from novacart.application.ports.sales_figures import SalesFigures
from novacart.application.ports.system_checks import SystemChecks
from novacart.application.ports.tokens import Tokens
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.entrypoints.container import build_relay
from novacart.entrypoints.http import create_app
from novacart.entrypoints.logs import configure_logs
from novacart.entrypoints.settings import load_settings
from tests.support.databases import create_schema
from tests.support.postgres import PostgresServer

T = TypeVar("T")

_COLUMNS: Final = ("kind", "query", "p50 ms", "p99 ms", "bound ms", "met")
# Of the 99th percentile in milliseconds, with 10,000,000 orders on a machine that other programs
# use fully. A check of the audit ends after ten minutes.
_BOUNDS: Final = {
    "read model": 3_000,
    "list": 300,
    "customer": 300,
    "job": 100,
    "page": 5_000,
    "placing": 100,
    "reconciliation": 10_000,
    "audit": 600_000,
}
_WARM_UP: Final = 3
_PRODUCTS: Final = 10_000
_LINES: Final = 3
_COMPARED_PAYMENTS: Final = 100_000
# When all generated orders that are not paid have expired.
_ALL_DUE: Final = timedelta(days=2)
# Settings of a server of this size, with fsync on. The generator runs VACUUM and ANALYZE.
_SETTINGS: Final = {
    "fsync": "on",
    "full_page_writes": "on",
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
    "autovacuum": "off",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    kind: str
    name: str
    p50_ms: float
    p99_ms: float

    @property
    def bound_ms(self) -> int:
        return _BOUNDS[self.kind]

    @property
    def is_met(self) -> bool:
        return self.p99_ms <= self.bound_ms

    @property
    def cells(self) -> tuple[str, ...]:
        return (
            self.kind,
            self.name,
            f"{self.p50_ms:,.1f}",
            f"{self.p99_ms:,.1f}",
            f"{self.bound_ms:,}",
            report.MET[self.is_met],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledShop:
    """What was generated, and how long that took; durations in seconds."""

    generated: Generated
    products: int
    lines: int
    filling: float
    days: int
    counting: float

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), default=datetime.isoformat))

    @classmethod
    def read(cls, path: Path) -> "FilledShop":
        values = json.loads(path.read_text())
        generated = values.pop("generated")
        for name in ("opened", "now"):
            generated[name] = datetime.fromisoformat(generated[name])
        return cls(generated=Generated(**generated), **values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """The conditions of a measurement besides the code; durations in seconds."""

    command: str
    calls: int
    shop: FilledShop
    auditing: float
    audit: str

    def sentences(self) -> list[str]:
        shop = self.shop
        return [
            report.machine(self.command, "shop and database"),
            f"{report.versions('flask', 'sqlalchemy', 'psycopg')}, with 1 GB of shared buffers.",
            (
                f"{shop.generated.orders:,} orders of {shop.lines - 1} or {shop.lines} lines and"
                f" {shop.products:,} products were generated in"
                f" {shop.filling:.0f} s; the sales figures of {shop.days} days were computed in"
                f" {shop.counting:.0f} s. Each query ran {self.calls} times, one after the other,"
                " and each check of the audit once."
            ),
            f"`novacart audit` took {self.auditing:.0f} s: {self.audit}",
        ]


class _TimedAuditReader(SqlAuditReader):
    """Measures each check. One that does not end in time is a violation."""

    def __init__(self, database: Database, progress: Progress) -> None:
        super().__init__(database)
        self._progress = progress
        self.latencies: list[Latency] = []

    def check(self, number: int, *, now: datetime) -> CheckResult:
        started = perf_counter()
        try:
            result = super().check(number, now=now)
        except StorageUnavailable:
            result = CheckResult(checked=0, violations=["The check did not end in time."])
        self.add("audit", f"{_NAMES[number]}: {result.checked:,} rows", perf_counter() - started)
        return result

    def add(self, kind: str, name: str, seconds: float) -> None:
        milliseconds = 1000 * seconds
        latency = Latency(kind=kind, name=name, p50_ms=milliseconds, p99_ms=milliseconds)
        self.latencies.append(latency)
        self._progress.log(" ".join(latency.cells))


_NAMES: Final = {invariant.number: invariant.name for invariant in INVARIANTS}


def main() -> int:
    """Fill a shop unless a kept one exists, measure queries and audit it."""
    arguments = parser().parse_args()
    configure_logs(debug=False, level=logging.WARNING)
    console = Console(width=None if sys.stdout.isatty() else 140)
    with _folder(arguments.keep) as folder, _server(folder) as url:
        conditions, latencies, holds = measure_shop(url, folder, arguments, Progress(console))
    table = report.Table(columns=_COLUMNS, rows=[latency.cells for latency in latencies])
    table.show(console, "Back office")
    for sentence in conditions.sentences():
        console.print(sentence)
    if arguments.write:
        table.write("back-office", conditions.sentences())
    return 0 if holds and all(latency.is_met for latency in latencies) else 1


def measure_shop(
    url: str, folder: Path, arguments: argparse.Namespace, progress: Progress
) -> tuple[Conditions, list[Latency], bool]:
    """Measure the shop at `url`, which is filled unless a run with `--keep` has filled it.

    The last value is whether the audit found no violation.
    """
    filled = folder / "filled.json"
    if not filled.exists():
        create_schema(url)
    app = create_app(
        load_settings(shop_environment(url, folder, SLOW_QUERY_MS="0"), dotenv=folder / "no.env")
    )
    injector: Injector = app.extensions["novacart.injector"]
    try:
        if filled.exists():
            placing: list[Latency] = []
            shop = FilledShop.read(filled)
        else:
            shop, placing = _fill(url, app, arguments, progress)
            shop.write(filled)
        latencies = [*_measure_queries(app, shop.generated, arguments.calls, progress), *placing]
        progress.say("Auditing the shop …")
        auditing, audit, checks = _audit(injector, shop.generated.opened, progress)
    finally:
        injector.get(Database).dispose()
    conditions = Conditions(
        command=shlex.join(["python", "-m", "benchmarks.back_office", *sys.argv[1:]]),
        calls=arguments.calls,
        shop=shop,
        auditing=auditing,
        audit=audit.summary,
    )
    return conditions, [*latencies, *checks], audit.holds


def _fill(
    url: str, app: Flask, arguments: argparse.Namespace, progress: Progress
) -> tuple[FilledShop, list[Latency]]:
    """Generate manager, products and orders; measure placing an order unless it is kept."""
    injector: Injector = app.extensions["novacart.injector"]
    begin: UnitOfWorkFactory = injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    register_manager(injector)
    products = fill_catalog(injector.get(Database), begin, arguments.products, progress)
    refresh_statistics(url)
    customers = CustomerFactory(begin, injector.get(Tokens), products)  # type: ignore[type-abstract]
    placing = []

    def place(when: str) -> None:
        if arguments.keep is None:
            placing.append(_place_orders(app, customers, when, arguments.calls, progress))

    place("no orders before it")
    _run_worker(injector, progress)
    filling, generated = _timed(
        lambda: generate_orders(
            url,
            arguments.orders,
            progress,
            lines=arguments.lines,
            minutes=arguments.minutes,
        )
    )
    figures: SalesFigures = injector.get(SalesFigures)  # type: ignore[type-abstract]
    counting, days = _timed(lambda: count_days(url, figures, generated.now, progress))
    place(f"{generated.orders:,} before it")
    _run_worker(injector, progress)
    shop = FilledShop(
        generated=generated,
        products=len(products),
        lines=arguments.lines,
        filling=filling,
        days=days,
        counting=counting,
    )
    return shop, placing


def _measure_queries(
    app: Flask, generated: Generated, calls: int, progress: Progress
) -> list[Latency]:
    injector: Injector = app.extensions["novacart.injector"]
    queries: BackOfficeQueries = injector.get(BackOfficeQueries)  # type: ignore[type-abstract]
    dashboard: DashboardQueries = injector.get(DashboardQueries)  # type: ignore[type-abstract]
    history: OrderQueries = injector.get(OrderQueries)  # type: ignore[type-abstract]
    begin: UnitOfWorkFactory = injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    client = sign_in(app)
    latencies = []
    for kind, named_queries in (
        ("list", list_queries(queries, generated)),
        ("customer", history_queries(history, generated)),
        ("job", job_queries(begin, generated.now + _ALL_DUE)),
        ("read model", dashboard_queries(dashboard, generated.now)),
        ("page", page_queries(client, queries)),
    ):
        latencies += _measure(kind, named_queries, calls, progress)
    return latencies


def _audit(
    injector: Injector, opened: datetime, progress: Progress
) -> tuple[float, AuditReport, list[Latency]]:
    """Return the duration in seconds, the report and the duration of each part."""
    reader = _TimedAuditReader(injector.get(Database), progress)
    audit = AuditShop(
        reader=reader,
        gateway=injector.get(PaymentGateway),  # type: ignore[type-abstract]
        verify_audit_log=injector.get(VerifyAuditLog),
        results=injector.get(SystemChecks),  # type: ignore[type-abstract]
        clock=injector.get(Clock),  # type: ignore[type-abstract]
    )
    auditing, result = _timed(audit)
    # The audit compares them with those of the provider, which is not part of the benchmark.
    reading, recorded = _timed(
        lambda: reader.payments(
            since=reader.newest_payments_since(_COMPARED_PAYMENTS) or opened, now=datetime.now(UTC)
        )
    )
    reader.add("reconciliation", f"read the newest {len(recorded):,} payments", reading)
    adding, _ = _timed(lambda: reader.balances(now=datetime.now(UTC)))
    reader.add("reconciliation", "sum all payments", adding)
    return auditing, result, reader.latencies


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

    return _measure("placing", [(f"an order of {_LINES} lines, {when}", place)], count, progress)[0]


def _measure(kind: str, queries: Iterable[Query], calls: int, progress: Progress) -> list[Latency]:
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
        latency = Latency(
            kind=kind,
            name=name,
            p50_ms=percentile(ordered, 50) / 1e6,
            p99_ms=percentile(ordered, 99) / 1e6,
        )
        latencies.append(latency)
        progress.log(" ".join(latency.cells))
    return latencies


def _timed(call: Callable[[], T]) -> tuple[float, T]:
    """Return the duration in seconds, and the result."""
    started = perf_counter()
    result = call()
    return perf_counter() - started, result


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    """Yield the folder to keep, or one that is deleted afterwards."""
    if kept is None:
        with tempfile.TemporaryDirectory(prefix="novacart_bench_") as name:
            folder = Path(name)
            # PostgreSQL may run as another user.
            folder.chmod(0o755)
            yield folder
        return
    kept.mkdir(parents=True, exist_ok=True)
    if not (kept / "filled.json").exists():
        # What an interrupted run has left.
        shutil.rmtree(kept / "postgres", ignore_errors=True)
    yield kept


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    server = PostgresServer(folder / "postgres", settings=_SETTINGS)
    server.start()
    try:
        yield server.url()
    finally:
        server.stop()


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    options = argparse.ArgumentParser(
        prog="python -m benchmarks.back_office",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("--orders", type=int, default=1_000_000)
    options.add_argument("--products", type=int, default=_PRODUCTS)
    options.add_argument(
        "--lines",
        type=int,
        choices=range(2, MAX_LINES + 1),
        default=MAX_LINES,
        help="lines of every second order; the others have one less",
    )
    options.add_argument("--calls", type=int, default=100, help="how often each query runs")
    options.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep the database in FOLDER; place no orders"
    )
    options.add_argument(
        "--minutes", type=float, help="write no more orders after this time; the newest exist then"
    )
    options.add_argument(
        "--write", action="store_true", help="write the results to docs/benchmarks/"
    )
    return options


if __name__ == "__main__":
    sys.exit(main())
