"""Product files of PrestaShop: the file of its products import, or of its combinations import.

Source: PrestaShop's documentation, “Import”, and the sample files that it offers for download.
"""

from collections.abc import Iterable, Iterator
from typing import Final

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
from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.money import Money

_COLUMNS: Final = (
    *("product id", "active", "name", "categories", "price", "discount amount"),
    *("discount percent", "discount from", "discount to", "reference", "manufacturer", "ean13"),
    *("upc", "weight", "quantity", "summary", "description", "tags", "image urls"),
    *("image alt texts", "product reference", "attribute", "value", "impact on price", "default"),
)
_RENAMED: Final = {
    "product id*": "product id",
    "id": "product id",
    "active (0/1)": "active",
    "status": "active",
    "name *": "name",
    "name*": "name",
    "categories (x,y,z...)": "categories",
    "category": "categories",
    "price tax excluded": "price",
    "price tax included": "price",
    "price (tax excl.)": "price",
    "discount from (yyyy-mm-dd)": "discount from",
    "discount to (yyyy-mm-dd)": "discount to",
    "reference #": "reference",
    "short description": "summary",
    "tags (x,y,z...)": "tags",
    "image urls (x,y,z...)": "image urls",
    "image alt texts (x,y,z...)": "image alt texts",
    "attribute (name:type:position)*": "attribute",
    "attribute (name:type:position)": "attribute",
    "value (value:position)*": "value",
    "value (value:position)": "value",
    "default (0 = no, 1 = yes)": "default",
}
_FIELDS: Final = {
    "title": "name",
    "description": "description",
    "brand": "manufacturer",
    "category": "categories",
}
_VARIANT_FIELDS: Final = {
    "sku": "reference",
    "barcode": "ean13",
    "price": "price",
    "weight_g": "weight",
    "stock": "quantity",
}
# Categories that every shop has.
_ROOTS: Final = {"root", "home"}


def _read_products(
    rows: Iterable[NumberedRow], _kept: KeptRows, currency: str
) -> Iterator[ImportedProduct]:
    for row in rows:
        cells = Cells(row, currency)
        reference = cells.text("product id", "product reference", "reference")
        draft = Draft(line=row.line, reference=reference or None)
        rejecting(draft, row, lambda draft=draft, cells=cells: _read(draft, cells))  # type: ignore[misc]
        yield draft.finish(_FIELDS, _VARIANT_FIELDS)


def _read(draft: Draft, cells: Cells) -> None:
    if cells.is_false("active"):
        raise DomainError("This product is not active. It was not imported.")
    if cells.text("attribute"):
        _read_combination(draft, cells)
        return
    draft.describe(cells, title="name", html=["description", "summary"], brand="manufacturer")
    names = [
        name
        for category in split_values(cells.text("categories"))
        for name in split_values(category, "/")
        if name.lower() not in _ROOTS
    ]
    # Its categories are not a path. The last one is the most exact.
    draft.category_path(names[-1:])
    draft.add_tags(cells.line, split_values(cells.text("tags")), "tags")
    for url in split_values(cells.text("image urls")):
        draft.add_picture(cells.line, url)
    price, compare_at = _prices(draft, cells)
    draft.variants.append(
        ImportedVariant(
            line=cells.line,
            changes=variant_changes(
                sku=cells.text("reference"),
                barcode=cells.text("ean13", "upc"),
                weight_g=cells.grams("weight", "kg"),
                price=price,
                compare_at=compare_at,
            ),
            stock=cells.units("quantity"),
        )
    )


def _prices(draft: Draft, cells: Cells) -> tuple[Money | None, Money | None]:
    price = cells.money("price")
    amount, percent = cells.money("discount amount"), cells.number("discount percent")
    if price is None or not (amount or percent):
        return price, None
    if cells.text("discount from", "discount to"):
        reason = "The discount has dates. The price before it was imported."
        draft.note(cells.line, reason, "discount from")
        return price, None
    if amount and amount < price:
        return sale_prices(price - amount, price)
    if percent and 0 < percent < 100:  # noqa: PLR2004 (per cent)
        return sale_prices(price.increased_by(-int(percent)), price)
    return price, None


def _read_combination(draft: Draft, cells: Cells) -> None:
    impact = cells.number("impact on price")
    if impact:
        raise DomainError(
            "The price of this combination differs from its product's. Add it in the back office."
        )
    names = [name.split(":")[0].strip() for name in split_values(cells.text("attribute"))]
    texts = [text.split(":")[0].strip() for text in split_values(cells.text("value"))]
    if len(names) != len(texts):
        raise DomainError("The combination has another number of attributes than of values.")
    changes = variant_changes(
        sku=cells.text("reference"),
        barcode=cells.text("ean13", "upc"),
        weight_g=None,
        price=None,
        compare_at=None,
    )
    del changes["compare_at_price"]
    draft.variants.append(
        ImportedVariant(
            line=cells.line,
            changes=changes,
            options=dict(zip(names, texts, strict=True)),
            is_default=cells.is_true("default"),
            stock=cells.units("quantity"),
        )
    )


PRESTASHOP: Final = ImportSource(
    name="prestashop",
    columns=_COLUMNS,
    aliases=_RENAMED,
    numbers=frozenset({"price", "discount amount", "weight", "impact on price"}),
    products=_read_products,
)
