"""Products in files: CSV and JSON Lines, read and written line by line."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO
from typing import Any, Final

COLUMNS: Final = (
    "id",
    "title",
    "subtitle",
    "description",
    "price",
    "currency",
    "author",
    "published_year",
    "brand",
    "stock",
    "category",
    "image",
)
_NUMBERS: Final = frozenset({"id", "published_year", "stock"})
_WHOLE_NUMBER: Final = re.compile(r"-?[0-9]{1,18}")
_BOM: Final = "\ufeff"


class FileFormat(StrEnum):
    CSV = "csv"
    JSON_LINES = "jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedRow:
    """A row with the number of its first line in the file; `problem` where it can't be read.

    Its members are named by `COLUMNS`; those that the file does not say are left out.
    """

    line: int
    row: Mapping[str, Any]
    problem: str | None = None


class UnreadableFile(Exception):
    """The file is not what it says it is; nothing of it was read."""


def read_rows(lines: Iterable[str], form: FileFormat) -> Iterator[NumberedRow]:
    """The rows of a file, one after another. Raises `UnreadableFile` for a bad heading."""
    return _read_csv(lines) if form is FileFormat.CSV else _read_json_lines(lines)


def written_rows(rows: Iterable[Mapping[str, Any]], form: FileFormat) -> Iterator[str]:
    """The lines of a file, its heading included, each with its end."""
    if form is FileFormat.JSON_LINES:
        for row in rows:
            yield json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"
        return
    buffer = StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
    writer.writeheader()
    yield _taken(buffer)
    for row in rows:
        writer.writerow(row)
        yield _taken(buffer)


def _taken(buffer: StringIO) -> str:
    written = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return written


def _read_csv(lines: Iterable[str]) -> Iterator[NumberedRow]:
    reader = csv.reader(_without_mark(lines), strict=True)
    try:
        heading = [name.strip().lower() for name in next(reader, [])]
    except csv.Error as error:
        raise UnreadableFile(f"The heading can't be read: {error}.") from error
    _check_heading(heading)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield NumberedRow(line=line, row={}, problem=f"The line can't be read: {error}.")
            continue
        if cells is None:
            return
        if not cells:
            continue
        if len(cells) != len(heading):
            problem = f"There are {len(cells)} cells under {len(heading)} headings."
            yield NumberedRow(line=line, row={}, problem=problem)
            continue
        yield NumberedRow(line=line, row=_from_cells(dict(zip(heading, cells, strict=True))))


def _check_heading(heading: list[str]) -> None:
    unknown = [name for name in heading if name not in COLUMNS]
    if unknown or not heading or len(set(heading)) != len(heading):
        named = f" {', '.join(repr(name) for name in unknown)} is none." if unknown else ""
        raise UnreadableFile(
            f"The first line names columns, each once, of: {', '.join(COLUMNS)}.{named}"
        )


def _from_cells(cells: Mapping[str, str]) -> dict[str, Any]:
    """A cell is text: an empty one says nothing of a number, and clears a text."""
    row: dict[str, Any] = {}
    for name, cell in cells.items():
        text = cell.strip()
        if name in _NUMBERS:
            if _WHOLE_NUMBER.fullmatch(text):
                row[name] = int(text)
            elif text:
                row[name] = text
            elif name == "published_year":
                row[name] = None
        elif text or name not in {"price", "currency"}:
            row[name] = text
    return row


def _read_json_lines(lines: Iterable[str]) -> Iterator[NumberedRow]:
    for line, text in enumerate(_without_mark(lines), start=1):
        if not text.strip():
            continue
        try:
            row = json.loads(text)
        except (ValueError, RecursionError):
            yield NumberedRow(line=line, row={}, problem="The line is not JSON.")
            continue
        if not isinstance(row, dict):
            yield NumberedRow(line=line, row={}, problem="The line is not a JSON object.")
            continue
        yield NumberedRow(
            line=line, row={name: value for name, value in row.items() if name in COLUMNS}
        )


def _without_mark(lines: Iterable[str]) -> Iterator[str]:
    """The lines without the byte order mark that spreadsheets write before the first."""
    first = True
    for line in lines:
        yield line.removeprefix(_BOM) if first else line
        first = False
