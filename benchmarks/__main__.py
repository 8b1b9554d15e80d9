"""Measure the shop on this machine, beside the floor and another checkout: `python -m benchmarks`.

Without a topic it measures reads, writes, processes and lists.
"""

import argparse
import logging
import shlex
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from rich.console import Console

from benchmarks.databases import DATABASES
from benchmarks.imports import FULL_IMPORT, QUICK_IMPORT, import_table, measure_import
from benchmarks.measurement import (
    FULL,
    LISTS,
    QUICK,
    Effort,
    Result,
    client_limit,
    compare_servers,
    measure_shop,
)
from benchmarks.process import measure_processes, process_table
from benchmarks.progress import Progress
from benchmarks.report import Conditions, Table, table_of
from benchmarks.scenarios import (
    LIST_SIZES,
    PAYMENTS,
    READS,
    WRITES,
    Scenario,
    list_scenarios,
    place_past_orders,
)
from benchmarks.servers import Checkout
from benchmarks.subjects import BenchmarkShop, filled_shop, web_workers
from novacart.entrypoints.logs import configure_logs

_PRODUCTS: Final = 1_000
_VARIANTS_IN_LISTS: Final = 3
_PAST_CUSTOMERS: Final = 100
_SERVERS_SCENARIOS: Final = ("health", "product detail", "cart of 5")


@dataclass(frozen=True, slots=True)
class _Session:
    """The arguments of the command line, and where progress is shown."""

    arguments: argparse.Namespace
    progress: Progress
    against: Checkout | None

    def reads(self) -> Table:
        return table_of(self._measure("reads", READS))

    def writes(self) -> Table:
        return table_of(self._measure("writes", WRITES, past_orders=True))

    def payments(self) -> Table:
        scenarios = [replace(each, compared=False) for each in PAYMENTS]
        return table_of(self._measure("payments", scenarios, debug=True))

    def lists(self) -> Table:
        results = []
        for size, dialects in LIST_SIZES.items():
            if self.arguments.quick and size > _PRODUCTS:
                continue
            results += self._measure(
                "lists",
                list_scenarios(size),
                databases=[each for each in self.arguments.databases if each in dialects],
                products=size,
                variants=_VARIANTS_IN_LISTS,
                attributes=True,
            )
        return table_of(results)

    def process(self) -> Table:
        rounds = self.effort_of("process").rounds
        rows = []
        for dialect in self.arguments.databases:
            with self._shop(dialect) as shop:
                self.progress.say(f"{dialect}: starting processes")
                rows += measure_processes(shop, self.against, rounds)
        return process_table(rows)

    def servers(self) -> Table:
        scenarios = [each for each in READS if each.name in _SERVERS_SCENARIOS]
        results = []
        for dialect in self.arguments.databases:
            with self._shop(dialect) as shop:
                results += compare_servers(shop, scenarios, self.effort_of("servers"))
        return table_of(results)

    def imports(self) -> Table:
        effort = QUICK_IMPORT if self.arguments.quick else FULL_IMPORT
        results = []
        for dialect in self.arguments.databases:
            with self._shop(dialect) as shop:
                self.progress.say(f"{dialect}: importing {effort.rows:,} rows")
                results.append(measure_import(shop, effort))
        return import_table(results)

    def effort_of(self, topic: str) -> Effort:
        """Return the rounds of a topic. Lists have many scenarios, and no ratios."""
        if self.arguments.quick:
            return QUICK
        return LISTS if topic == "lists" else FULL

    def _measure(
        self,
        topic: str,
        scenarios: Sequence[Scenario],
        *,
        databases: Sequence[str] | None = None,
        products: int = _PRODUCTS,
        variants: int = 1,
        attributes: bool = False,
        debug: bool = False,
        past_orders: bool = False,
    ) -> list[Result]:
        only = self.arguments.only
        selected = [each for each in scenarios if not only or only in each.name]
        results: list[Result] = []
        if selected:
            effort = self.effort_of(topic)
            for dialect in self.arguments.databases if databases is None else databases:
                with self._shop(
                    dialect,
                    products=products,
                    variants=variants,
                    attributes=attributes,
                    debug=debug,
                ) as shop:
                    if past_orders:
                        place_past_orders(shop, _PAST_CUSTOMERS)
                    results += measure_shop(shop, selected, effort, self.against, self.progress)
        return results

    @contextmanager
    def _shop(
        self,
        dialect: str,
        *,
        products: int = _PRODUCTS,
        variants: int = 1,
        attributes: bool = False,
        debug: bool = False,
    ) -> Iterator[BenchmarkShop]:
        with tempfile.TemporaryDirectory(prefix="novacart_bench_") as name:
            folder = Path(name)
            # PostgreSQL may run as another user.
            folder.chmod(0o755)
            with filled_shop(
                dialect,
                folder,
                products=products,
                progress=self.progress,
                variants=variants,
                attributes=attributes,
                debug=debug,
            ) as shop:
                yield shop


_TOPICS: Final[dict[str, Callable[[_Session], Table]]] = {
    "reads": _Session.reads,
    "writes": _Session.writes,
    "lists": _Session.lists,
    "process": _Session.process,
    "payments": _Session.payments,
    "servers": _Session.servers,
    "imports": _Session.imports,
}
_DEFAULT_TOPICS: Final = ("reads", "writes", "process", "lists")
_COMPARED_TOPICS: Final = ("reads", "writes", "process")


def main() -> int:
    """Measure the topics; exit code 1 if a response had an unexpected status."""
    parser = _parser()
    arguments = parser.parse_args()
    if arguments.write and (arguments.quick or arguments.only):
        parser.error("--write replaces whole tables, so it needs a run without --quick and --only.")
    # SIGTERM must stop the servers too, so it raises SystemExit.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    # The application in this process must not log each request that fills it.
    configure_logs(debug=False, level=logging.WARNING)
    console = Console(width=None if sys.stdout.isatty() else 260)
    against = Checkout.at(arguments.against) if arguments.against else None
    session = _Session(arguments, Progress(console), against)
    limit = client_limit(FULL)
    failed = 0
    topics = arguments.topics or _DEFAULT_TOPICS
    for topic in topics:
        table = _TOPICS[topic](session)
        if not table.rows:
            continue
        table.show(console, topic)
        if arguments.write:
            conditions = Conditions(
                command=_command(sys.argv[1:], against),
                effort=session.effort_of(topic),
                workers=web_workers(),
                other=_other(topic, against),
                client_limit=limit,
            )
            table.write(topic, conditions.sentences())
        failed += table.failed
    compared = [each for each in topics if each in _COMPARED_TOPICS]
    if compared and against is None:
        console.print(
            f"Left out: the rows of another checkout in {', '.join(compared)}, and the targets that"
            " compare with it. Name its folder: make bench AGAINST=FOLDER."
        )
    return 1 if failed else 0


def _other(topic: str, against: Checkout | None) -> str:
    """State what a topic was compared with."""
    if topic not in _COMPARED_TOPICS:
        return ""
    if against is None:
        return "Rows of another checkout are left out."
    return f"The other checkout is commit {against.revision}."


def _command(arguments: Sequence[str], against: Checkout | None) -> str:
    """The command as documentation shows it, without a path of this machine."""
    shown = [
        f"../{against.revision}" if against and Path(each).resolve() == against.folder else each
        for each in arguments
    ]
    return shlex.join(["python", "-m", "benchmarks", *shown])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "topics", nargs="*", choices=[[], *_TOPICS], metavar="topic", help=", ".join(_TOPICS)
    )
    parser.add_argument("--quick", action="store_true", help="a short run, as a check")
    parser.add_argument("--only", metavar="WORDS", help="scenarios whose name contains the words")
    parser.add_argument(
        "--databases", nargs="+", choices=DATABASES, default=list(DATABASES), help="default: both"
    )
    parser.add_argument(
        "--against", type=Path, metavar="FOLDER", help="another checkout, with its own .venv"
    )
    parser.add_argument(
        "--write", action="store_true", help="write the results to docs/benchmarks/"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
