"""Product files of Magento 2 and Adobe Commerce: a row for each product and store view.

Those of Magento 1 have further rows without a SKU below a product: for its other categories,
pictures and variations, and for store views.

Source: Adobe Commerce's documentation, “Product attributes CSV reference” and “Configurable
product data”; Magento 1's class `Mage_ImportExport_Model_Export_Entity_Product`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import chain
from typing import Any, Final

from novacart.application.catalog.import_rows import ImportSource, KeptRows, NumberedRow
from novacart.application.catalog.import_sources.cells import (
    Cells,
    Draft,
    alternative_texts,
    cell_text,
    distinct_names,
    rejecting,
    sale_prices,
    split_urls,
    split_values,
    variant_changes,
)
from novacart.application.catalog.imported_product import ImportedProduct, ImportedVariant
from novacart.application.catalog.row_problems import ProblemCode, RowRejected
from novacart.domain.shared.money import Money

_SOLD: Final = {"simple", "virtual", "downloadable", "configurable"}
_ROOT: Final = "Default Category"
# Magento 1 writes the number.
_HIDDEN: Final = {"not visible individually", "1"}
_OFFLINE: Final = {"0", "2", "false", "disabled"}
_NO_PICTURE: Final = "no_selection"
# The file has a column `weight` without its unit. People name the unit by the mapping of columns.
_UNITS: Final = ("kg", "g", "lbs", "oz")
_DATE: Final = re.compile(
    r"(?:[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}([/.])[0-9]{1,2}\1(?:[0-9]{4}|[0-9]{2}))(?![0-9])"
)
# A name, and a value up to the next name. A value in quotes may have names in it.
_PAIR: Final = re.compile(
    r'(?<![^,])([^=,]+)=(\s*"(?:[^"]|"")*"\s*(?=,|$)|.*?)(?:,(?=[^=,]*=)|$)', re.DOTALL
)
# Codes that the attribute of a GTIN usually has.
_BARCODES: Final = ("gtin", "ean", "ean13", "upc", "barcode")
# Codes of the attributes that variations usually have as options.
_USUAL_OPTIONS: Final = ("color", "size")
_COLUMNS: Final = (
    *("sku", "store_view_code", "product_type", "categories", "name", "description"),
    *("short_description", "product_online", "visibility", "price", "special_price"),
    *("special_price_from_date", "special_price_to_date"),
    *("base_image", "base_image_label", "additional_images", "additional_image_labels"),
    *("url_key", "meta_title", "meta_description"),
    *(f"weight ({unit})" for unit in _UNITS),
    *("additional_attributes", "qty", "is_in_stock", "manage_stock", "use_config_manage_stock"),
    *("configurable_variations", "configurable_variation_labels"),
    # Magento 1. A shop may have an attribute `type`, beside the `_type` of the product.
    *("type", "manufacturer", "_category", "_media_image", "_media_lable", "_super_products_sku"),
    *("_super_attribute_code", "_super_attribute_option", "_super_attribute_price_corr"),
    *_USUAL_OPTIONS,
)
_RENAMED: Final = {
    "_store": "store_view_code",
    "_type": "product_type",
    "status": "product_online",
    "image": "base_image",
    "image_label": "base_image_label",
    "special_from_date": "special_price_from_date",
    "special_to_date": "special_price_to_date",
}
_FIELDS: Final = {
    "title": "name",
    "description": "description",
    "brand": "additional_attributes",
    "category": "categories",
    "slug": "url_key",
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
    is_simple = _kind(row) in {"simple", "virtual", "downloadable", ""}
    has_variations = "configurable_variations" in row or "_super_products_sku" in row
    return cell_text(row, "sku") or None if is_simple and has_variations else None


def _skus_of_variations(row: Mapping[str, Any]) -> list[str]:
    variations = split_values(cell_text(row, "configurable_variations"), "|")
    skus = [_pairs(variation).get("sku", "") for variation in variations]
    return [*skus, *filter(None, [cell_text(row, "_super_products_sku")])]


def _kind(row: Mapping[str, Any]) -> str:
    return cell_text(row, "product_type") or cell_text(row, "type")


def _read_products(
    rows: Iterable[NumberedRow], kept: KeptRows, currency: str, today: date
) -> Iterator[ImportedProduct]:
    seen: set[str] = set()
    for group in _with_further_rows(rows):
        row = group[0]
        cells = [Cells(each, currency) for each in group]
        sku = cells[0].text("sku")
        if row.problem is None:
            # Other store views have translations of the same products.
            if cells[0].text("store_view_code") and sku in seen:
                continue
            seen.add(sku)
            if kept.is_claimed(sku):
                continue
        draft = Draft(line=row.line, reference=sku or None)

        def read(draft: Draft = draft, cells: Sequence[Cells] = cells) -> None:
            _read(draft, cells, kept, today)

        rejecting(draft, row, read)
        if draft.problems and not draft.variants:
            for of_variation in dict.fromkeys(
                each for one in group for each in _skus_of_variations(one.row)
            ):
                for found in kept.take(of_variation, row.numbers)[:1]:
                    reason = "The product of this variation was not imported."
                    draft.reject(found.line, reason, code=ProblemCode.PRODUCT_REJECTED)
        yield draft.finish(_FIELDS, _VARIANT_FIELDS)


def _with_further_rows(rows: Iterable[NumberedRow]) -> Iterator[list[NumberedRow]]:
    """Each row of a product with the further rows of Magento 1 below it."""
    group: list[NumberedRow] = []
    for row in rows:
        if group and not _is_further(row):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _is_further(row: NumberedRow) -> bool:
    has_rows = any(column in row.row for column in ("_super_products_sku", "_media_image"))
    return has_rows and not cell_text(row.row, "sku") and not _kind(row.row)


def _read(draft: Draft, rows: Sequence[Cells], kept: KeptRows, today: date) -> None:
    cells = rows[0]
    kind = cells.text("product_type", "type") or "simple"
    if kind not in _SOLD:
        raise RowRejected(ProblemCode.NOT_SOLD, f"Products of the type {kind} are not imported.")
    if _is_offline(cells):
        raise RowRejected(ProblemCode.NOT_SOLD, "This product is not online. It was not imported.")
    if cells.text("visibility").lower() in _HIDDEN:
        reason = "It is not visible individually, and no product was imported with it."
        raise RowRejected(ProblemCode.NOT_SOLD, reason, "visibility")
    if not draft.reference:
        raise RowRejected(ProblemCode.MISSING_VALUE, "Products of Magento have an SKU.", "sku")
    draft.describe(cells, title="name", description="description", summary="short_description")
    draft.page_slug(cells.text("url_key"))
    draft.page_texts(cells, ["meta_title"], ["meta_description"])
    brand = _pairs(cells.text("additional_attributes"))
    maker = brand.get("brand") or brand.get("manufacturer") or cells.text("manufacturer")
    if maker:
        draft.changes["brand"] = maker
    _read_categories(draft, rows)
    _read_pictures(draft, rows)
    if kind == "configurable":
        _read_variations(draft, rows, kept, today)
    else:
        draft.variants.append(_variant_of(draft, cells, {}, _prices(draft, cells, today)))


def _is_offline(cells: Cells) -> bool:
    return cells.text("product_online").lower() in _OFFLINE


def _read_categories(draft: Draft, rows: Sequence[Cells]) -> None:
    text = rows[0].text("categories")
    # A comma with a space after it is in a name, unless a path from the root follows.
    root = re.escape(text.partition("/")[0].strip())
    texts = list(filter(None, map(str.strip, re.split(rf",(?!\s)|,(?=\s*{root}(?:/|,|$))", text))))
    # A cell of Magento 1 is one path. The names in it may have commas.
    texts += [text for cells in rows if (text := cells.text("_category"))]
    paths = [[name for name in split_values(text, "/") if name != _ROOT] for text in texts]
    draft.category_path(max(paths, key=len, default=[]))


def _read_pictures(draft: Draft, rows: Sequence[Cells]) -> None:
    cells = rows[0]
    draft.add_picture(cells.line, _picture(cells, "base_image"), cells.text("base_image_label"))
    urls = split_urls(cells.text("additional_images"))
    labels = alternative_texts(cells.text("additional_image_labels"), ",", len(urls))
    for url, label in zip(urls, labels, strict=True):
        draft.add_picture(cells.line, url, label)
    for each in rows:
        draft.add_picture(each.line, _picture(each, "_media_image"), each.text("_media_lable"))


def _picture(cells: Cells, column: str) -> str:
    path = cells.text(column)
    return "" if path == _NO_PICTURE else path


@dataclass(slots=True, kw_only=True)
class _Variation:
    """A variation of a configurable product, named in the row `line`.

    `corrections` are cells of Magento 1 with what its options add to the price of the product.
    """

    line: int
    sku: str
    options: dict[str, str] = field(default_factory=dict)
    corrections: list[Cells] = field(default_factory=list)


def _read_variations(draft: Draft, rows: Sequence[Cells], kept: KeptRows, today: date) -> None:
    cells = rows[0]
    variations = _variations(cells) or _variations_of_rows(rows)
    if not variations:
        message = "The file has no variations of this product."
        raise RowRejected(ProblemCode.INCOMPLETE_PRODUCT, message)
    # Magento 1 does not charge the prices of the simple products.
    has_corrections = any(variation.corrections for variation in variations)
    prices = _prices(draft, cells, today) if has_corrections else (None, None)
    # Magento 1 exports only the last attribute of a product. The others are in its simple products.
    is_incomplete = has_corrections and _has_repeated_options(variations)
    for variation in variations:
        found = kept.take(variation.sku, cells.numbers)
        if not found:
            reason = f"The file has no row of the variation with the SKU “{variation.sku}”."
            code = ProblemCode.INCOMPLETE_PRODUCT
            draft.reject(variation.line, reason, "configurable_variations", code=code)
            continue
        own = Cells(found[0], cells.currency)

        def read(variation: _Variation = variation, own: Cells = own) -> None:
            if _is_offline(own):
                raise RowRejected(
                    ProblemCode.NOT_SOLD, "This variation is not online. It was not imported."
                )
            if not all(chain.from_iterable(variation.options.items())):
                message = "The file does not say the options of this variation."
                raise RowRejected(ProblemCode.MISSING_VALUE, message)
            if prices[1]:
                special, regular = (_corrected(price, variation) for price in prices)
                of_variant = special, regular
            else:
                of_variant = _prices(draft, own, today)
            usual = [name for name in _USUAL_OPTIONS if is_incomplete and own.text(name)]
            options = {**{name: own.text(name) for name in usual}, **variation.options}
            draft.variants.append(_variant_of(draft, own, options, of_variant))

        rejecting(draft, found[0], read)


def _variations(cells: Cells) -> list[_Variation]:
    labels = _pairs(cells.text("configurable_variation_labels"))
    variations = []
    for text in split_values(cells.text("configurable_variations"), "|"):
        values = _pairs(text)
        sku = values.pop("sku", "")
        names = distinct_names(labels.get(code, code) for code in values)
        options = dict(zip(names, values.values(), strict=True))
        variations.append(_Variation(line=cells.line, sku=sku, options=options))
    return variations


def _variations_of_rows(rows: Sequence[Cells]) -> list[_Variation]:
    """The variations of Magento 1, which have a row for each of their options."""
    variations: dict[str, _Variation] = {}
    for cells in rows:
        if sku := cells.text("_super_products_sku"):
            variation = variations.setdefault(sku, _Variation(line=cells.line, sku=sku))
            code = cells.text("_super_attribute_code")
            variation.options[code] = cells.text("_super_attribute_option")
            variation.corrections.append(cells)
    return [*variations.values()]


def _has_repeated_options(variations: Sequence[_Variation]) -> bool:
    return len({frozenset(each.options.items()) for each in variations}) < len(variations)


def _corrected(price: Money | None, variation: _Variation) -> Money | None:
    """The price of a variation, from that of its product."""
    if price is None:
        return None
    column = "_super_attribute_price_corr"
    total = price
    for cells in variation.corrections:
        text = cells.text(column)
        if text.endswith("%"):
            total += price.increased_by(cells.number(column) or 0) - price
        elif text:
            total += cells.money(column) or Money.zero(price.currency)
    return total


def _prices(draft: Draft, cells: Cells, today: date) -> tuple[Money | None, Money | None]:
    """The special price, if it is valid, and the regular price."""
    # Magento does not charge a special price of 0.
    special = cells.money("special_price") or None
    if special is not None and cells.text("special_price_to_date"):
        reason = "The special price has an end. The regular price was imported."
        draft.note(cells.line, reason, "special_price", code=ProblemCode.VALUE_REPLACED)
        special = None
    start = "special_price_from_date"
    if special is not None and not _has_started(cells.text(start), today):
        reason = "The special price starts later, or this date is not clear. The regular price"
        code = ProblemCode.VALUE_REPLACED
        draft.note(cells.line, f"{reason} was imported.", start, code=code)
        special = None
    return special, cells.money("price")


def _variant_of(
    draft: Draft,
    cells: Cells,
    options: Mapping[str, str],
    prices: tuple[Money | None, Money | None],
) -> ImportedVariant:
    special, regular = prices
    attributes = _pairs(cells.text("additional_attributes"))
    price, compare_at = sale_prices(special, regular, "special_price")
    weights = (
        draft.optional(cells.line, partial(cells.grams, f"weight ({unit})", unit))
        for unit in _UNITS
    )
    return ImportedVariant(
        line=cells.line,
        changes=variant_changes(
            sku=cells.text("sku"),
            barcode=next(filter(None, (attributes.get(name) for name in _BARCODES)), ""),
            weight_g=next(filter(None, weights), None),
            price=price,
            compare_at=compare_at,
            has_compare_at=regular is not None,
        ),
        options=options,
        picture=_picture(cells, "base_image") if options else "",
        stock=_stock(draft, cells),
    )


def _stock(draft: Draft, cells: Cells) -> int | None:
    if cells.is_false("manage_stock") and cells.is_false("use_config_manage_stock"):
        # It is always sold there, and its quantity has no meaning.
        return None
    stock = draft.optional(cells.line, lambda: cells.units("qty"))
    if stock and cells.is_false("is_in_stock"):
        reason = "It is out of stock there. Its stock is 0."
        draft.note(cells.line, reason, "is_in_stock", code=ProblemCode.VALUE_REPLACED)
        return 0
    return stock


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


def _pairs(text: str) -> dict[str, str]:
    """The values of `color=Red,size=M` by their names. A part without a name continues a value.

    With the option “Fields Enclosure” of the export, a value is in quotes.
    """
    return {name.strip(): _unquoted(value.strip()) for name, value in _PAIR.findall(text)}


def _unquoted(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] == value[-1] == '"'
    return value[1:-1].replace('""', '"') if is_quoted else value


MAGENTO: Final = ImportSource(
    name="magento",
    columns=_COLUMNS,
    aliases=_RENAMED,
    numbers=frozenset({"price", "special_price", "qty", *(f"weight ({unit})" for unit in _UNITS)}),
    products=_read_products,
    required="sku",
    kept_by=_simple_sku,
    claims=_skus_of_variations,
)
