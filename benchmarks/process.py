"""Start and memory of `novacart serve` and `novacart worker`: `python -m benchmarks.process`.

On SQLite, with 1,000 products. `--against` measures another checkout, too.
"""

import argparse
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from rich.console import Console

from benchmarks.catalog import fill_catalog
from benchmarks.load_generator import Load, Request, measure
from benchmarks.metrics import descendants, processor_seconds
from benchmarks.progress import Progress
from benchmarks.servers import Checkout, running_worker, shop_environment, shop_server
from novacart.adapters.persistence.database import Database
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.entrypoints.container import build_container
from novacart.entrypoints.settings import load_settings
from tests.support.databases import create_schema

_REQUESTS: Final = 2_000
_PRODUCTS: Final = 1_000
_KIB: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessFigures:
    """Figures of a command.

    `start` is the time to its first response in seconds, `processor` its processor time until then,
    and `memory` the proportional set size of its largest process after load, in MiB. A worker is
    measured a second after its start, when its jobs have run once.
    """

    start: float
    processor: float
    memory: float


def measure_web(environment: Mapping[str, str], folder: Path, checkout: Checkout) -> ProcessFigures:
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
        measure(server.port, Load(scripts=[script] * 8, repeated=False, connections=8))
        memory = max(map(_proportional_set_size, descendants(server.process)))
    return ProcessFigures(start=start, processor=processor, memory=memory)


def measure_worker(
    environment: Mapping[str, str], folder: Path, checkout: Checkout
) -> ProcessFigures:
    """Start the worker and let it deliver the messages of the catalog."""
    started = time.monotonic()
    with running_worker(environment, folder, checkout) as process:
        start = time.monotonic() - started
        processor = processor_seconds({"worker": process})["worker"]
        time.sleep(4)
        memory = max(map(_proportional_set_size, descendants(process)))
    return ProcessFigures(start=start, processor=processor, memory=memory)


def _proportional_set_size(pid: int) -> float:
    """MiB, in which a page that several processes share counts in part (proc(5))."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith("Pss:"))
    return int(line.split()[1]) / _KIB


def main() -> None:
    """Print the medians of several rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", type=Path, help="the folder of another checkout")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    console = Console()
    checkouts = {"this checkout": Checkout()}
    if arguments.against is not None:
        checkouts["other checkout"] = Checkout.at(arguments.against)
    figures: dict[tuple[str, str], list[ProcessFigures]] = {}
    with tempfile.TemporaryDirectory(prefix="novacart_process_") as name:
        folder = Path(name)
        for checkout_name in checkouts:
            (folder / checkout_name).mkdir()
        environment = shop_environment(f"sqlite:///{folder}/shop.sqlite3", folder)
        create_schema(environment["DATABASE_URL"])
        injector = build_container(load_settings(environment, dotenv=folder / "no.env"))
        database = injector.get(Database)
        begin = injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
        fill_catalog(database, begin, _PRODUCTS, Progress(console))
        database.dispose()
        for _ in range(arguments.rounds):
            for checkout_name, checkout in checkouts.items():
                for kind, measured in (("web", measure_web), ("worker", measure_worker)):
                    result = measured(environment, folder / checkout_name, checkout)
                    figures.setdefault((checkout_name, kind), []).append(result)
    for (checkout_name, kind), results in figures.items():
        start = median(result.start for result in results)
        memory = median(result.memory for result in results)
        processor = median(result.processor for result in results)
        console.print(
            f"{checkout_name}, {kind}: start {start:.2f} s (processor {processor:.2f} s),"
            f" memory {memory:.0f} MiB PSS"
        )


if __name__ == "__main__":
    main()
