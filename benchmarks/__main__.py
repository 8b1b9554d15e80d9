"""`python -m benchmarks`: measure the shop on this machine, within some minutes."""

import argparse
import logging
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from rich.console import Console

from benchmarks import report
from benchmarks.canned import canned_server
from benchmarks.contest import BARE, FULL, QUICK, Contest, Effort, Row
from benchmarks.figures import figures_of
from benchmarks.load import Load, measure
from benchmarks.progress import Progress
from benchmarks.scenarios import ROUTES, Scenario
from benchmarks.servers import granian_server
from benchmarks.subject import filled_shop
from novacart.entrypoints.logs import configure_logs
from novacart.entrypoints.settings import load_settings
from tests.support.postgres import PostgresServer

_DATABASES: Final = ("sqlite", "postgresql")
# The tests' server may lose what it acknowledged; a shop's may not, and neither does its SQLite.
_DURABLE: Final = {"fsync": "on", "full_page_writes": "on"}


def main() -> int:
    """Measure what was asked for; exit code 1 where an answer was not the expected one."""
    asked = _arguments().parse_args()
    # The shop in this process says nothing of each request that fills it.
    configure_logs(debug=False)
    logging.getLogger().setLevel(logging.WARNING)
    console = Console(width=None if sys.stdout.isatty() else 140)
    effort = QUICK if asked.quick else FULL
    scenarios = [each for each in ROUTES if not asked.only or asked.only in each.name]
    if not scenarios:
        console.print("No scenario has that in its name: " + ", ".join(_names()))
        return 2
    with workplace(asked.databases, Progress(console), effort) as contest:
        rows = hold_all(contest, scenarios, console)
    return 1 if any(row.figures.failed for row in rows) else 0


def _names() -> Iterator[str]:
    return (each.name for each in ROUTES)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a short run, to see that it works")
    parser.add_argument("--only", metavar="WORDS", help="the scenarios with this in their names")
    parser.add_argument(
        "--databases",
        nargs="+",
        choices=_DATABASES,
        default=list(_DATABASES),
        help="which databases (both)",
    )
    return parser


@contextmanager
def workplace(databases: Sequence[str], progress: Progress, effort: Effort) -> Iterator[Contest]:
    """Filled shops on these databases and the bare route, all running."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="novacart_bench_")))
        # PostgreSQL may have to run as another user.
        folder.chmod(0o755)
        workers = load_settings({"SECRET_KEY": "x" * 64}, dotenv=folder / "no.env").web_workers
        bare = stack.enter_context(
            granian_server("benchmarks.bare:app", {}, folder, path="/bare/", workers=workers)
        )
        subjects = []
        for name in databases:
            if name == "sqlite":
                url = f"sqlite:///{folder}/shop.sqlite3"
            else:
                server = PostgresServer(folder / "postgres", settings=_DURABLE)
                stack.callback(server.stop)
                server.start()
                url = server.url()
            subjects.append(
                stack.enter_context(
                    filled_shop(name, url, folder, products=effort.products, progress=progress)
                )
            )
        yield Contest(bare=bare, subjects=subjects, effort=effort)


def hold_all(contest: Contest, scenarios: Sequence[Scenario], console: Console) -> list[Row]:
    """Measure these scenarios, one after another, and show them."""
    rows: list[Row] = []
    for scenario in scenarios:
        console.print(f"Measuring {scenario.name} …")
        rows += contest.hold(scenario)
    report.show(console, "Routes", rows)
    return rows


def client_ceiling(effort: Effort) -> float:
    """What the load generator manages against a server that does nothing, in requests/s."""
    with canned_server() as port:
        load = Load(requests=[BARE], connections=effort.connections, seconds=2.0)
        return figures_of([measure(port, load)]).per_second


if __name__ == "__main__":
    sys.exit(main())
