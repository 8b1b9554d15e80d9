"""How fast each question was answered, on the screen and in docs/performance.md."""

import os
import platform
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from time import perf_counter, perf_counter_ns
from typing import Final, TypeVar

from rich.console import Console
from rich.table import Table

from benchmarks.report import write_section
from benchmarks.statistics import percentile

T = TypeVar("T")

_WARM_UP: Final = 3
_COLUMNS: Final = ("kind", "what", "p50 ms", "p99 ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    kind: str
    name: str
    p50_ms: float
    p99_ms: float

    @property
    def cells(self) -> tuple[str, ...]:
        return self.kind, self.name, f"{self.p50_ms:.1f}", f"{self.p99_ms:.1f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What the figures depend on besides the code; durations in seconds."""

    command: str
    orders: int
    products: int
    calls: int
    filling: float
    days: int
    counting: float
    auditing: float
    audit: str

    def sentences(self) -> list[str]:
        packages = ", ".join(
            f"{name} {version(name)}" for name in ("flask", "sqlalchemy", "psycopg")
        )
        machine = (
            f"`{self.command}`, {datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} cores, shared by"
            f" shop and database; load average {os.getloadavg()[0]:.1f} at the end; Python"
            f" {platform.python_version()}, {packages}, PostgreSQL 18 with 1 GB of shared buffers."
        )
        shop = (
            f"{self.orders:,} orders and {self.products:,} products were made in"
            f" {self.filling:.0f} s; the shop counted {self.days} days in {self.counting:.0f} s."
            f" Each question was asked {self.calls} times, one after the other."
        )
        return [machine, shop, f"`novacart audit` took {self.auditing:.0f} s: {self.audit}"]


def measured(
    kind: str, audit_checks: Iterable[tuple[str, Callable[[], object]]], calls: int
) -> list[Measured]:
    """Ask each question `calls` times; reads are asked a few times before, unmeasured."""
    rows = []
    for name, ask in audit_checks:
        for _ in range(_WARM_UP if kind != "placing" else 0):
            ask()
        taken = array("Q")
        for _ in range(calls):
            begun = perf_counter_ns()
            ask()
            taken.append(perf_counter_ns() - begun)
        ordered = sorted(taken)
        rows.append(
            Measured(
                kind=kind,
                name=name,
                p50_ms=percentile(ordered, 50) / 1e6,
                p99_ms=percentile(ordered, 99) / 1e6,
            )
        )
    return rows


def seconds_of(act: Callable[[], T]) -> tuple[float, T]:
    """How long it took, and what came of it."""
    begun = perf_counter()
    result = act()
    return perf_counter() - begun, result


def show(console: Console, rows: Sequence[Measured]) -> None:
    """A table on the screen."""
    table = Table()
    for place, name in enumerate(_COLUMNS):
        table.add_column(name, justify="left" if place < 2 else "right")  # noqa: PLR2004 (two words)
    for row in rows:
        table.add_row(*row.cells)
    console.print(table)


def write(circumstances: Circumstances, rows: Sequence[Measured]) -> None:
    """The same for the page. Raises `ValueError` where it has no such section."""
    lines = [
        *circumstances.sentences(),
        "",
        "| " + " | ".join(_COLUMNS) + " |",
        "|---|---|---:|---:|",
        *("| " + " | ".join(row.cells) + " |" for row in rows),
    ]
    write_section("back_office", "\n".join(lines))
