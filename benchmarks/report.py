"""Results as a table on the terminal and as a page of docs/benchmarks."""

import os
import platform
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.measurement import Effort, Result

PAGES: Final = Path(__file__).parents[1] / "docs" / "benchmarks"
COLUMNS: Final = (
    "scenario",
    "server",
    "requests/s",
    "p50 ms",
    "p99 ms",
    "of bare",
    "CPU µs",
    "statements",
    "requests",
    "failed",
)
_TEXT_COLUMNS: Final = 2
_TITLES: Final = {
    "routes": "Routes",
    "payments": "Payments",
    "lists": "Lists of products",
    "servers": "Servers",
    "compare": "Comparison with another checkout",
    "back-office": "Back office",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """The conditions of a measurement besides the code; `client_limit` in requests/s."""

    command: str
    effort: Effort
    workers: str
    connections: int
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
                f"{self.workers}; {self.connections} connections;"
                f" the median of {effort.rounds} rounds of {effort.seconds:g} s. The load generator"
                f" reaches {self.client_limit:,.0f} requests/s with a server that does nothing."
            ),
        ]


def machine(command: str, shared_by: str) -> str:
    """Describe the command, the date and the machine."""
    return (
        f"`{command}`, {datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} cores, shared by"
        f" {shared_by}; load average {os.getloadavg()[0]:.1f} at the end."
    )


def versions(*packages: str) -> str:
    """List the versions of Python, packages and PostgreSQL."""
    listed = ", ".join(f"{name} {version(name)}" for name in packages)
    return f"Python {platform.python_version()}, {listed}, PostgreSQL 18"


def cells_of(result: Result) -> tuple[str, ...]:
    """Return the cells of a result for `COLUMNS`."""
    figures = result.figures
    statements = ""
    if result.statements is not None:
        commits = result.statements.commits
        plural = "s" if commits > 1 else ""
        statements = f"{result.statements.sent}" + (
            f", {commits} commit{plural}" if commits else ""
        )
    return (
        result.scenario,
        result.server,
        f"{figures.per_second:,.0f}",
        f"{figures.p50_ms:.2f}",
        f"{figures.p99_ms:.2f}",
        f"{result.ratio:.3f}",
        "" if figures.processor_us is None else f"{figures.processor_us:,.0f}",
        statements,
        f"{figures.requests:,}",
        str(figures.failed),
    )


def show(
    console: Console, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    """Print a table; the first two columns are text, the others numbers."""
    table = Table(title=title, title_justify="left")
    for position, name in enumerate(columns):
        table.add_column(name, justify="left" if position < _TEXT_COLUMNS else "right")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def write_page(
    topic: str, conditions: Sequence[str], columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    """Write docs/benchmarks/<topic>.md."""
    lines = [
        f"# {_TITLES[topic]}",
        "",
        "\n\n".join(conditions),
        "",
        "| " + " | ".join(columns) + " |",
        "|" + "---|" * _TEXT_COLUMNS + "---:|" * (len(columns) - _TEXT_COLUMNS),
        *("| " + " | ".join(row) + " |" for row in rows),
    ]
    PAGES.mkdir(exist_ok=True)
    (PAGES / f"{topic}.md").write_text("\n".join(lines) + "\n")
