"""The figures as a table on the screen and as a section of docs/performance.md."""

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
from rich.table import Table

from benchmarks.rounds import Effort, Row

PAGE: Final = Path(__file__).parents[1] / "docs" / "performance.md"
_COLUMNS: Final = (
    "what",
    "on",
    "requests/s",
    "p50 ms",
    "p99 ms",
    "of bare",
    "CPU µs",
    "statements",
    "requests",
    "failed",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What the figures depend on besides the code."""

    command: str
    effort: Effort
    workers: str
    connections: int
    ceiling: float

    def sentences(self) -> list[str]:
        packages = ", ".join(
            f"{name} {version(name)}"
            for name in ("granian", "flask", "sqlalchemy", "psycopg", "orjson")
        )
        effort = self.effort
        machine = (
            f"`{self.command}`, {datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} cores, shared by"
            f" server, database and client; load average {os.getloadavg()[0]:.1f} at the end."
        )
        software = (
            f"Python {platform.python_version()}, {packages}, PostgreSQL 18,"
            f" SQLite {sqlite3.sqlite_version}, {sys.platform}."
        )
        load = (
            f"{self.workers}; {self.connections} connections;"
            f" the median of {effort.rounds} rounds of {effort.seconds:g} s. The client alone"
            f" manages {self.ceiling:,.0f} requests/s against a server that does nothing."
        )
        return [machine, software, load]


def show(console: Console, title: str, rows: Sequence[Row]) -> None:
    """A table on the screen."""
    table = Table(title=title, title_justify="left")
    for place, name in enumerate(_COLUMNS):
        table.add_column(name, justify="left" if place < 2 else "right")  # noqa: PLR2004 (two words)
    for row in rows:
        table.add_row(*_cells(row))
    console.print(table)


def markdown(rows: Sequence[Row]) -> str:
    """The same table for a page."""
    lines = [
        "| " + " | ".join(_COLUMNS) + " |",
        "|---|---|" + "---:|" * (len(_COLUMNS) - 2),
        *("| " + " | ".join(_cells(row)) + " |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


def write_section(name: str, text: str, page: Path = PAGE) -> None:
    """Put `text` between the page's comments `<!-- begin: name -->` and `<!-- end: name -->`.

    Raises `ValueError` where the page has no such section.
    """
    begin, end = f"<!-- begin: {name} -->\n", f"<!-- end: {name} -->"
    before, found, rest = page.read_text().partition(begin)
    _, found_end, after = rest.partition(end)
    if not found or not found_end:
        raise ValueError(f"{page} has no section {name}")
    page.write_text(f"{before}{begin}\n{text.strip()}\n\n{end}{after}")


def _cells(row: Row) -> list[str]:
    figures = row.figures
    counted = ""
    if row.statements is not None:
        commits = f", {row.statements.commits} commit" if row.statements.commits else ""
        plural = "s" if row.statements.commits > 1 else ""
        counted = f"{row.statements.sent}{commits}{plural}"
    return [
        row.scenario,
        row.subject,
        f"{figures.per_second:,.0f}",
        f"{figures.p50_ms:.2f}",
        f"{figures.p99_ms:.2f}",
        f"{row.ratio:.3f}",
        "" if figures.processor_us is None else f"{figures.processor_us:,.0f}",
        counted,
        f"{figures.requests:,}",
        str(figures.failed),
    ]
