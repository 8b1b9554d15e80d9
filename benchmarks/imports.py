"""The import of a large file while shoppers read and order."""

import os
import random
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Final

from benchmarks.catalog import LARGEST_CATEGORY
from benchmarks.customers import Customer
from benchmarks.load_generator import Request
from benchmarks.metrics import percentile
from benchmarks.report import MET, Table
from benchmarks.scenarios import ORDER_LINES, add_request, order_request, place_past_orders
from benchmarks.servers import Checkout, ServerFailed, cli_process, running_worker, shop_server
from benchmarks.shopify_file import write_shopify_file
from benchmarks.steady_load import Latencies, SteadyLoad
from benchmarks.subjects import BenchmarkShop

_SHOPPERS: Final = 10
_INTERVAL: Final = 0.5  # seconds between two requests of a shopper
_READS: Final = 16  # before a shopper fills the cart and orders
_PAUSE: Final = 2.0  # seconds in which processes that have just started or ended settle
_POLL_INTERVAL: Final = 0.1
_MAX_SECONDS: Final = 120
_MAX_MEMORY: Final = 200
_MAX_RATIO: Final = 2
_TARGET: Final = ("all", 99)
_WHOLE: Final = 100
_KIB: Final = 1024
_MEGABYTE: Final = 1_000_000
_COLUMNS: Final = ("database", "measured", "usual", "during the import", "target", "met")
_KINDS: Final = ("reads", "writes", "all")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportEffort:
    """`usual` seconds of shopping are measured before the import, and as many after it."""

    rows: int
    usual: int


QUICK_IMPORT: Final = ImportEffort(rows=6_000, usual=5)
FULL_IMPORT: Final = ImportEffort(rows=200_000, usual=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFigures:
    """`seconds` of wall clock, `processor` seconds, and the peak `memory` of the process in MB."""

    database: str
    rows: int
    seconds: float
    processor: float
    memory: float
    usual: Latencies
    during: Latencies


def measure_import(shop: BenchmarkShop, effort: ImportEffort) -> ImportFigures:
    """Run `novacart import-products` beside web, worker and shoppers."""
    file = shop.folder / "shopify.csv"
    write_shopify_file(file, effort.rows)
    customers = place_past_orders(shop, _SHOPPERS)
    random_ = random.Random(9)
    scripts = [_script(shop, customer, random_) for customer in customers]
    command = ["import-products", str(file), "--from", "shopify", "--create-categories"]
    checkout = Checkout()
    with (
        shop_server(shop.environment, shop.folder, checkout) as server,
        running_worker(shop.environment, shop.folder, checkout),
    ):
        load = SteadyLoad(server.port, scripts, _INTERVAL)
        load.during(_PAUSE)
        usual = load.during(effort.usual)
        running = load.start()
        started = monotonic()
        with cli_process(command, shop.environment, shop.folder) as (process, log):
            memory, processor = _wait(process)
        seconds = monotonic() - started
        during = running.stop()
        if process.returncode:
            raise ServerFailed(f"The import failed:\n{log.read_text()[-3000:]}")
        sleep(_PAUSE)
        usual += load.during(effort.usual)
    return ImportFigures(
        database=shop.database.dialect,
        rows=effort.rows,
        seconds=seconds,
        processor=processor,
        memory=memory,
        usual=usual,
        during=during,
    )


def import_table(results: Sequence[ImportFigures]) -> Table:
    """Return the table of imports on several databases."""
    return Table(
        columns=_COLUMNS,
        rows=[row for result in results for row in _rows(result)],
        failed=sum(len(each.usual.failures) + len(each.during.failures) for each in results),
    )


def _rows(result: ImportFigures) -> list[list[str]]:
    rows = [
        _row(f"import of {result.rows:,} rows, s", None, result.seconds, _MAX_SECONDS),
        _row("its processor time, s", None, result.processor),
        _row("its peak memory, MB", None, result.memory, _MAX_MEMORY),
    ]
    for kind in _KINDS:
        usual, during = (sorted(getattr(each, kind)) for each in (result.usual, result.during))
        rows.append(_row(f"{kind}: requests", len(usual), len(during)))
        for percent in (50, 95, 99):
            before, after = (percentile(each, percent) / 1e6 for each in (usual, during))
            is_target = (kind, percent) == _TARGET
            most = _MAX_RATIO * before if is_target else None
            rows.append(_row(f"{kind}: p{percent} ms", before, after, most))
    return [[result.database, *row] for row in rows]


def _row(name: str, usual: float | None, during: float, most: float | None = None) -> list[str]:
    target = ["", ""] if most is None else [f"≤ {most:,.0f}", MET[during <= most]]
    return [name, "" if usual is None else _text(usual), _text(during), *target]


def _text(value: float) -> str:
    return f"{value:,.1f}" if value < _WHOLE else f"{value:,.0f}"


def _wait(process: "subprocess.Popen[bytes]") -> tuple[float, float]:
    """Wait for the end of a process; return its peak memory in MB and its processor time."""
    memory = 0
    while True:
        memory = max(memory, _peak_memory(process.pid))
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return memory * _KIB / _MEGABYTE, used.ru_utime + used.ru_stime
        sleep(_POLL_INTERVAL)


def _peak_memory(pid: int) -> int:
    """KiB; 0 for a process that has ended (proc(5)).

    `ru_maxrss` is not used, because it includes the memory of the process that started this one.
    """
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


def _script(shop: BenchmarkShop, customer: Customer, random_: random.Random) -> list[Request]:
    """A journey that ends with an order of three products."""
    chosen = random_.sample(shop.products, _READS + ORDER_LINES)
    lists = [
        "/api/products/?limit=24",
        "/api/products/?limit=24&sort=price",
        f"/api/products/?limit=24&category={LARGEST_CATEGORY}",
        "/api/products/brands/",
    ]
    paths = [
        lists[number // 2 % len(lists)] if number % 2 else f"/api/products/{product_id}/"
        for number, product_id in enumerate(chosen[:_READS])
    ]
    return [
        *(Request.get(path, token=customer.access) for path in paths),
        *(add_request(customer, product_id) for product_id in chosen[_READS:]),
        order_request(customer),
    ]
