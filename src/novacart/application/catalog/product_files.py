"""Files of products: CSV and JSON Lines, read and written one row at a time."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from io import StringIO
from typing import Any, Final, get_type_hints

from novacart.application.catalog.queries import ExportedProduct
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.catalog.stock import MAX_ON_HAND
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import CategoryId, ProductId
from novacart.domain.shared.money import Money

# Fields of a product that have other columns than one of their own name and type. The stock
# is not a field of `ProductDetails`; its column comes before the category.
_SPECIAL: Final = {"price": ("price", "currency"), "category_id": ("stock", "category")}
_PLAIN: Final = {
    name: hint for name, hint in get_type_hints(ProductDetails).items() if name not in _SPECIAL
}
COLUMNS: Final = (
    "id",
    *(
        column
        for field in fields(ProductDetails)
        for column in _SPECIAL.get(field.name, (field.name,))
    ),
)
_NUMBERS: Final = {"id", "stock"} | {name for name, hint in _PLAIN.items() if hint == int | None}
_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")
_BOM: Final = "\ufeff"


class FileFormat(StrEnum):
    CSV = "csv"
    JSON_LINES = "jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedRow:
    """A row with the number of its first line in the file.

    `row` maps names of `COLUMNS` to values; columns that the file leaves out are missing.
    `problem` says why the row can't be read.
    """

    line: int
    row: Mapping[str, Any]
    problem: str | None = None


class UnreadableFile(Exception):
    """The file is not in the expected format. No row was read."""


def read_rows(lines: Iterable[str], format: FileFormat) -> Iterator[NumberedRow]:  # noqa: A002 (the word for it)
    """The rows of a file. Raises `UnreadableFile` for an invalid header."""
    return _read_csv(lines) if format is FileFormat.CSV else _read_json_lines(lines)


def write_rows(products: Iterable[ExportedProduct], format: FileFormat) -> Iterator[str]:  # noqa: A002 (likewise)
    """The lines of a file, with line ends, starting with the header of a CSV."""
    if format is FileFormat.JSON_LINES:
        for product in products:
            yield json.dumps(_to_row(product), ensure_ascii=False, separators=(",", ":")) + "\n"
        return
    buffer = StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
    writer.writeheader()
    yield _drain(buffer)
    for product in products:
        writer.writerow(_to_row(product))
        yield _drain(buffer)


def product_id_of(row: Mapping[str, Any]) -> ProductId | None:
    """The id of the product that a row edits, None for a new product. Raises `InvalidValue`."""
    product_id = row.get("id")
    if product_id is None:
        return None
    if isinstance(product_id, bool) or not isinstance(product_id, int) or product_id < 1:
        raise InvalidValue("id", "An id is a whole number from 1, or empty.")
    return ProductId(product_id)


def stock_of(row: Mapping[str, Any]) -> int | None:
    """The units that can be ordered, None if the row does not say. Raises `InvalidValue`."""
    stock = _integer(row, "stock")
    if stock is not None and not 0 <= stock <= MAX_ON_HAND:
        raise InvalidValue("stock", f"Stock is from 0 to {MAX_ON_HAND}.")
    return stock


def changes_of(
    row: Mapping[str, Any], *, currency: str, categories: Mapping[str, CategoryId]
) -> dict[str, Any]:
    """New values by the name of the field in `ProductDetails`.

    A price is in `currency`, a category is named by its slug. Raises `InvalidValue`.
    """
    changes: dict[str, Any] = {}
    for name, hint in _PLAIN.items():
        if name in row:
            is_number = name in _NUMBERS
            changes[name] = _integer(row, name) if is_number else _text(row, name, hint)
    if "currency" in row and _text(row, "currency", str) != currency:
        raise InvalidValue("currency", f"This shop's prices are in {currency}.")
    if "price" in row:
        changes["price"] = Money.parse(_text(row, "price", str) or "", currency, field="price")
    if "category" in row:
        changes["category_id"] = _category_id(row["category"], categories)
    return changes


def _to_row(exported: ExportedProduct) -> dict[str, Any]:
    product = exported.product
    row: dict[str, Any] = {name: getattr(product, name) for name in ("id", "stock", *_PLAIN)}
    row |= {
        "price": str(product.price),
        "currency": product.price.currency,
        "category": exported.category_slug,
    }
    return {column: row[column] for column in COLUMNS}


def _text(row: Mapping[str, Any], name: str, hint: object) -> str | None:
    value = row[name]
    optional = hint == str | None or name == "brand"
    if isinstance(value, str) or (value is None and optional):
        return value
    raise InvalidValue(name, "This is text.")


def _integer(row: Mapping[str, Any], name: str) -> int | None:
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidValue(name, "This is a whole number.")
    return value


def _category_id(slug: object, categories: Mapping[str, CategoryId]) -> CategoryId | None:
    if slug is None or slug == "":
        return None
    if not isinstance(slug, str) or slug not in categories:
        raise InvalidValue("category", "There is no category with this slug.")
    return categories[slug]


def _drain(buffer: StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _read_csv(lines: Iterable[str]) -> Iterator[NumberedRow]:
    reader = csv.reader(_without_bom(lines), strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
    except csv.Error as error:
        raise UnreadableFile(f"The header can't be read: {error}.") from error
    _check_header(header)
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
        if len(cells) != len(header):
            problem = f"The row has {len(cells)} cells, the header has {len(header)}."
            yield NumberedRow(line=line, row={}, problem=problem)
            continue
        yield NumberedRow(line=line, row=_from_cells(dict(zip(header, cells, strict=True))))


def _check_header(header: list[str]) -> None:
    unknown = [name for name in header if name not in COLUMNS]
    if unknown or not header or len(set(header)) != len(header):
        names = f" Unknown: {', '.join(repr(name) for name in unknown)}." if unknown else ""
        raise UnreadableFile(
            f"The first line must name columns, each once, out of: {', '.join(COLUMNS)}.{names}"
        )


def _from_cells(cells: Mapping[str, str]) -> dict[str, Any]:
    """The values of a CSV row.

    An empty cell clears a field that may be empty, and leaves out `id`, `stock` and the price.
    """
    row: dict[str, Any] = {}
    for name, cell in cells.items():
        text = cell.strip()
        if name in _NUMBERS:
            if _INTEGER.fullmatch(text):
                row[name] = int(text)
            elif text:
                row[name] = text
            elif name in _PLAIN:
                row[name] = None
        elif text or name not in _SPECIAL["price"]:
            row[name] = text
    return row


def _read_json_lines(lines: Iterable[str]) -> Iterator[NumberedRow]:
    for line, text in enumerate(_without_bom(lines), start=1):
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


def _without_bom(lines: Iterable[str]) -> Iterator[str]:
    """The lines without the byte order mark that spreadsheets write before the first."""
    first = True
    for line in lines:
        yield line.removeprefix(_BOM) if first else line
        first = False
