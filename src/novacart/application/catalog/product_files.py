"""Files of products, CSV and JSON Lines: their columns, and writing them row by row."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from io import StringIO
from itertools import chain
from typing import Any, Final, get_type_hints

from novacart.application.catalog.queries import ExportedProduct
from novacart.application.written_numbers import NumberStyle
from novacart.domain.catalog.product_details import ProductDetails

# Fields of a product that have other columns than one of their own name and type. The stock
# is not a field of `ProductDetails`; its columns come before the category.
SPECIAL_COLUMNS: Final = {
    "price": ("price", "currency"),
    "category_id": (
        *("stock", "stock_read", "stock_version"),
        *("category", "category_name", "category_active"),
    ),
}
PLAIN_COLUMNS: Final = {
    name: hint
    for name, hint in get_type_hints(ProductDetails).items()
    if name not in SPECIAL_COLUMNS
}
COLUMNS: Final = (
    "id",
    *(
        column
        for field in fields(ProductDetails)
        for column in SPECIAL_COLUMNS.get(field.name, (field.name,))
    ),
)
WHOLE_NUMBERS: Final = {"id", "stock", "stock_read", "stock_version"} | {
    name for name, hint in PLAIN_COLUMNS.items() if hint == int | None
}
NUMBERS: Final = WHOLE_NUMBERS | {"price"}

# OWASP, "CSV Injection": a spreadsheet runs a cell that begins with one of these as a formula.
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED: Final = re.compile(r"'+[=+\-@\t\r]")
_BOM: Final = "\ufeff"


class FileFormat(StrEnum):
    CSV = "csv"
    JSON_LINES = "jsonl"


class UnreadableFile(Exception):
    """The file as a whole is not in the expected format. Nothing was imported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedRow:
    """A row with the number of its first line in the file.

    `row` maps names of `COLUMNS` to values; columns that the file leaves out are missing.
    Numbers may be texts, written in the style `numbers`. `problem` says why the row can't be
    read, in `column` if it is in one.
    """

    line: int
    row: Mapping[str, Any]
    numbers: NumberStyle = field(default_factory=NumberStyle)
    problem: str | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRows:
    """The rows of a file, to be read once, with their total.

    `ignored_columns` are columns or members of the file that no product has.
    """

    rows: Iterable[NumberedRow]
    total: int
    ignored_columns: tuple[str, ...] = ()


def write_rows(
    products: Iterable[ExportedProduct],
    format: FileFormat,  # noqa: A002 (the word for it)
    *,
    for_spreadsheet: bool = False,
) -> Iterator[str]:
    """The lines of a file, with line ends, starting with the header of a CSV.

    A CSV for a spreadsheet begins with a byte order mark, and its formulas are escaped: a text that
    would run as a formula begins with an apostrophe. The import removes it again.
    """
    if format is FileFormat.JSON_LINES:
        for product in products:
            yield json.dumps(_to_row(product), ensure_ascii=False, separators=(",", ":")) + "\n"
        return
    if for_spreadsheet:
        yield _BOM
    rows = (_to_row(product).values() for product in products)
    yield from csv_lines(COLUMNS, rows, for_spreadsheet=for_spreadsheet)


def csv_lines(
    header: Iterable[str], rows: Iterable[Iterable[object]], *, for_spreadsheet: bool
) -> Iterator[str]:
    """The lines of a CSV, ending in a line feed."""
    cells_of_rows: Iterable[Iterable[object]] = chain([header], rows)
    buffer = StringIO()
    # With this line end the writer also quotes a cell that contains only a carriage return.
    writer = csv.writer(buffer, lineterminator="\r\n")
    for row in cells_of_rows:
        writer.writerow(
            escape_formula(cell, for_spreadsheet=for_spreadsheet)
            if isinstance(cell, str)
            else (str(cell).lower() if isinstance(cell, bool) else cell)
            for cell in row
        )
        yield buffer.getvalue().removesuffix("\r\n") + "\n"
        buffer.seek(0)
        buffer.truncate()


def escape_formula(text: str, *, for_spreadsheet: bool) -> str:
    """The text with an apostrophe before it if a spreadsheet would run it.

    A text that looks escaped already gets one more in every CSV, so that `unescape_formula`
    always restores the text.
    """
    pattern = _FORMULA if for_spreadsheet else _ESCAPED
    return f"'{text}" if pattern.match(text) else text


def unescape_formula(cell: str) -> str:
    """The text of a cell that `escape_formula` wrote."""
    return cell[1:] if _ESCAPED.match(cell) else cell


def _to_row(exported: ExportedProduct) -> dict[str, Any]:
    product = exported.product
    row: dict[str, Any] = {
        name: getattr(product, name) for name in ("id", "stock", *PLAIN_COLUMNS)
    } | {
        "price": str(product.price),
        "currency": product.currency,
        "stock_read": product.stock,
        "stock_version": exported.stock_version,
        "category": exported.category_slug,
        "category_name": exported.category_name,
        "category_active": exported.category_active,
    }
    return {column: row[column] for column in COLUMNS}
