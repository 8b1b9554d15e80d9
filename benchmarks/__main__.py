"""`python -m benchmarks`: measure the shop on this machine, beside a bare Flask route.

Without a word it measures routes, payments and lists.
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
from benchmarks.environment import DATABASES, Wanted, client_ceiling, web_workers, workplace
from benchmarks.lists import LARGE, SIZES, list_scenarios
from benchmarks.payments import PAYMENTS
from benchmarks.progress import Progress
from benchmarks.rounds import FULL, QUICK, Contest, Effort, Row
from benchmarks.scenarios import ROUTES, Scenario
from benchmarks.server_settings import CONNECTIONS, compare_settings
from novacart.entrypoints.logs import configure_logs

_UNDER_SETTINGS: Final = ("product detail", "cart of 5 lines")


@dataclass(frozen=True, slots=True)
class _Session:
    """What was asked for on the command line, and where it is told."""

    asked: argparse.Namespace
    console: Console
    effort: Effort

    def routes(self) -> list[Row]:
        return self._hold(Wanted(databases=self.asked.databases), self._chosen(ROUTES))

    def payments(self) -> list[Row]:
        wanted = Wanted(databases=self.asked.databases, debug=True)
        return self._hold(wanted, self._chosen(PAYMENTS))

    def lists(self) -> list[Row]:
        sizes = (*SIZES, LARGE) if self.asked.large else SIZES
        rows = []
        for size in sizes[:1] if self.asked.quick else sizes:
            scenarios = self._chosen(list_scenarios(size))
            rows += self._hold(Wanted(databases=self.asked.databases, products=size), scenarios)
        return rows

    def compare(self) -> list[Row]:
        wanted = Wanted(databases=self.asked.databases, against=self.asked.against)
        chosen = [each for each in ROUTES if each.name != "login"]
        return self._hold(wanted, self._chosen(chosen))

    def settings(self) -> list[Row]:
        chosen = [each for each in ROUTES if each.name in _UNDER_SETTINGS]
        wanted = Wanted(databases=self.asked.databases)
        with workplace(wanted, self.effort, Progress(self.console)) as (contest, folder):
            return compare_settings(contest, chosen, folder)

    def _chosen(self, scenarios: Sequence[Scenario]) -> list[Scenario]:
        return [each for each in scenarios if not self.asked.only or self.asked.only in each.name]

    def _hold(self, wanted: Wanted, scenarios: Sequence[Scenario]) -> list[Row]:
        if not scenarios:
            return []
        with workplace(wanted, self.effort, Progress(self.console)) as (contest, _):
            return [row for each in scenarios for row in self._measured(contest, each)]

    def _measured(self, contest: Contest, scenario: Scenario) -> list[Row]:
        self.console.print(f"Measuring {scenario.name} …")
        return contest.hold(scenario)


_PARTS: Final[dict[str, Callable[[_Session], list[Row]]]] = {
    "routes": _Session.routes,
    "payments": _Session.payments,
    "lists": _Session.lists,
    "settings": _Session.settings,
    "compare": _Session.compare,
}
_BY_DEFAULT: Final = ("routes", "payments", "lists")


def main() -> int:
    """Measure what was asked for; exit code 1 where an answer was not the expected one."""
    parser = _arguments()
    asked = parser.parse_args()
    if "compare" in asked.parts and asked.against is None:
        parser.error("compare needs --against, the folder of another checkout")
    # Whoever stops this stops the servers that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    # The shop in this process says nothing of each request that fills it.
    configure_logs(debug=False)
    logging.getLogger().setLevel(logging.WARNING)
    console = Console(width=None if sys.stdout.isatty() else 140)
    effort = QUICK if asked.quick else FULL
    session = _Session(asked, console, effort)
    ceiling = client_ceiling(effort)
    failed = 0
    for part in asked.parts or _BY_DEFAULT:
        rows = _PARTS[part](session)
        circumstances = report.Circumstances(
            command=shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]]),
            effort=effort,
            workers="granian workers × threads"
            if part == "settings"
            else f"{web_workers()} granian workers of one thread",
            connections=CONNECTIONS if part == "settings" else effort.connections,
            ceiling=ceiling,
        )
        report.show(console, part, rows)
        if asked.write:
            text = "\n".join([*circumstances.sentences(), "", report.markdown(rows)])
            report.write_section(part, text)
        failed += sum(row.figures.failed for row in rows)
    return 1 if failed else 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", choices=[[], *_PARTS], metavar="part", help=", ".join(_PARTS)
    )
    parser.add_argument("--quick", action="store_true", help="a short run, to see that it works")
    parser.add_argument("--large", action="store_true", help="also lists of 1,000,000 products")
    parser.add_argument("--only", metavar="WORDS", help="what has these words in its name")
    parser.add_argument(
        "--databases", nargs="+", choices=DATABASES, default=list(DATABASES), help="both, if unsaid"
    )
    parser.add_argument(
        "--against", type=Path, metavar="FOLDER", help="another checkout, for `compare`"
    )
    parser.add_argument(
        "--write", action="store_true", help="put the figures into docs/performance.md"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
