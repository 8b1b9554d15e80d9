"""Pages of docs/benchmarks."""

from pathlib import Path

import pytest

from benchmarks.report import Table


def _page(path: Path) -> list[str]:
    return [line for line in path.read_text().splitlines() if line]


def test_rows_of_databases_that_were_not_measured_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.report.PAGES", tmp_path)
    columns = ("scenario", "database", "ms", "CPU µs: database", "met")
    rows = [
        ("list", "postgresql", "1.0", "90", ""),
        ("list", "sqlite", "2.0", "", "no"),
        ("long list", "postgresql", "5.0", "95", "yes"),
    ]
    Table(columns=columns, rows=rows).write("lists", ["Both, Monday.", "Versions of Monday."])

    without_database = ("scenario", "database", "ms", "met")
    for day, ms in (("Tuesday", "3.0"), ("Wednesday", "4.0")):
        new = [("list", "sqlite", ms, "yes"), ("search", "sqlite", "7.0", "")]
        conditions = [f"SQLite, {day}.", f"Versions of {day}."]
        Table(columns=without_database, rows=new).write("lists", conditions)

    assert _page(tmp_path / "lists.md") == [
        "# Lists, facets, search and suggestions",
        "SQLite, Wednesday.",
        "Rows of postgresql: Both, Monday.",
        "Versions of Wednesday.",
        "| scenario | database | ms | CPU µs: database | met |",
        "|---|---|---:|---:|---:|",
        "| list | postgresql | 1.0 | 90 |  |",
        "| list | sqlite | 4.0 |  | yes |",
        "| search | sqlite | 7.0 |  |  |",
        "| long list | postgresql | 5.0 | 95 | yes |",
    ]


def test_page_of_a_run_on_all_databases_keeps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.report.PAGES", tmp_path)
    columns = ("database", "measured", "during")
    for ms in ("1.0", "2.0"):
        rows = [("sqlite", "reads", ms), ("postgresql", "reads", ms)]
        Table(columns=columns, rows=rows).write("imports", [f"Run of {ms} ms."])

    assert _page(tmp_path / "imports.md") == [
        "# An import while shoppers read and order",
        "Run of 2.0 ms.",
        "| database | measured | during |",
        "|---|---|---:|",
        "| sqlite | reads | 2.0 |",
        "| postgresql | reads | 2.0 |",
    ]
