"""Product files of Magento 2 and Adobe Commerce: a row for each product and store view.

Source: Adobe Commerce's documentation, “Product attributes CSV reference” and “Configurable
product data”.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from functools import partial
from typing import Any, Final

from novacart.application.catalog.import_rows import ImportSource, KeptRows, NumberedRow
from novacart.application.catalog.import_sources.cells import (
    Cells,
    Draft,
    rejecting,
    sale_prices,
    split_values,
    variant_changes,
)
from novacart.application.catalog.imported_product import ImportedProduct, ImportedVariant
from novacart.domain.shared.errors import DomainError, InvalidValue

_SOLD: Final = {"simple", "virtual", "downloadable", "configurable"}
_ROOT: Final = "Default Category"
_HIDDEN: Final = "not visible individually"
# The file has a column `weight` without its unit. People name the unit by the mapping of columns.
_UNITS: Final = ("kg", "g", "lbs", "oz")
_DATE: Final = re.compile(
    r"(?:[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}([/.])[0-9]{1,2}\1(?:[0-9]{4}|[0-9]{2}))(?![0-9])"
)
_COLUMNS: Final = (
    *("sku", "store_view_code", "product_type", "categories", "name", "description"),
    *("short_description", "product_online", "visibility", "price", "special_price"),
    *("special_price_from_date", "special_price_to_date", "url_key"),
    *("base_image", "base_image_label", "additional_images", "additional_image_labels"),
    *("meta_title", "meta_description"),
    *(f"weight ({unit})" for unit in _UNITS),
    *("additional_attributes", "qty", "configurable_variations", "configurable_variation_labels"),
)
_FIELDS: Final = {
    "title": "name",
    "description": "description",
    "brand": "additional_attributes",
    "category": "categories",
}
_VARIANT_FIELDS: Final = {
    "sku": "sku",
    "price": "price",
    "compare_at_price": "special_price",
    "weight_g": "weight",
    "stock": "qty",
}


def _simple_sku(row: Mapping[str, Any]) -> str | None:
    """The SKU of a product that may be a variation of another one."""
    is_simple = _text(row, "product_type") in {"simple", "virtual", "downloadable", ""}
    has_variations = "configurable_variations" in row
    return _text(row, "sku") if is_simple and has_variations else None


def _skus_of_variations(row: Mapping[str, Any]) -> list[str]:
    variations = split_values(_text(row, "configurable_variations"), "|")
    return [_pairs(variation, ",").get("sku", "") for variation in variations]


def _text(row: Mapping[str, Any], column: str) -> str:
    return str(row.get(column) or "").strip()


def _read_products(
    rows: Iterable[NumberedRow], kept: KeptRows, currency: str, today: date
) -> Iterator[ImportedProduct]:
    seen: set[str] = set()
    for row in rows:
        cells = Cells(row, currency)
        sku = cells.text("sku")
        if row.problem is None:
            # Other store views have translations of the same products.
            if cells.text("store_view_code") and sku in seen:
                continue
            seen.add(sku)
            if kept.is_claimed(sku):
                continue
        draft = Draft(line=row.line, reference=sku or None)

        def read(draft: Draft = draft, cells: Cells = cells) -> None:
            _read(draft, cells, kept, currency, today)

        rejecting(draft, row, read)
        if draft.problems and not draft.variants:
            for of_variation in _skus_of_variations(row.row):
                for found in kept.take(of_variation, row.numbers)[:1]:
                    draft.reject(found.line, "The product of this variation was not imported.")
        yield draft.finish(_FIELDS, _VARIANT_FIELDS)


def _read(draft: Draft, cells: Cells, kept: KeptRows, currency: str, today: date) -> None:
    kind = cells.text("product_type") or "simple"
    if kind not in _SOLD:
        raise DomainError(f"Products of the type {kind} are not imported.")
    if cells.text("product_online") in {"0", "2"}:
        raise DomainError("This product is not online. It was not imported.")
    if cells.text("visibility").lower() == _HIDDEN:
        reason = "It is not visible individually, and no product was imported with it."
        raise InvalidValue("visibility", reason)
    draft.describe(cells, title="name", html=["description", "short_description"])
    draft.page_texts(cells, ["meta_title"], ["meta_description"])
    brand = _pairs(cells.text("additional_attributes"), ",")
    maker = brand.get("brand") or brand.get("manufacturer")
    if maker:
        draft.changes["brand"] = maker
    _read_categories(draft, cells)
    draft.add_picture(cells.line, cells.text("base_image"), cells.text("base_image_label"))
    labels = split_values(cells.text("additional_image_labels"))
    for number, url in enumerate(split_values(cells.text("additional_images"))):
        draft.add_picture(cells.line, url, labels[number] if number < len(labels) else "")
    if kind == "configurable":
        _read_variations(draft, cells, kept, currency, today)
    else:
        draft.variants.append(_variant_of(draft, cells, {}, today))


def _read_categories(draft: Draft, cells: Cells) -> None:
    paths = [
        [name for name in split_values(path, "/") if name != _ROOT]
        for path in split_values(cells.text("categories"))
    ]
    draft.category_path(max(paths, key=len, default=[]))


def _read_variations(
    draft: Draft, cells: Cells, kept: KeptRows, currency: str, today: date
) -> None:
    labels = _pairs(cells.text("configurable_variation_labels"), ",")
    variations = split_values(cells.text("configurable_variations"), "|")
    if not variations:
        raise DomainError("The file has no variations of this product.")
    for variation in variations:
        values = _pairs(variation, ",")
        sku = values.pop("sku", "")
        found = kept.take(sku, cells.numbers)
        if not found:
            reason = f"The file has no row of the variation with the SKU “{sku}”."
            draft.reject(cells.line, reason, "configurable_variations")
            continue
        options = {labels.get(code, code): text for code, text in values.items()}
        of_variation = Cells(found[0], currency)

        def read(of_variation: Cells = of_variation, options: Mapping[str, str] = options) -> None:
            draft.variants.append(_variant_of(draft, of_variation, options, today))

        rejecting(draft, found[0], read)


def _variant_of(
    draft: Draft, cells: Cells, options: Mapping[str, str], today: date
) -> ImportedVariant:
    special = cells.money("special_price")
    if special is not None and cells.text("special_price_to_date"):
        reason = "The special price has an end. The regular price was imported."
        draft.note(cells.line, reason, "special_price")
        special = None
    start = "special_price_from_date"
    if special is not None and not _has_started(cells.text(start), today):
        reason = "The special price starts later, or this date is not clear. The regular price"
        draft.note(cells.line, f"{reason} was imported.", start)
        special = None
    regular = cells.money("price")
    price, compare_at = sale_prices(special, regular)
    weights = (
        draft.optional(cells.line, partial(cells.grams, f"weight ({unit})", unit))
        for unit in _UNITS
    )
    return ImportedVariant(
        line=cells.line,
        changes=variant_changes(
            sku=cells.text("sku"),
            barcode="",
            weight_g=next(filter(None, weights), None),
            price=price,
            compare_at=compare_at,
            has_compare_at=regular is not None,
        ),
        options=options,
        picture=cells.text("base_image") if options else "",
        stock=draft.optional(cells.line, lambda: cells.units("qty")),
    )


def _has_started(text: str, today: date) -> bool:
    """Whether a special price is valid since a date; False for a date that is not clear.

    Magento writes dates as `2026-11-29 00:00:00`, or as `11/29/26` in the order of its language.
    """
    if not text:
        return True
    parts = _DATE.match(text)
    if parts is None:
        return False
    first, second, third = parts[0].replace(".", "-").replace("/", "-").split("-")
    if len(first) == len("2026"):
        readings = [(first, second, third)]
    else:
        year = third if len(third) == len("2026") else f"20{third}"
        readings = [(year, first, second), (year, second, first)]
    dates = []
    for reading in readings:
        with suppress(ValueError):
            dates.append(date(*map(int, reading)))
    return bool(dates) and max(dates) <= today


def _pairs(text: str, separator: str) -> dict[str, str]:
    """The values of `color=Red,size=M` by their names. A part without a name continues a value."""
    pairs: dict[str, str] = {}
    last = ""
    for part in text.split(separator):
        name, equals, value = part.partition("=")
        if equals:
            last = name.strip()
            pairs[last] = value.strip()
        elif last:
            pairs[last] += separator + part
    return pairs


MAGENTO: Final = ImportSource(
    name="magento",
    columns=_COLUMNS,
    numbers=frozenset({"price", "special_price", "qty", *(f"weight ({unit})" for unit in _UNITS)}),
    products=_read_products,
    kept_by=_simple_sku,
    claims=_skus_of_variations,
)
