"""Product data of Google Merchant Center, as text separated by tabs or commas, or as XML.

Source: Google's “Product data specification”.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
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

_OPTIONS: Final = {
    "color": "Colour",
    "size": "Size",
    "material": "Material",
    "pattern": "Pattern",
}
_COLUMNS: Final = (
    *("id", "title", "description", "image_link", "additional_image_link", "availability"),
    *("price", "sale_price", "sale_price_effective_date", "brand", "gtin", "product_type"),
    *("google_product_category", "item_group_id", "shipping_weight", "product_weight"),
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
    of_rows = [Cells(row, currency) for row in group]
    # Only what differs is an option.
    used = [column for column in _OPTIONS if len({cells.text(column) for cells in of_rows}) > 1]

    combinations = {tuple(cells.text(column) for column in used) for cells in of_rows}
    needs_items = len(combinations) < len(group)
    has_titles = len({cells.text("title").casefold() for cells in of_rows}) == len(group)

    def read(cells: Cells) -> None:
        if cells is of_rows[0]:
            _read_product(draft, cells)
        for url in (cells.text("image_link"), *split_urls(cells.text("additional_image_link"))):
            draft.add_picture(cells.line, url)
        options = {_OPTIONS[column]: cells.text(column) or "None" for column in used}
        if needs_items:
            options["Item"] = cells.text("title" if has_titles else "id")
        draft.variants.append(_variant_of(draft, cells, options))

    for row, cells in zip(group, of_rows, strict=True):
        rejecting(draft, row, lambda cells=cells: read(cells))  # type: ignore[misc]


def _read_product(draft: Draft, cells: Cells) -> None:
    draft.describe(cells, title="title", description="description", brand="brand")
    # Several types are separated by commas. A name may have a comma, too, with a space after it.
    types = re.split(r",(?!\s)", cells.text("product_type", "google_product_category"))
    draft.category_path(split_values(types[0], ">"))


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
