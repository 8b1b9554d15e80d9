"""Results as a table on the terminal and as a page of docs/benchmarks."""

import os
import platform
import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table as RichTable

from benchmarks.measurement import Effort, Result
from benchmarks.metrics import Statements
from benchmarks.targets import Ratios

PAGES: Final = Path(__file__).parents[1] / "docs" / "benchmarks"
COLUMNS: Final = (
    "scenario",
    "database",
    "subject",
    "requests/s",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "CPU µs: web",
    "database",
    "worker",
    "events handled after, s",
    "statements",
    "of floor: rate, CPU",
    "× other: rate, CPU",
    "target",
    "met",
    "failed",
)
_LOAD_BEFORE: Final = os.getloadavg()[0]
_TEXT_COLUMNS: Final = 3
_KINDS: Final = ("web", "database", "worker")
_TITLES: Final = {
    "reads": "Reads",
    "writes": "Writes",
    "payments": "Payments",
    "lists": "Lists, facets, search and suggestions",
    "process": "Processes",
    "servers": "Servers",
    "back-office": "Back office",
    "workers": "Workers",
    "imports": "An import while shoppers read and order",
    "storefront": "Storefront on a phone",
    "shoppers": "Shoppers",
}
MET: Final = {None: "", True: "yes", False: "**no**"}
# From this rate on, decimals are not shown.
_WHOLE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """The conditions of a measurement besides the code; `client_limit` in requests/s."""

    command: str
    effort: Effort
    workers: int
    other: str
    client_limit: float

    def sentences(self) -> list[str]:
        effort = self.effort
        other = f" The other checkout is commit {self.other}." if self.other else ""
        return [
            machine(self.command, "server, database and client"),
            (
                f"{versions('granian', 'flask', 'sqlalchemy', 'psycopg', 'orjson')},"
                f" SQLite {sqlite3.sqlite_version}, {sys.platform}."
            ),
            (
                f"{self.workers} web processes; {effort.connections} connections unless the"
                f" scenario says otherwise; the median of {effort.rounds} rounds of"
                f" {effort.seconds:g} s, or of {effort.once} requests that can be sent only once."
                " The load generator reaches"
                f" {self.client_limit:,.0f} requests/s with a server that does nothing.{other}"
            ),
        ]


def machine(command: str, shared_by: str) -> str:
    """Describe the command, the date and the machine."""
    return (
        f"`{command}`, {datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} cores, shared by"
        f" {shared_by}; load average {_LOAD_BEFORE:.1f} before and {os.getloadavg()[0]:.1f} after."
    )


def versions(*packages: str) -> str:
    """List the versions of Python, packages and PostgreSQL."""
    listed = ", ".join(f"{name} {version(name)}" for name in packages)
    return f"Python {platform.python_version()}, {listed}, PostgreSQL 18"


def cells_of(result: Result) -> tuple[str, ...]:
    """Return the cells of a result for `COLUMNS`."""
    figures = result.figures
    busy = figures.processor_us
    return (
        result.scenario,
        result.database,
        result.subject,
        _rate(figures.per_second),
        f"{figures.p50_ms:.2f}",
        f"{figures.p95_ms:.2f}",
        f"{figures.p99_ms:.2f}",
        *(f"{busy[kind]:,.0f}" if kind in busy else "" for kind in _KINDS),
        "" if figures.drained is None else f"{figures.drained:.1f}",
        _statements(result.statements),
        _ratios(result.floor),
        _ratios(result.other),
        "" if result.target is None else result.target.text,
        MET[result.is_met],
        str(figures.failed),
    )


def _rate(per_second: float) -> str:
    return f"{per_second:,.0f}" if per_second >= _WHOLE else f"{per_second:.1f}"


def _statements(statements: Statements | None) -> str:
    if statements is None:
        return ""
    commits = statements.commits
    plural = "s" if commits > 1 else ""
    return f"{statements.sent}" + (f", {commits} commit{plural}" if commits else "")


def _ratios(ratios: Ratios | None) -> str:
    if ratios is None:
        return ""
    processor = "" if ratios.processor is None else f", {ratios.processor:.2f}"
    return f"{ratios.rate:.2f}{processor}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of cells; the first `text_columns` are text, the others numbers.

    `failed` counts requests.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    text_columns: int = 2
    failed: int = 0

    def show(self, console: Console, title: str) -> None:
        """Print the table."""
        table = RichTable(title=title, title_justify="left")
        for position, name in enumerate(self.columns):
            table.add_column(name, justify="left" if position < self.text_columns else "right")
        for row in self.rows:
            table.add_row(*row)
        console.print(table)

    def write(self, topic: str, conditions: Sequence[str]) -> None:
        """Write docs/benchmarks/<topic>.md."""
        numbers = len(self.columns) - self.text_columns
        lines = [
            f"# {_TITLES[topic]}",
            "",
            "\n\n".join(conditions),
            "",
            "| " + " | ".join(self.columns) + " |",
            "|" + "---|" * self.text_columns + "---:|" * numbers,
            *("| " + " | ".join(row) + " |" for row in self.rows),
        ]
        PAGES.mkdir(exist_ok=True)
        (PAGES / f"{topic}.md").write_text("\n".join(lines) + "\n")


def table_of(results: Sequence[Result]) -> Table:
    """Return the table of results. Columns without values are omitted.

    It is sorted by scenario, in the order of measurement, and by database.
    """
    names = list(dict.fromkeys(result.scenario for result in results))
    ordered = sorted(results, key=lambda each: (names.index(each.scenario), each.database))
    rows = [cells_of(result) for result in ordered]
    used = [index for index in range(len(COLUMNS)) if any(row[index] for row in rows)]
    return Table(
        columns=[COLUMNS[index] for index in used],
        rows=[[row[index] for index in used] for row in rows],
        text_columns=_TEXT_COLUMNS,
        failed=sum(result.figures.failed for result in results),
    )
