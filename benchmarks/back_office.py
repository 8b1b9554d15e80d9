"""`python -m benchmarks.back_office`: the back office at 1,000,000 orders, on PostgreSQL."""

import argparse
import logging
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from flask import Flask
from injector import Injector
from rich.console import Console

from benchmarks import back_office_report
from benchmarks.back_office_queries import (
    dashboard_questions,
    list_questions,
    page_questions,
    signed_in,
)
from benchmarks.back_office_report import Circumstances, Measured, measured, seconds_of
from benchmarks.catalogue import fill_catalogue
from benchmarks.generate_orders import count_days, generate_orders, refresh_statistics
from benchmarks.progress import Progress
from benchmarks.scenarios import placing
from benchmarks.servers import shop_environment
from benchmarks.shoppers import Shoppers
from novacart.adapters.persistence.database import Database
from novacart.application.audit.audit_shop import AuditShop
from novacart.application.back_office.dashboard import DashboardQueries
from novacart.application.back_office.queries import BackOfficeQueries
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

_PRODUCTS: Final = 10_000
_LINES: Final = 3
# A server of a shop of this size: nothing is lost, and what is read often stays in memory.
_SETTINGS: Final = {
    "fsync": "on",
    "full_page_writes": "on",
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
}


def main() -> int:
    """Fill a shop, ask it everything, and audit it; exit code 1 where the audit finds fault."""
    asked = _arguments().parse_args()
    configure_logs(debug=False)
    logging.getLogger().setLevel(logging.WARNING)
    console = Console(width=None if sys.stdout.isatty() else 140)
    with tempfile.TemporaryDirectory(prefix="novacart_bench_") as name:
        folder = Path(name)
        # PostgreSQL may have to run as another user.
        folder.chmod(0o755)
        with _server(folder) as url:
            circumstances, rows, holds = _measure_all(url, folder, asked, Progress(console))
    back_office_report.show(console, rows)
    for sentence in circumstances.sentences():
        console.print(sentence)
    if asked.write:
        back_office_report.write(circumstances, rows)
    return 0 if holds else 1


def _measure_all(
    url: str, folder: Path, asked: argparse.Namespace, progress: Progress
) -> tuple[Circumstances, list[Measured], bool]:
    create_schema(url)
    app = create_app(load_settings(shop_environment(url, folder), dotenv=folder / "no.env"))
    injector: Injector = app.extensions["novacart.injector"]
    begin: UnitOfWorkFactory = injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    queries: BackOfficeQueries = injector.get(BackOfficeQueries)  # type: ignore[type-abstract]
    products = fill_catalogue(begin, asked.products, progress)
    refresh_statistics(url)
    shoppers = Shoppers(begin, injector.get(Tokens), products)  # type: ignore[type-abstract]
    try:
        empty = _placement(app, shoppers, "no orders before it", asked.calls, progress)
        _work(injector, progress)
        filling, generated = seconds_of(lambda: generate_orders(url, asked.orders, progress))
        figures: SalesFigures = injector.get(SalesFigures)  # type: ignore[type-abstract]
        counting, days = seconds_of(lambda: count_days(figures, generated.now, progress))
        refresh_statistics(url)
        dashboard: DashboardQueries = injector.get(DashboardQueries)  # type: ignore[type-abstract]
        client = signed_in(app)
        rows = [
            *measured("read model", dashboard_questions(dashboard, generated.now), asked.calls),
            *measured("list", list_questions(queries, generated), asked.calls),
            *measured("page", page_questions(client, queries), asked.calls),
            empty,
            _placement(app, shoppers, f"{asked.orders:,} before it", asked.calls, progress),
        ]
        progress.say("Auditing the shop …")
        auditing, report = seconds_of(injector.get(AuditShop))
    finally:
        injector.get(Database).dispose()
    circumstances = Circumstances(
        command=shlex.join(["python", "-m", "benchmarks.back_office", *sys.argv[1:]]),
        orders=asked.orders,
        products=asked.products,
        calls=asked.calls,
        filling=filling,
        days=days,
        counting=counting,
        auditing=auditing,
        audit=report.summary,
    )
    return circumstances, rows, report.holds


def _work(injector: Injector, progress: Progress) -> None:
    """Do what the worker does about all that was committed, so that the audit finds none left."""
    relay = build_relay(injector)
    waiting = injector.get(Outbox).count_pending()  # type: ignore[type-abstract]
    with progress.step("messages of the outbox", waiting) as advance:
        while relay() is not None:
            advance(1)


def _placement(
    app: Flask, shoppers: Shoppers, when: str, count: int, progress: Progress
) -> Measured:
    """So many customers place an order, one after the other."""
    buyers = shoppers.make(count, lines=_LINES, progress=progress)
    requests = iter([placing(each) for each in buyers])

    def place() -> None:
        request = next(requests)
        answer = app.test_client().open(
            request.path, method=request.method, headers=dict(request.headers), data=request.body
        )
        assert answer.status_code == 201, answer.text  # noqa: PLR2004 (created)

    return next(iter(measured("placing", [(f"an order of {_LINES} lines, {when}", place)], count)))


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    server = PostgresServer(folder / "postgres", settings=_SETTINGS)
    server.start()
    try:
        yield server.url()
    finally:
        server.stop()


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.back_office", description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--products", type=int, default=_PRODUCTS)
    parser.add_argument("--calls", type=int, default=100, help="how often each is asked")
    parser.add_argument(
        "--write", action="store_true", help="put the figures into docs/performance.md"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
