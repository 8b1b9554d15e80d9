"""Files of products, CSV and JSON Lines: their columns, and writing them row by row."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from enum import StrEnum
from io import StringIO
from itertools import chain
from typing import Any, Final, get_type_hints

from novacart.application.catalog.attribute_texts import COLUMN_PREFIX, write_value
from novacart.application.catalog.picture_columns import IMAGES, write_pictures
from novacart.application.catalog.queries import ExportedProduct
from novacart.application.ports.product_view import OptionView, VariantView
from novacart.domain.catalog.options import MAX_OPTIONS
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.catalog.variant import VariantDetails
from novacart.domain.shared.money import Money

# Fields of a product that have other columns than one of their own name and type. The stock
# is not a field of `ProductDetails`; its columns come before the category.
SPECIAL_COLUMNS: Final = {
    "price": ("price", "currency"),
    "category_id": (
        *("stock", "stock_read", "stock_version"),
        *("category", "category_name", "category_active", "category_path"),
    ),
    "attributes": (),
}
PLAIN_COLUMNS: Final = {
    name: hint
    for name, hint in get_type_hints(ProductDetails).items()
    if name not in SPECIAL_COLUMNS
}
_PRODUCT_COLUMNS: Final = (
    "id",
    *(
        column
        for field in fields(ProductDetails)
        for column in SPECIAL_COLUMNS.get(field.name, (field.name,))
    ),
)
# Fields of a variant that are not those of its product, with their columns.
VARIANT_COLUMNS: Final = {
    field.name: f"variant_{field.name}" if field.name in _PRODUCT_COLUMNS else field.name
    for field in fields(VariantDetails)
    if field.name not in {"sku", "price"}
}
OPTION_COLUMNS: Final = tuple(
    (f"option{number}_name", f"option{number}_value") for number in range(1, MAX_OPTIONS + 1)
)
COLUMNS: Final = (
    *_PRODUCT_COLUMNS,
    *("variant_id", "default"),
    *chain.from_iterable(OPTION_COLUMNS),
    *VARIANT_COLUMNS.values(),
    IMAGES,
)

# OWASP, "CSV Injection": a spreadsheet runs a cell that begins with one of these as a formula.
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED: Final = re.compile(r"'+[=+\-@\t\r]")
_PATH_SEPARATOR: Final = ">"
_BOM: Final = "\ufeff"


class FileFormat(StrEnum):
    CSV = "csv"
    JSON_LINES = "jsonl"


def write_rows(
    products: Iterable[ExportedProduct],
    attributes: Sequence[str],
    format: FileFormat,  # noqa: A002 (the word for it)
    *,
    for_spreadsheet: bool = False,
) -> Iterator[str]:
    """The lines of a file, with line ends, starting with the header of a CSV.

    `attributes` are the codes of those that have a column.

    A CSV for a spreadsheet begins with a byte order mark, and its formulas are escaped: a text that
    would run as a formula begins with an apostrophe. The import removes it again.
    """
    if format is FileFormat.JSON_LINES:
        for row in _rows(products, attributes):
            yield json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"
        return
    if for_spreadsheet:
        yield _BOM
    rows = (map(_text_of_json, row.values()) for row in _rows(products, attributes))
    header = [*COLUMNS, *(COLUMN_PREFIX + code for code in attributes)]
    yield from csv_lines(header, rows, for_spreadsheet=for_spreadsheet)


def csv_lines(
    header: Iterable[str],
    rows: Iterable[Iterable[object]],
    *,
    for_spreadsheet: bool,
    delimiter: str = ",",
) -> Iterator[str]:
    """The lines of a CSV, ending in a line feed."""
    cells_of_rows: Iterable[Iterable[object]] = chain([header], rows)
    buffer = StringIO()
    # With this line end the writer also quotes a cell that contains only a carriage return.
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
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


def _rows(
    products: Iterable[ExportedProduct], attributes: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """One row for each variant, each with the fields of its product."""
    for exported in products:
        product = exported.product
        of_product: dict[str, Any] = {"id": product.id, "currency": product.currency} | {
            name: _cell(getattr(product, name)) for name in PLAIN_COLUMNS
        }
        of_product |= {
            "category": exported.category_slug,
            "category_name": exported.category_name,
            "category_active": exported.category_active,
            "category_path": _path_of(exported.category_path),
            IMAGES: write_pictures(exported.pictures, product.image) or None,
        }
        texts = {each.code: write_value(each.value) for each in exported.attributes}
        values = {COLUMN_PREFIX + code: texts.get(code, "") for code in attributes}
        for variant in exported.variants:
            row = of_product | _variant_columns(exported, variant)
            yield {column: row[column] for column in COLUMNS} | values


def _path_of(names: Sequence[str]) -> str | None:
    """None for a category at the root, and for names that the path can't have."""
    if len(names) < 2 or any(_PATH_SEPARATOR in name for name in names):  # noqa: PLR2004 (below another)
        return None
    return f" {_PATH_SEPARATOR} ".join(names)


def _text_of_json(value: object) -> object:
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return value


def _cell(value: object) -> object:
    return ", ".join(value) if isinstance(value, tuple) else value


def _variant_columns(exported: ExportedProduct, variant: VariantView) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "variant_id": variant.id,
        "default": variant.id == exported.default_variant_id,
        "sku": variant.sku,
        "price": str(Money(variant.price_minor, variant.currency)),
        "stock": variant.stock,
        "stock_read": variant.stock,
        "stock_version": exported.stock_versions[variant.id],
    }
    for name, column in VARIANT_COLUMNS.items():
        if name == "compare_at_price":
            minor = variant.compare_at_minor
            columns[column] = None if minor is None else str(Money(minor, variant.currency))
        else:
            columns[column] = getattr(variant, name)
    columns |= dict.fromkeys(chain.from_iterable(OPTION_COLUMNS))
    for (name_column, value_column), option in zip(OPTION_COLUMNS, exported.options, strict=False):
        columns[name_column] = option.name
        columns[value_column] = _text_of(option, variant)
    return columns


def _text_of(option: OptionView, variant: VariantView) -> str | None:
    """None for options that changed between the two statements that read them."""
    value_id = variant.values.get(option.id)
    return next((value.text for value in option.values if value.id == value_id), None)
