"""Reading files of products: their encoding, delimiter and rows."""

import csv
import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from io import TextIOWrapper
from itertools import chain
from typing import IO, Any, Final

from novacart.application.catalog.import_rows import (
    ImportSource,
    KeptRows,
    NumberedRow,
    ProductRows,
    UnreadableFile,
)
from novacart.application.catalog.import_sources.cells import cell_text
from novacart.application.catalog.import_sources.registry import SOURCES
from novacart.application.catalog.mentioned_skus import MentionedSkus
from novacart.application.catalog.product_file_xml import xml_rows
from novacart.application.catalog.product_files import OPTION_COLUMNS, FileFormat, unescape_formula
from novacart.application.catalog.product_rows import GENERIC, KEPT_IF_EMPTY
from novacart.application.processor_time import yielding_processor
from novacart.application.written_numbers import DEFAULT_STYLE, NumberStyle, decimal_mark_of
from novacart.domain.shared.counted import counted

_DELIMITERS: Final = ",;\t|"
_SEPARATOR_LINE: Final = re.compile(r'"?sep=([^\w\s"]|\t)"?\s*', re.IGNORECASE)
_BLANK: Final = re.compile(r"[\s,;|]*")
# JSON has these of variants without an option or value. Other members are never null.
_NULL_IS_MISSING: Final = {name for columns in OPTION_COLUMNS for name in columns}
# Columns and members that are noted.
_MAX_COLUMNS: Final = 200
# Characters of a header that are shown.
_MAX_NAMED: Final = 200
# Characters that databases do not store: NUL, and halves of others, which JSON can escape.
_NOT_TEXT: Final = re.compile("[\0\ud800-\udfff]")
_NOT_TEXT_PROBLEM: Final = "It has a character that is not text, such as NUL."
_NO_LIST_PROBLEM: Final = "This can't be a list or an object."
# Bytes in which XML begins.
_SNIFFED: Final = 100
_SAVE_AS_CSV: Final = "Save it as CSV in UTF-8 there."
# Files that are no text, by their first bytes.
_NO_TEXT: Final = {
    b"PK\x03\x04": f"This is a workbook of a spreadsheet, or another ZIP file. {_SAVE_AS_CSV}",
    b"\xd0\xcf\x11\xe0": f"This is a workbook of an old spreadsheet. {_SAVE_AS_CSV}",
    b"\x1f\x8b": "This file is compressed by gzip. Unpack it before.",
    b"%PDF": "This is a PDF file, which can't be read.",
}
# Characters of a cell. Other shops have whole images in their descriptions, which are removed.
_MAX_CELL: Final = 4_000_000
csv.field_size_limit(_MAX_CELL)
# Columns of another format that a file has at least to be of that format.
_MIN_OF_OTHER: Final = 8
# Lines to which line breaks may have divided a row.
_MAX_PARTS: Final = 1_000


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
    source: ImportSource = GENERIC,
    mapping: Mapping[str, str] | None = None,
    needs_columns: bool = True,
) -> ProductRows:
    """The rows of a seekable stream, which must stay open while they are read.

    The stream is read twice. The first time decodes and parses all of it, so that a file that
    can't be read raises `UnreadableFile` before anything is imported. Without `encoding` the
    file is UTF-8, or UTF-16 with a byte order mark. XML is recognised, and says its encoding
    itself. `mapping` gives columns of the file, in lower
    case, other names, "" for a column that is not read. With `needs_columns`, a CSV file without a
    known column can't be read.
    """
    parse = _parser(stream, format, encoding, source)
    columns = _Columns(source, mapping or {}, needs_known=needs_columns)
    kept = KeptRows()
    mentioned = MentionedSkus()
    total = 0
    for row in yielding_processor(parse(columns)):
        total += 1
        columns.note_numbers(row)
        key = None if row.problem else source.kept_by(row.row)
        if key is not None:
            kept.keep(key, row)
        if row.problem is None:
            kept.claim(source.claims(row.row))
        if source is GENERIC and (sku := cell_text(row.row, "sku")):
            mentioned.add(sku, cell_text(row.row, "id"))
    style = columns.number_style()
    second = replace(columns, numbers=style)
    return ProductRows(
        source=source,
        rows=(
            row if row.numbers is style else replace(row, numbers=style) for row in parse(second)
        ),
        total=total,
        kept=kept,
        mentioned_skus=mentioned,
        file_columns=tuple(columns.of_file),
        ignored_columns=tuple(columns.ignored),
        untaxed_columns=tuple(filter(columns.is_untaxed_price, columns.of_file)),
    )


def _parser(
    stream: IO[bytes],
    format: FileFormat,  # noqa: A002 (the word for it)
    encoding: FileEncoding | None,
    source: ImportSource,
) -> Callable[["_Columns"], Iterator[NumberedRow]]:
    """What reads the rows of the file, each time from its start."""
    stream.seek(0)
    # With or without a byte order mark, also in UTF-16.
    start = stream.read(_SNIFFED)
    for first_bytes, reason in _NO_TEXT.items():
        if start.startswith(first_bytes):
            raise UnreadableFile(reason)
    if start.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \r\n\t").startswith(b"<"):
        if not source.xml_items:
            raise UnreadableFile("This is an XML file or a web page. Only XML of Google is read.")
        return lambda columns: xml_rows(stream, source.xml_items, columns)
    codec = _codec_of(stream, encoding)
    parse = _parse_csv if format is FileFormat.CSV else _parse_json_lines
    return lambda columns: parse(_lines(stream, codec), columns)


def read_as(columns: Sequence[str], source: ImportSource, mapping: Mapping[str, str]) -> list[str]:
    """The names in the format as which the columns of a file are read, "" for none.

    `mapping` and columns that have the name itself come first, then those with another name for
    the same, then prices without tax.
    """
    keys = [column.strip().lower().replace("’", "'") for column in columns]
    names = [mapping.get(key, source.aliases.get(key, key)) for key in keys]
    ranks = [
        0 if key in {*mapping, name} else 2 if key in source.untaxed else 1
        for key, name in zip(keys, names, strict=True)
    ]
    best: dict[str, int] = {}
    for name, rank in zip(names, ranks, strict=True):
        best[name] = min(rank, best.get(name, rank))
    return [name if rank == best[name] else "" for name, rank in zip(names, ranks, strict=True)]


@dataclass(slots=True)
class _Columns:
    """The columns of a file and, when all of it was read, properties of its numbers.

    `numbers` is the style of the numbers, if it is known.
    """

    source: ImportSource
    mapping: Mapping[str, str]
    numbers: NumberStyle = DEFAULT_STYLE
    needs_known: bool = True
    of_file: dict[str, None] = field(default_factory=dict)
    ignored: dict[str, None] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)
    likely_mark: str | None = "."

    def name_of(self, column: str) -> str:
        """The name of a column of the file in its format, "" if it is not read."""
        [name] = self.names_of([column])
        return name

    def names_of(self, header: Sequence[str]) -> list[str]:
        return read_as(header, self.source, self.mapping)

    def note(self, column: str, name: str | None = None) -> None:
        """Note a column of the file, and whether it is read, as `name` if that is known."""
        if not column or column in self.of_file:
            return
        if len(self.of_file) < _MAX_COLUMNS:
            self.of_file[column] = None
            if not self.source.has_column(self.name_of(column) if name is None else name):
                self.ignored[column] = None

    def is_untaxed_price(self, column: str) -> bool:
        is_untaxed = column.strip().lower() in self.source.untaxed
        return is_untaxed and column not in self.ignored and self.name_of(column) == "price"

    def note_numbers(self, row: NumberedRow) -> None:
        for name in self.source.numbers & row.row.keys():
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
        for line in text:  # noqa: UP028 (a `yield from` that is not finished closes the stream)
            yield line
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


# The line of a row, and its cells or why it can't be read.
_Cells = tuple[int, list[str] | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """`lines_before` counts the lines above the header. `columns` are as in the file."""

    line: str
    lines_before: int
    delimiter: str
    columns: list[str]


def _parse_csv(lines: Iterator[str], columns: _Columns) -> Iterator[NumberedRow]:
    header = _read_header(lines, columns)
    columns.likely_mark = "." if header.delimiter == "," else None
    read_names = columns.names_of(header.columns)
    for column, name in zip(header.columns, read_names, strict=True):
        columns.note(column, name)
    # Without the columns that are not read.
    names = [name if columns.source.has_column(name) else "" for name in read_names]
    is_generic = columns.source is GENERIC
    # A column without a name before others is not read, such as the row numbers of pandas. Cells
    # after the last name are of a row that has too many.
    named = [place for place, column in enumerate(header.columns) if column]
    unnamed = range(named[-1] + 1 if named else 0, len(header.columns))
    all_lines = chain([header.line], lines)
    padded = _without_padding(all_lines, header.line, header.delimiter)
    rows = _rows_of_cells(padded, header)
    # A person who edits NovaCart's own format may forget a delimiter, which moves the values.
    for line, cells in rows if is_generic else _with_full_length(rows, len(names)):
        if isinstance(cells, str):
            yield NumberedRow(line=line, row={}, problem=cells)
            continue
        wrong, row = _match_cells(cells, unnamed, names)
        own: Mapping[str, Any] = row
        if is_generic and wrong is None:
            own = _own_cells(row)
        elif columns.source.escapes_formulas:
            own = {name: unescape_formula(text) for name, text in row.items()}
        numbered = NumberedRow(line=line, row=own, numbers=columns.numbers, problem=wrong)
        yield _checked(numbered) if "\0" in "".join(row.values()) else numbered


def _rows_of_cells(lines: Iterable[str], header: _Header) -> Iterator[_Cells]:
    """The rows after the header that are not blank."""
    reader = csv.reader(lines, delimiter=header.delimiter, strict=True, skipinitialspace=True)
    next(reader)
    while True:
        line = header.lines_before + reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            if "unexpected end" in str(error):
                raise UnreadableFile(
                    f"A quote that opens in the row on line {line} is never closed."
                ) from error
            if "field limit" in str(error):
                most = f"{_MAX_CELL // 1_000_000} million characters"
                raise UnreadableFile(
                    f"The row on line {line} has a cell of more than {most}, or a quote that is"
                    " never closed."
                ) from error
            yield line, f"The row can't be read as CSV: {error}."
            continue
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _with_full_length(rows: Iterable[_Cells], length: int) -> Iterator[_Cells]:
    """Add the empty cells that spreadsheets leave out at the end of a row.

    A line break outside of quotes also makes rows too short. Rows that follow each other are left
    as they are if they have as many delimiters together as one row.
    """
    short: deque[tuple[int, list[str]]] = deque()
    delimiters = 0
    for line, cells in rows:
        if isinstance(cells, str) or len(cells) >= length:
            yield from _padded(short, length)
            short.clear()
            delimiters = 0
            yield line, cells
            continue
        short.append((line, cells))
        delimiters += len(cells) - 1
        while delimiters >= length or len(short) > _MAX_PARTS:
            first_line, first = short.popleft()
            delimiters -= len(first) - 1
            yield from _padded([(first_line, first)], length)
        if delimiters == length - 1:
            yield from short
            short.clear()
            delimiters = 0
    yield from _padded(short, length)


def _padded(rows: Iterable[tuple[int, list[str]]], length: int) -> Iterator[_Cells]:
    """The rows with empty cells at their ends, except those of one cell, which are no rows."""
    for line, cells in rows:
        missing = 0 if len(cells) == 1 else length - len(cells)
        yield line, cells + [""] * missing


def _read_header(lines: Iterator[str], columns: _Columns) -> _Header:
    """The first line that isn't blank, or the one after a line like `sep=;`."""
    expected = f"The first line must name columns out of: {', '.join(columns.source.columns)}."
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
        raise UnreadableFile(f"The file is empty. {expected}")

    def known(cells: list[str]) -> set[str]:
        return {*columns.names_of(cells)} & {*columns.source.columns}

    candidates = [(delimiter, _header_cells(line, delimiter)) for delimiter in delimiters]
    delimiter, cells = max(candidates, key=lambda each: (len(known(each[1])), len(each[1])))
    if not known(cells) and (columns.needs_known or len(cells) == 1):
        reason = f"Line {lines_before + 1} names no known column"
        named = ", ".join(filter(None, cells))[:_MAX_NAMED]
        raise UnreadableFile(f"{reason}: {named}. {expected}" if named else f"{reason}. {expected}")
    if columns.source is GENERIC and (other := _other_format(cells, columns)):
        raise UnreadableFile(
            f"Line {lines_before + 1} has the columns of a file of {other}. Choose this format"
            f" (--from {other})."
        )
    _ensure_required(f"Line {lines_before + 1}", cells, columns)
    if "\0" in line:
        raise UnreadableFile(f"Line {lines_before + 1} has the character NUL, which is not text.")
    names = columns.names_of(cells)
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    if columns.source is not GENERIC:
        # Other shops repeat columns that are not read, such as metadata.
        repeated = [name for name in repeated if columns.source.has_column(name)]
    if repeated:
        place = f"Line {lines_before + 1}"
        raise UnreadableFile(_repeated_columns(place, repeated[0], cells, names))
    return _Header(line=line, lines_before=lines_before, delimiter=delimiter, columns=cells)


def _ensure_required(place: str, header: Sequence[str], columns: _Columns) -> None:
    required = columns.source.required
    if columns.needs_known and required is not None and required not in columns.names_of(header):
        raise UnreadableFile(
            f"{place} names no column “{required}”, by which products of {columns.source.name} are"
            " found again. Name it with --map, or choose another format."
        )


def _other_format(header: Sequence[str], columns: _Columns) -> str | None:
    """The format of another shop that the columns of a file show, None without one.

    It knows many more of them than NovaCart's own, or all of its `own` are there. Read as
    NovaCart's own, the ids of the other shop would be those of other products.
    """
    if columns.mapping.keys() & {column.strip().lower() for column in header}:
        return None
    known = {
        name: {*filter(source.has_column, read_as(header, source, {}))}
        for name, source in SOURCES.items()
    }
    most = max(known, key=lambda name: len(known[name]))
    if len(known[most]) >= max(_MIN_OF_OTHER, 2 * len(known[GENERIC.name])):
        return most
    return next(
        (name for name, each in SOURCES.items() if each.own and each.own <= known[name]), None
    )


def _repeated_columns(place: str, name: str, columns: Sequence[str], names: Sequence[str]) -> str:
    """The error of a header with several columns that are read as `name`."""
    written = [column for column, each in zip(columns, names, strict=True) if each == name]
    if len(set(written)) == 1:
        return (
            f"{place} names the column “{written[0]}” more than once. Delete or rename the others."
        )
    listed = ", ".join(f"“{column}”" for column in dict.fromkeys(written))
    return (
        f"{place} has several columns that are read as “{name}”: {listed}. Delete the others, or"
        " leave them out with --map."
    )


def _without_padding(lines: Iterable[str], header: str, delimiter: str) -> Iterable[str]:
    """The lines without the spaces between the closing quote of a cell and the delimiter.

    Programs write them that align columns. The header then has spaces before a delimiter, too.
    """
    if f" {delimiter}" not in header:
        return lines
    padding = re.compile(rf'" +(?=[{re.escape(delimiter)}\r\n])')
    return (padding.sub('"', line) if '" ' in line else line for line in lines)


def _header_cells(line: str, delimiter: str) -> list[str]:
    try:
        padded = _without_padding([line], line, delimiter)
        cells = next(csv.reader(padded, delimiter=delimiter, strict=True, skipinitialspace=True))
    except csv.Error:
        return []
    return [cell.strip().strip("\ufeff").lower() for cell in cells]


def _match_cells(
    cells: list[str], unnamed: Sequence[int], names: list[str]
) -> tuple[str | None, dict[str, str]]:
    """What is wrong with the number of cells, and the cells by the names of their columns.

    `unnamed` are the places of columns that have no name in the file.
    """
    while len(cells) > len(names) and not cells[-1].strip():
        cells.pop()
    if len(cells) != len(names):
        return f"The row has {counted(len(cells), 'cell')}, the header has {len(names)}.", {}
    for place in unnamed:
        if cells[place].strip():
            problem = f"Cell {place + 1} has a value, but the header does not name its column."
            return problem, {}
    return None, {name: cell.strip() for name, cell in zip(names, cells, strict=True) if name}


def _own_cells(cells: Mapping[str, str]) -> dict[str, Any]:
    """The cells of NovaCart's own format, without those that leave a value as it is."""
    row: dict[str, Any] = {}
    for name, text in cells.items():
        if text or name not in KEPT_IF_EMPTY:
            row[name] = (text or None) if name in GENERIC.numbers else unescape_formula(text)
    return row


def _checked(row: NumberedRow) -> NumberedRow:
    """The row, or the problem that one of its values is not text."""
    for column, value in row.row.items():
        texts = value if isinstance(value, list) else [value]
        if any(isinstance(text, str) and _NOT_TEXT.search(text) for text in texts):
            return NumberedRow(line=row.line, row={}, problem=_NOT_TEXT_PROBLEM, column=column)
    return row


# JSON Lines.


def _parse_json_lines(lines: Iterator[str], columns: _Columns) -> Iterator[NumberedRow]:
    for line, text in enumerate(lines, start=1):
        if text.strip():
            yield _json_row(line, text, columns)


def _json_row(line: int, text: str, columns: _Columns) -> NumberedRow:
    try:
        # Decimals are exact, and keep the trailing zeros that were written.
        members = json.loads(
            text, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_Members
        )
    except (ValueError, RecursionError):
        return NumberedRow(line=line, row={}, problem="The line is not JSON.")
    if not isinstance(members, _Members):
        return NumberedRow(line=line, row={}, problem="The line is not a JSON object.")
    # Only escapes can be anything but text.
    has_escapes = "\\u" in text
    lists = columns.source.lists
    row: dict[str, Any] = {}
    for member, value in members:
        if has_escapes and _NOT_TEXT.search(member):
            problem = "The name of a member has a character that is not text, such as NUL."
            return NumberedRow(line=line, row={}, problem=problem)
        columns.note(member)
        name = columns.name_of(member)
        if not columns.source.has_column(name):
            continue
        if name in row:
            problem = "The line has this member more than once."
            return NumberedRow(line=line, row={}, problem=problem, column=name)
        if isinstance(value, list) and (isinstance(value, _Members) or name not in lists):
            return NumberedRow(line=line, row={}, problem=_NO_LIST_PROBLEM, column=name)
        if value is not None or name not in _NULL_IS_MISSING:
            row[name] = value
    numbered = NumberedRow(line=line, row=row)
    return _checked(numbered) if has_escapes else numbered


class _Members(list[tuple[str, Any]]):
    """The members of a JSON object, repeated ones included."""


def _refuse(constant: str) -> None:
    raise ValueError(constant)
