"""Reading files of products: their encoding, delimiter and rows."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from io import TextIOWrapper
from itertools import chain
from typing import IO, Any, Final

from novacart.application.catalog.product_files import (
    COLUMNS,
    NUMBERS,
    PLAIN_COLUMNS,
    FileFormat,
    NumberedRow,
    ProductRows,
    UnreadableFile,
    unescape_formula,
)
from novacart.application.written_numbers import NumberStyle, decimal_mark_of

_DELIMITERS: Final = ",;\t"
_SEPARATOR_LINE: Final = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_BLANK: Final = re.compile(r"[\s,;]*")
_MAX_IGNORED: Final = 100
# Empty cells of these columns leave the value as it is; those of others clear it.
_KEPT_IF_EMPTY: Final = set(COLUMNS) - set(PLAIN_COLUMNS) - {"category"}


class FileEncoding(StrEnum):
    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    CP1252 = "cp1252"


_BOMS: Final = {
    b"\xef\xbb\xbf": FileEncoding.UTF_8,
    b"\xff\xfe": FileEncoding.UTF_16,
    b"\xfe\xff": FileEncoding.UTF_16,
}


def read_products(
    stream: IO[bytes],
    format: FileFormat,  # noqa: A002 (the word for it)
    *,
    encoding: FileEncoding | None = None,
) -> ProductRows:
    """The rows of a seekable stream, which must stay open while they are read.

    The stream is read twice. The first time decodes and parses all of it, so that a file that
    can't be read raises `UnreadableFile` before anything is imported. Without `encoding` the
    file is UTF-8, or UTF-16 with a byte order mark.
    """
    codec = _codec_of(stream, encoding)
    parse = _parse_csv if format is FileFormat.CSV else _parse_json_lines
    properties = _FileProperties()
    total = 0
    for row in parse(_lines(stream, codec), properties):
        total += 1
        properties.note_numbers(row)
    style = properties.number_style()
    return ProductRows(
        rows=(
            replace(row, numbers=style) for row in parse(_lines(stream, codec), _FileProperties())
        ),
        total=total,
        ignored_columns=tuple(properties.ignored),
    )


@dataclass(slots=True)
class _FileProperties:
    """Properties of a file that are known when all of it was read."""

    ignored: dict[str, None] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)
    likely_mark: str | None = "."

    def ignore(self, name: str) -> None:
        if len(self.ignored) < _MAX_IGNORED:
            self.ignored.setdefault(name)

    def note_numbers(self, row: NumberedRow) -> None:
        for name in NUMBERS & row.row.keys():
            value = row.row[name]
            if isinstance(value, str) and (mark := decimal_mark_of(value)):
                self.marks.add(mark)

    def number_style(self) -> NumberStyle:
        """The marks of the file, if they agree."""
        if len(self.marks) > 1:
            return NumberStyle(likely=None)
        return NumberStyle(proven=next(iter(self.marks), None), likely=self.likely_mark)


# Encodings.


def _codec_of(stream: IO[bytes], encoding: FileEncoding | None) -> str:
    stream.seek(0)
    start = stream.read(4)
    found = next((named for bom, named in _BOMS.items() if start.startswith(bom)), None)
    if encoding is not None and found not in {None, encoding}:
        raise UnreadableFile(f"The byte order mark says that the file is {found}, not {encoding}.")
    encoding = encoding or found or FileEncoding.UTF_8
    if encoding is FileEncoding.UTF_8 and b"\x00" in start:
        raise UnreadableFile(
            "The file is not UTF-8 text. If it is UTF-16, choose the encoding utf-16."
        )
    return "utf-8-sig" if encoding is FileEncoding.UTF_8 else encoding


def _lines(stream: IO[bytes], codec: str) -> Iterator[str]:
    """The lines from the start of the stream, with their line ends."""
    stream.seek(0)
    text = TextIOWrapper(stream, encoding=codec, newline="")
    try:
        yield from text
        return
    except UnicodeDecodeError as error:
        cause = error
    finally:
        # Otherwise the wrapper closes the stream when it is deleted. The stream may be closed.
        with suppress(ValueError):
            text.detach()
    raise _undecodable(stream, codec) from cause


def _undecodable(stream: IO[bytes], codec: str) -> UnreadableFile:
    if codec == FileEncoding.UTF_16:
        return UnreadableFile("The file is not UTF-16 text.")
    stream.seek(0)
    number = next(
        number for number, line in enumerate(stream, start=1) if not _decodes(line, codec)
    )
    if codec == FileEncoding.CP1252:
        return UnreadableFile(f"Line {number} is not Windows-1252 text (cp1252).")
    return UnreadableFile(
        f"Line {number} is not UTF-8 text. If a spreadsheet on Windows saved the file, choose the"
        " encoding cp1252."
    )


def _decodes(line: bytes, codec: str) -> bool:
    try:
        line.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


# CSV.


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """`lines_before` counts the lines above the header."""

    line: str
    lines_before: int
    delimiter: str
    names: list[str]


def _parse_csv(lines: Iterator[str], properties: _FileProperties) -> Iterator[NumberedRow]:
    header = _read_header(lines)
    properties.likely_mark = "." if header.delimiter == "," else None
    for name in header.names:
        if name and name not in COLUMNS:
            properties.ignore(name)
    reader = csv.reader(chain([header.line], lines), delimiter=header.delimiter, strict=True)
    next(reader)
    while True:
        line = header.lines_before + reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            if "unexpected end" in str(error) or "field limit" in str(error):
                raise UnreadableFile(
                    f"A quote that opens in the row on line {line} is never closed."
                ) from error
            problem = f"The row can't be read as CSV: {error}."
            yield NumberedRow(line=line, row={}, problem=problem)
            continue
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield _csv_row(line, cells, header.names)


def _read_header(lines: Iterator[str]) -> _Header:
    """The first line that isn't blank, or the one after a line like `sep=;`."""
    delimiters = _DELIMITERS
    lines_before = 0
    for line in lines:
        separator = _SEPARATOR_LINE.fullmatch(line)
        if separator is not None:
            delimiters = separator[1]
        elif not _BLANK.fullmatch(line):
            break
        lines_before += 1
    else:
        raise UnreadableFile(f"The file is empty. {_EXPECTED_HEADER}")
    candidates = [(delimiter, _header_names(line, delimiter)) for delimiter in delimiters]
    delimiter, names = max(candidates, key=lambda candidate: len({*candidate[1]} & {*COLUMNS}))
    if not {*names} & {*COLUMNS}:
        raise UnreadableFile(f"Line {lines_before + 1} names no known column. {_EXPECTED_HEADER}")
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    if repeated:
        raise UnreadableFile(
            f"Line {lines_before + 1} names the column “{repeated[0]}” more than once."
        )
    return _Header(line=line, lines_before=lines_before, delimiter=delimiter, names=names)


_EXPECTED_HEADER: Final = f"The first line must name columns out of: {', '.join(COLUMNS)}."


def _header_names(line: str, delimiter: str) -> list[str]:
    try:
        cells = next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error:
        return []
    return [cell.strip().lower() for cell in cells]


def _csv_row(line: int, cells: list[str], names: list[str]) -> NumberedRow:
    while len(cells) > len(names) and not cells[-1].strip():
        cells.pop()
    if len(cells) != len(names):
        problem = f"The row has {len(cells)} cells, the header has {len(names)}."
        return NumberedRow(line=line, row={}, problem=problem)
    row: dict[str, Any] = {}
    for number, (name, cell) in enumerate(zip(names, cells, strict=True), start=1):
        text = cell.strip()
        if not name and text:
            problem = f"Cell {number} has a value, but the header does not name its column."
            return NumberedRow(line=line, row={}, problem=problem)
        if name not in COLUMNS:
            continue
        if name in NUMBERS:
            if text or name not in _KEPT_IF_EMPTY:
                row[name] = text or None
        elif text or name not in _KEPT_IF_EMPTY:
            row[name] = unescape_formula(text)
    return NumberedRow(line=line, row=row)


# JSON Lines.


def _parse_json_lines(lines: Iterator[str], properties: _FileProperties) -> Iterator[NumberedRow]:
    for line, text in enumerate(lines, start=1):
        if text.strip():
            yield _json_row(line, text, properties.ignore)


def _json_row(line: int, text: str, ignore: Callable[[str], None]) -> NumberedRow:
    try:
        # Decimals are exact, and keep the trailing zeros that were written.
        members = json.loads(
            text, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_Members
        )
    except (ValueError, RecursionError):
        return NumberedRow(line=line, row={}, problem="The line is not JSON.")
    if not isinstance(members, _Members):
        return NumberedRow(line=line, row={}, problem="The line is not a JSON object.")
    row: dict[str, Any] = {}
    for member, value in members:
        name = member.strip().lower()
        if name not in COLUMNS:
            ignore(member)
        elif name in row:
            problem = "The line has this member more than once."
            return NumberedRow(line=line, row={}, problem=problem, column=name)
        else:
            row[name] = value
    return NumberedRow(line=line, row=row)


class _Members(list[tuple[str, Any]]):
    """The members of a JSON object, repeated ones included."""


def _refuse(constant: str) -> None:
    raise ValueError(constant)
