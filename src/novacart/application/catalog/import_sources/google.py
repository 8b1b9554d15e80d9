"""Product data of Google Merchant Center, as text separated by tabs or commas, or as XML.

Source: Google's “Product data specification”.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from html import unescape
from typing import Any, Final

from novacart.application.catalog.import_rows import ImportSource, KeptRows, NumberedRow
from novacart.application.catalog.import_sources.cells import (
    Cells,
    Draft,
    cell_text,
    rejecting,
    sale_prices,
    split_urls,
    split_values,
    variant_changes,
)
from novacart.application.catalog.imported_product import ImportedProduct, ImportedVariant
from novacart.application.catalog.row_problems import ProblemCode
from novacart.domain.catalog.product_details import MAX_TITLE

_OPTIONS: Final = {
    "color": "Colour",
    "size": "Size",
    "material": "Material",
    "pattern": "Pattern",
}
# A colon separates the name of a `variant_option` from its value, so NovaCart writes this one in
# them.
_COLON: Final = "\N{RATIO}"
_COLUMNS: Final = (
    *("id", "title", "description", "image_link", "additional_image_link", "availability"),
    *("price", "sale_price", "sale_price_effective_date", "brand", "gtin", "product_type"),
    *("google_product_category", "item_group_id", "shipping_weight", "product_weight"),
    *("item_group_title", "variant_option", "structured_title", "structured_description"),
    *_OPTIONS,
)
_FIELDS: Final = {
    "title": "title",
    "description": "description",
    "brand": "brand",
    "category": "product_type",
}
_VARIANT_FIELDS: Final = {
    "sku": "id",
    "barcode": "gtin",
    "price": "price",
    "compare_at_price": "price",
    "weight_g": "shipping_weight",
}


def _group_of(row: Mapping[str, Any]) -> str | None:
    return cell_text(row, "item_group_id") or None


def _read_products(
    rows: Iterable[NumberedRow], kept: KeptRows, currency: str, _today: date
) -> Iterator[ImportedProduct]:
    for row in rows:
        group_id = None if row.problem else _group_of(row.row)
        # A group is read at its first row.
        group = [row] if group_id is None else kept.take(group_id, row.numbers)
        if group:
            reference = group_id or Cells(row, currency).text("id") or None
            draft = Draft(line=row.line, reference=reference)
            _read_group(draft, group, currency)
            yield draft.finish(_FIELDS, _VARIANT_FIELDS)


def _read_group(draft: Draft, group: Sequence[NumberedRow], currency: str) -> None:
    of_rows = [Cells(_with_structured_texts(row), currency) for row in group]
    options = _options_of(of_rows)

    def read(cells: Cells, own: Mapping[str, str]) -> None:
        if cells is of_rows[0]:
            _read_product(draft, cells, own)
        for url in (cells.text("image_link"), *split_urls(cells.text("additional_image_link"))):
            draft.add_picture(cells.line, url)
        draft.variants.append(_variant_of(draft, cells, own))

    for row, cells, own in zip(group, of_rows, options, strict=True):
        rejecting(draft, row, lambda cells=cells, own=own: read(cells, own))  # type: ignore[misc]


def _with_structured_texts(row: NumberedRow) -> NumberedRow:
    """The row with texts that Google wants with their origin: `trained_algorithmic_media:Tee`."""
    texts = {}
    for column in ("title", "description"):
        text = _unquoted(cell_text(row.row, f"structured_{column}")).partition(":")[2]
        if text and not cell_text(row.row, column):
            texts[column] = _unquoted(text.strip())
    return replace(row, row={**row.row, **texts}) if texts else row


def _unquoted(text: str) -> str:
    is_quoted = len(text) > 1 and text[0] == text[-1] == '"'
    return text[1:-1].replace('""', '"') if is_quoted else text


def _options_of(of_rows: Sequence[Cells]) -> list[dict[str, str]]:
    """The options of each item: those that the file names, else those of its columns that differ.

    Items that have the same options are told apart by their titles, or by their ids.
    """
    named = [_named_options(cells.text("variant_option")) for cells in of_rows]
    has_names = all(named) and len({frozenset(each) for each in named}) == 1
    if has_names and _are_distinct(named):
        return named
    # Only what differs is an option.
    used = [column for column in _OPTIONS if len({cells.text(column) for cells in of_rows}) > 1]
    options = [{_OPTIONS[each]: cells.text(each) or "None" for each in used} for cells in of_rows]
    if not _are_distinct(options):
        has_titles = len({cells.text("title").casefold() for cells in of_rows}) == len(of_rows)
        for each, cells in zip(options, of_rows, strict=True):
            each["Item"] = cells.text("title" if has_titles else "id")
    return options


def _are_distinct(options: Sequence[Mapping[str, str]]) -> bool:
    """Whether no two items have the same values, also in another letter case."""
    values = {tuple(sorted((name, each[name].casefold()) for name in each)) for each in options}
    return len(values) == len(options)


def _named_options(text: str) -> dict[str, str]:
    """The values in `Memory:64 GB,"Colour:Black, matt"` by their names."""
    [parts] = csv.reader([" ".join(text.split())], skipinitialspace=True) if text else [[]]
    pairs = [part.split(":", 1) for part in parts if ":" in part]
    named = {
        name.replace(_COLON, ":").strip(): value.replace(_COLON, ":").strip()
        for name, value in pairs
    }
    return {name: value for name, value in named.items() if name and value}


def _read_product(draft: Draft, cells: Cells, options: Mapping[str, str]) -> None:
    title = "item_group_title" if cells.text("item_group_title") else "title"
    draft.describe(cells, title=title, description="description")
    if brand := unescape(cells.text("brand")):
        draft.changes["brand"] = brand[:MAX_TITLE]
    if options and title == "title" and "title" in draft.changes:
        draft.changes["title"] = _without_values(draft.changes["title"], options.values())
    # Several types are separated by commas. A name may have a comma, too, with a space after it.
    text = unescape(cells.text("product_type", "google_product_category"))
    draft.category_path(split_values(re.split(r",(?!\s)", text)[0], ">"))


def _without_values(title: str, values: Iterable[str]) -> str:
    """The title of a product, from that of a variant: `Shirt – Red, M` is a `Shirt`."""
    rest = [*values]
    while rest:
        starts = ((value, _start_of_end(title, value)) for value in rest)
        value, start = next((each for each in starts if each[1]), ("", 0))
        if not start:
            break
        rest.remove(value)
        title = title[:start]
    return title


def _start_of_end(title: str, value: str) -> int:
    """Where a title ends in a value after a mark, such as ` – Red` or ` (Red)`, else 0."""
    end = rf"\s*[-–—|/,(\[]\s*{re.escape(value)}[)\]]?$"
    found = re.search(end, title, re.IGNORECASE)
    return found.start() if found else 0


def _variant_of(draft: Draft, cells: Cells, options: Mapping[str, str]) -> ImportedVariant:
    sale = cells.money("sale_price")
    if sale is not None and cells.text("sale_price_effective_date"):
        reason = "The sale has dates. The price was imported."
        draft.note(cells.line, reason, "sale_price", code=ProblemCode.VALUE_REPLACED)
        sale = None
    regular = cells.money("price")
    price, compare_at = sale_prices(sale, regular, "sale_price")
    is_sold_out = cells.text("availability").lower().replace(" ", "_") == "out_of_stock"
    return ImportedVariant(
        line=cells.line,
        changes=variant_changes(
            sku=cells.text("id"),
            barcode=cells.text("gtin"),
            weight_g=_weight(draft, cells),
            price=price,
            compare_at=compare_at,
            has_compare_at=regular is not None,
        ),
        options=options,
        picture=cells.text("image_link") if options else "",
        stock=0 if is_sold_out else None,
    )


def _weight(draft: Draft, cells: Cells) -> int | None:
    column = "product_weight" if cells.text("product_weight") else "shipping_weight"
    return draft.optional(cells.line, lambda: cells.weight(column))


GOOGLE: Final = ImportSource(
    name="google",
    columns=_COLUMNS,
    aliases={
        **{column.replace("_", " "): column for column in _COLUMNS if "_" in column},
        # Atom.
        **dict.fromkeys(("summary", "content"), "description"),
    },
    numbers=frozenset({"price", "sale_price"}),
    products=_read_products,
    kept_by=_group_of,
    own=frozenset({"id", "title", "image_link", "availability"}),
    xml_items=frozenset({"item", "entry"}),
)
