"""Results as a table on the terminal and as a page of docs/benchmarks."""

import os
import platform
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
    "CPU µs: database",
    "CPU µs: worker",
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
_DATABASE: Final = "database"
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
    """The conditions of a measurement besides the code.

    `other` is a sentence about the other checkout, and `client_limit` is in requests/s.
    """

    command: str
    effort: Effort
    workers: int
    other: str
    client_limit: float

    def sentences(self) -> list[str]:
        effort = self.effort
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
                f" {self.client_limit:,.0f} requests/s with a server that does nothing."
                f" {self.other}"
            ).rstrip(),
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
        """Write docs/benchmarks/<topic>.md. Rows of databases that were not measured are kept."""
        path = PAGES / f"{topic}.md"
        table, paragraphs = self, list(conditions)
        if path.exists():
            table, sources = self._with_rows_of(path.read_text())
            paragraphs[1:1] = sources
        numbers = len(table.columns) - table.text_columns
        lines = [
            f"# {_TITLES[topic]}",
            "",
            "\n\n".join(paragraphs),
            "",
            "| " + " | ".join(table.columns) + " |",
            "|" + "---|" * table.text_columns + "---:|" * numbers,
            *("| " + " | ".join(row) + " |" for row in table.rows),
        ]
        PAGES.mkdir(exist_ok=True)
        path.write_text("\n".join(lines) + "\n")

    def _with_rows_of(self, page: str) -> tuple["Table", list[str]]:
        """Add the rows of other databases in a page; also return where they come from."""
        paragraphs = [line for line in page.splitlines()[1:] if line and not line.startswith("|")]
        old_columns, _, *old_rows = (_cells(line) for line in page.splitlines() if line[:1] == "|")
        new = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        old = [dict(zip(old_columns, row, strict=True)) for row in old_rows]
        measured = {row.get(_DATABASE) for row in new}
        kept = [row for row in old if row.get(_DATABASE) not in measured]
        if not kept or _DATABASE not in old_columns:
            return self, []
        columns = list(self.columns)
        for position, name in enumerate(old_columns):
            if name not in columns:
                columns.insert(position, name)
        # As in `table_of`: by what is left of the database, in the order of measurement.
        groups = columns[: columns.index(_DATABASE)]
        order = list(dict.fromkeys(_key(row, groups) for row in [*new, *kept]))
        rows = sorted(
            [*new, *kept], key=lambda row: (order.index(_key(row, groups)), row[_DATABASE])
        )
        cells = [[row.get(name, "") for name in columns] for row in rows]
        sources = [
            _source(paragraphs, database) for database in sorted({row[_DATABASE] for row in kept})
        ]
        return replace(self, columns=columns, rows=cells), sources


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line[1:-1].split("|")]


def _key(row: Mapping[str, str], columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(row[name] for name in columns)


def _source(paragraphs: Sequence[str], database: str) -> str:
    """The paragraph about the rows of a database: the first one of a page, or one of its own."""
    start = f"Rows of {database}: "
    own = (paragraph for paragraph in paragraphs if paragraph.startswith(start))
    return next(own, start + paragraphs[0])


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
