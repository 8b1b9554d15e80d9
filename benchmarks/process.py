"""Start and memory of the processes of `novacart serve` and `novacart worker`."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.load_generator import Load, Request, measure
from benchmarks.metrics import descendants, processor_seconds
from benchmarks.report import MET, Table
from benchmarks.servers import Checkout, ServerFailed, running_worker, shop_server
from benchmarks.subjects import SHOP, BenchmarkShop, other_shop

_REQUESTS: Final = 2_000
_CONNECTIONS: Final = 8
_LOADED: Final = 4.0  # seconds in which a worker handles the events of the catalog
_KIB: Final = 1024
_MB: Final = 1_000_000
_MAX_START: Final = 1.0
_MAX_MEMORY: Final = 80
_COLUMNS: Final = (
    "process",
    "database",
    "subject",
    "start s",
    "CPU s",
    "memory PSS: MiB",
    "MB",
    "target",
    "met",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessFigures:
    """Figures of a command.

    `start` is the time to its first response in seconds, `processor` its processor time until then,
    and `memory` the proportional set size of its largest process after load, in bytes.
    """

    start: float
    processor: float
    memory: int


def measure_processes(
    shop: BenchmarkShop, against: Checkout | None, rounds: int
) -> list[list[str]]:
    """Start each process several times, in turn with the other checkout; return rows of cells."""
    subjects = {SHOP: (shop.environment, shop.folder, Checkout())}
    if against is not None:
        _, environment, folder = other_shop(shop, against)
        subjects[against.revision or str(against.folder)] = (environment, folder, against)
    figures: dict[tuple[str, str], list[ProcessFigures]] = {}
    for _ in range(rounds):
        for kind, measured in (("web", _measure_web), ("worker", _measure_worker)):
            for name, (environment, folder, checkout) in subjects.items():
                result = measured(environment, folder, checkout)
                figures.setdefault((kind, name), []).append(result)
    return [
        _cells(kind, shop.database.dialect, name, results)
        for (kind, name), results in figures.items()
    ]


def process_table(rows: list[list[str]]) -> Table:
    """Return the table of rows of several databases."""
    return Table(columns=_COLUMNS, rows=sorted(rows, key=lambda row: row[0]), text_columns=3)


def _cells(kind: str, dialect: str, name: str, results: list[ProcessFigures]) -> list[str]:
    start = median(result.start for result in results)
    memory = median(result.memory for result in results)
    megabytes = memory / _MB
    processor = median(result.processor for result in results)
    target = met = ""
    if name == SHOP:
        target = f"≤ {_MAX_START:.1f} s, ≤ {_MAX_MEMORY} MB"
        met = MET[start <= _MAX_START and round(megabytes) <= _MAX_MEMORY]
    return [
        kind,
        dialect,
        name,
        f"{start:.2f}",
        f"{processor:.2f}",
        f"{memory / _KIB**2:.0f}",
        f"{megabytes:.0f}",
        target,
        met,
    ]


def _measure_web(
    environment: Mapping[str, str], folder: Path, checkout: Checkout
) -> ProcessFigures:
    """Start the web server and send it requests that load most of its code."""
    started = time.monotonic()
    with shop_server(environment, folder, checkout) as server:
        start = time.monotonic() - started
        processor = processor_seconds({"web": server.process})["web"]
        paths = ["/api/health/", "/api/products/?limit=100", "/api/products/?search=lamp"]
        credentials = {"username": "unknown", "password": "kettle-lantern-orchard-41"}
        requests = [Request.get(path) for path in paths] * (_REQUESTS // len(paths))
        requests += [Request.post("/api/token/", credentials, expected=401)] * 50
        script = [request.exchange for request in requests]
        load = Load(scripts=[script], repeated=False, connections=_CONNECTIONS)
        if failed := measure(server.port, load).failed:
            raise ServerFailed(f"{failed} requests failed.")
        memory = max(map(_proportional_set_size, descendants(server.process)))
    return ProcessFigures(start=start, processor=processor, memory=memory)


def _measure_worker(
    environment: Mapping[str, str], folder: Path, checkout: Checkout
) -> ProcessFigures:
    """Start the worker beside a web server and let it handle events and run its jobs.

    They share pages of the interpreter and of libraries, as in a shop.
    """
    with shop_server(environment, folder, checkout):
        started = time.monotonic()
        with running_worker(environment, folder, checkout) as process:
            start = time.monotonic() - started
            processor = processor_seconds({"worker": process})["worker"]
            time.sleep(_LOADED)
            memory = max(map(_proportional_set_size, descendants(process)))
    return ProcessFigures(start=start, processor=processor, memory=memory)


def _proportional_set_size(pid: int) -> int:
    """Bytes, in which a page that several processes share counts in part (proc(5))."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith("Pss:"))
    return int(line.split()[1]) * _KIB
