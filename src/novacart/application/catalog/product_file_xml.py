"""Rows of product files in XML, such as feeds in RSS or Atom."""

from collections.abc import Iterator
from typing import IO, Any, Final, Protocol
from xml.parsers import expat

from novacart.application.catalog.import_rows import NumberedRow, UnreadableFile

_CHUNK = 65_536
_INVALID_TOKEN: Final = expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]
# Between the values of an element that an item has several times.
_SEPARATOR = ","


class FileColumns(Protocol):
    """The names of a file's columns in its format."""

    def note(self, column: str) -> None: ...

    def name_of(self, column: str) -> str: ...


def xml_rows(
    stream: IO[bytes], items: frozenset[str], columns: FileColumns
) -> Iterator[NumberedRow]:
    """A row for each element named as one of `items`, with the texts of the elements in it.

    If an item has an element with and without a prefix, such as `g:id` and `id`, the one with a
    prefix is read. Raises `UnreadableFile` for a file that is not well-formed,
    and for one with a document type, whose entities may be endless.
    """
    stream.seek(0)
    reader = _Reader(items, columns)
    is_last = False
    while not is_last:
        chunk = stream.read(_CHUNK)
        is_last = not chunk
        try:
            reader.parser.Parse(chunk, is_last)
        except expat.ExpatError as error:
            reason = f"The XML is not well-formed in line {error.lineno}."
            if error.code == _INVALID_TOKEN:
                reason += " In a text, “&” is written as “&amp;”, and “<” as “&lt;”."
            raise UnreadableFile(reason) from error
        except (LookupError, ValueError) as error:
            # expat reads encodings of one byte a character, and UTF-8 and UTF-16.
            reason = "The XML has an encoding that is not supported. Save it as UTF-8."
            raise UnreadableFile(reason) from error
        yield from reader.rows
        reader.rows.clear()
    if not reader.has_items:
        raise UnreadableFile(f"The XML has none of the elements {', '.join(sorted(items))}.")


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
        self.parser = expat.ParserCreate()
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
            self._add(self._row, name, "".join(self._texts).strip())
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

    def _refuse(self, *_declaration: object) -> None:
        raise UnreadableFile("XML with a document type (DOCTYPE) is not read.")


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()
