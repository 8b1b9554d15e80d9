"""Rows of product files in XML, such as feeds in RSS or Atom."""

import re
from collections.abc import Iterator
from html import unescape
from typing import IO, Any, Final, Protocol
from xml.parsers import expat

from novacart.application.catalog.import_rows import NumberedRow, UnreadableFile

_CHUNK = 65_536
_INVALID_TOKEN: Final = expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]
# Between the values of an element that an item has several times.
_SEPARATOR = ","
# Between the values of the elements in an element.
_NESTED_SEPARATOR = ":"
_NESTED_DEPTH = 2
# Where a section begins in which `&` is a character, and an `&` that begins no reference.
_SECTION_OR_AMPERSAND: Final = re.compile(
    rb"<!\[CDATA\[|<!--|&(?!#[0-9]+;|#x[0-9a-fA-F]+;|[a-zA-Z][a-zA-Z0-9]*;)"
)
_SECTION_ENDS: Final = {b"<![CDATA[": b"]]>", b"<!--": b"-->"}
# Bytes that decide whether `&` begins a reference.
_LONGEST_REFERENCE = 40


class FileColumns(Protocol):
    """The names of a file's columns in its format."""

    def note(self, column: str) -> None: ...

    def name_of(self, column: str) -> str: ...


def xml_rows(
    stream: IO[bytes], items: frozenset[str], columns: FileColumns
) -> Iterator[NumberedRow]:
    """A row for each element named as one of `items`, with the texts of the elements in it.

    If an item has an element with and without a prefix, such as `g:id` and `id`, the one with a
    prefix is read. The elements in an element, such as `g:name` and `g:value`, are one text with
    colons, as in a file of text. An `&` that begins no reference is a character, and references of
    HTML are known. Raises `UnreadableFile` for a file that is otherwise not well-formed,
    and for one with a document type, whose entities may be endless.
    """
    reader = _Reader(items, columns)
    for chunk, is_last in _with_escaped_ampersands(stream):
        try:
            reader.parser.Parse(chunk, is_last)
        except expat.ExpatError as error:
            reason = f"The XML is not well-formed in line {error.lineno}."
            if error.code == _INVALID_TOKEN:
                reason += " In a text, “<” is written as “&lt;”."
            raise UnreadableFile(reason) from error
        except (LookupError, ValueError) as error:
            # expat reads encodings of one byte a character, and UTF-8 and UTF-16.
            reason = "The XML has an encoding that is not supported. Save it as UTF-8."
            raise UnreadableFile(reason) from error
        yield from reader.rows
        reader.rows.clear()
    if not reader.has_items:
        raise UnreadableFile(f"The XML has none of the elements {', '.join(sorted(items))}.")


def _with_escaped_ampersands(stream: IO[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The file in parts, each with whether it is the last one."""
    stream.seek(0)
    rest, section_end, is_last = b"", b"", False
    is_ascii = b"\0" not in stream.read(4)
    stream.seek(0)
    while not is_last:
        chunk = stream.read(_CHUNK)
        is_last = not chunk
        if not is_ascii:
            yield chunk, is_last
            continue
        data, place, parts = rest + chunk, 0, []
        limit = len(data) if is_last else max(0, len(data) - _LONGEST_REFERENCE)
        while place < limit:
            if section_end:
                end = data.find(section_end, place)
                after = limit if end < 0 else end + len(section_end)
                parts.append(data[place:after])
                place, section_end = after, section_end if end < 0 else b""
                continue
            found = _SECTION_OR_AMPERSAND.search(data, place)
            if found is None or found.start() >= limit:
                parts.append(data[place:limit])
                place = limit
                continue
            section_end = _SECTION_ENDS.get(found[0], b"")
            parts += [data[place : found.start()], found[0] if section_end else b"&amp;"]
            place = found.end()
        rest = data[place:]
        yield b"".join(parts), is_last


class _Reader:
    def __init__(self, items: frozenset[str], columns: FileColumns) -> None:
        self.rows: list[NumberedRow] = []
        self.has_items = False
        self._items = items
        self._columns = columns
        self._line = 0
        self._depth = 0
        self._row: dict[str, Any] | None = None
        # The elements that the values of the row are from.
        self._elements: dict[str, str] = {}
        self._texts: list[str] = []
        # The texts of the elements in a value, if they have a prefix as it has.
        self._nested: list[str] = []
        self.parser = expat.ParserCreate()
        # References to entities that the file does not declare are no errors then.
        self.parser.UseForeignDTD(True)  # noqa: FBT003 (of expat)
        self.parser.SkippedEntityHandler = self._add_entity
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._texts.append
        self.parser.StartDoctypeDeclHandler = self._refuse

    def _start(self, name: str, _attributes: object) -> None:
        if self._row is not None:
            self._depth += 1
            if self._depth == 1:
                self._texts.clear()
                self._nested.clear()
            elif self._depth == _NESTED_DEPTH and ":" in name:
                self._texts.clear()
        elif _local(name) in self._items:
            self._row, self._depth, self._line = {}, 0, self.parser.CurrentLineNumber
            self._elements = {}
            self.has_items = True

    def _end(self, name: str) -> None:
        if self._row is None:
            self._texts.clear()
            return
        if self._depth == 0:
            self.rows.append(NumberedRow(line=self._line, row=self._row))
            self._row = None
        elif self._depth == 1:
            nested = _NESTED_SEPARATOR.join(self._nested)
            text = _quoted(nested) if nested else "".join(self._texts).strip()
            self._add(self._row, name, text)
        elif self._depth == _NESTED_DEPTH and ":" in name:
            if text := "".join(self._texts).strip():
                self._nested.append(text)
            self._texts.clear()
        self._depth -= 1

    def _add(self, row: dict[str, Any], element: str, text: str) -> None:
        self._columns.note(_local(element))
        column = self._columns.name_of(_local(element))
        if not column or not text:
            return
        before = self._elements.get(column)
        if before == element:
            row[column] += f"{_SEPARATOR}{text}"
        elif before is None or (":" in element and ":" not in before):
            row[column] = text
            self._elements[column] = element

    def _add_entity(self, name: str, _is_parameter: object) -> None:
        """Add a character of HTML, such as `&nbsp;`, which XML does not know."""
        self._texts.append(unescape(f"&{name};"))

    def _refuse(self, *_declaration: object) -> None:
        raise UnreadableFile("XML with a document type (DOCTYPE) is not read.")


def _quoted(text: str) -> str:
    """The text as a part of a list that commas separate."""
    if _SEPARATOR not in text and '"' not in text:
        return text
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()
