"""Measure the shop on this machine, beside a bare Flask route: `python -m benchmarks`.

Without a topic it measures routes, payments and lists.
"""

import argparse
import logging
import shlex
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console

from benchmarks import report
from benchmarks.measurement import (
    FULL,
    QUICK,
    SERVERS_CONNECTIONS,
    Effort,
    Result,
    client_limit,
    compare_servers,
    measure_scenario,
)
from benchmarks.progress import Progress
from benchmarks.scenarios import (
    LARGE_LIST_SIZE,
    LIST_SIZES,
    PAYMENTS,
    ROUTES,
    Scenario,
    list_scenarios,
)
from benchmarks.shops import DATABASES, ShopOptions, running_shops, web_workers
from novacart.entrypoints.logs import configure_logs

_SERVERS_SCENARIOS: Final = ("health", "product detail", "cart of 5 lines")


@dataclass(frozen=True, slots=True)
class _Session:
    """The arguments of the command line, and where progress is shown."""

    arguments: argparse.Namespace
    console: Console
    effort: Effort

    def routes(self) -> list[Result]:
        return self._measure(ShopOptions(databases=self.arguments.databases), ROUTES)

    def payments(self) -> list[Result]:
        options = ShopOptions(databases=self.arguments.databases, debug=True)
        return self._measure(options, PAYMENTS)

    def lists(self) -> list[Result]:
        sizes = (*LIST_SIZES, LARGE_LIST_SIZE) if self.arguments.large else LIST_SIZES
        results = []
        for size in sizes[:1] if self.arguments.quick else sizes:
            options = ShopOptions(databases=self.arguments.databases, products=size)
            results += self._measure(options, list_scenarios(size))
        return results

    def compare(self) -> list[Result]:
        options = ShopOptions(databases=self.arguments.databases, against=self.arguments.against)
        return self._measure(options, [each for each in ROUTES if each.name != "login"])

    def servers(self) -> list[Result]:
        scenarios = [each for each in ROUTES if each.name in _SERVERS_SCENARIOS]
        options = ShopOptions(databases=self.arguments.databases)
        with running_shops(options, Progress(self.console)) as servers:
            return compare_servers(servers, scenarios, self.effort)

    def _measure(self, options: ShopOptions, scenarios: Sequence[Scenario]) -> list[Result]:
        only = self.arguments.only
        selected = [each for each in scenarios if not only or only in each.name]
        if not selected:
            return []
        results = []
        with running_shops(options, Progress(self.console)) as servers:
            for scenario in selected:
                self.console.print(f"Measuring {scenario.name} …")
                results += measure_scenario(servers, scenario, self.effort)
        return results


_TOPICS: Final[dict[str, Callable[[_Session], list[Result]]]] = {
    "routes": _Session.routes,
    "payments": _Session.payments,
    "lists": _Session.lists,
    "servers": _Session.servers,
    "compare": _Session.compare,
}
_DEFAULT_TOPICS: Final = ("routes", "payments", "lists")


def main() -> int:
    """Measure the topics; exit code 1 if a response had an unexpected status."""
    parser = _parser()
    arguments = parser.parse_args()
    if "compare" in arguments.topics and arguments.against is None:
        parser.error("compare needs --against, the folder of another checkout")
    # SIGTERM must stop the servers too, so it raises SystemExit.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    # The application in this process must not log each request that fills it.
    configure_logs(debug=False, level=logging.WARNING)
    console = Console(width=None if sys.stdout.isatty() else 140)
    effort = QUICK if arguments.quick else FULL
    session = _Session(arguments, console, effort)
    limit = client_limit(effort)
    failed = 0
    for topic in arguments.topics or _DEFAULT_TOPICS:
        results = _TOPICS[topic](session)
        rows = [report.cells_of(result) for result in results]
        report.show(console, topic, report.COLUMNS, rows)
        if arguments.write:
            of_servers = topic == "servers"
            conditions = report.Conditions(
                command=shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]]),
                effort=effort,
                workers="granian interface × workers"
                if of_servers
                else f"{web_workers()} granian workers",
                connections=SERVERS_CONNECTIONS if of_servers else effort.connections,
                client_limit=limit,
            )
            report.write_page(topic, conditions.sentences(), report.COLUMNS, rows)
        failed += sum(result.figures.failed for result in results)
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "topics", nargs="*", choices=[[], *_TOPICS], metavar="topic", help=", ".join(_TOPICS)
    )
    parser.add_argument("--quick", action="store_true", help="a short run, as a check")
    parser.add_argument("--large", action="store_true", help="also lists of 1,000,000 products")
    parser.add_argument("--only", metavar="WORDS", help="scenarios whose name contains the words")
    parser.add_argument(
        "--databases", nargs="+", choices=DATABASES, default=list(DATABASES), help="default: both"
    )
    parser.add_argument(
        "--against", type=Path, metavar="FOLDER", help="another checkout, for `compare`"
    )
    parser.add_argument(
        "--write", action="store_true", help="write the results to docs/benchmarks/"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
