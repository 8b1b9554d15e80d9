"""Product files of PrestaShop: the file of its products import, or of its combinations import.

Source: PrestaShop's documentation, “Import”, and the sample files that it offers for download.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
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
from novacart.application.ports.product_references import BaseValues
from novacart.domain.shared.money import Money

_COLUMNS: Final = (
    *("product id", "active", "name", "categories", "price", "discount amount"),
    *("discount percent", "discount from", "discount to", "reference", "manufacturer", "ean13"),
    *("upc", "weight", "quantity", "summary", "description", "tags", "image urls"),
    *("meta title", "meta description", "url rewritten", "image url"),
    *("image alt texts", "product reference", "attribute", "value", "impact on price"),
    *("impact on weight", "default", "available for order", "visibility"),
)
_UNTAXED: Final = frozenset(
    {
        *("price tax excluded", "price (tax excl.)", "price (tax excluded)"),
        *("precio (impuestos excl.)", "prix ht", "prix (ht)"),
    }
)
_RENAMED: Final = {
    **dict.fromkeys(_UNTAXED, "price"),
    "product id*": "product id",
    "id": "product id",
    "active (0/1)": "active",
    "status": "active",
    "name *": "name",
    "name*": "name",
    "category": "categories",
    **dict.fromkeys(
        (
            *("price tax included", "price (tax incl.)", "price (tax included)"),
            *("precio (impuestos incl.)", "prix ttc", "prix (ttc)"),
        ),
        "price",
    ),
    "discount from (yyyy-mm-dd)": "discount from",
    "discount to (yyyy-mm-dd)": "discount to",
    "reference #": "reference",
    "short description": "summary",
    "rewritten url": "url rewritten",
    "friendly url": "url rewritten",
    "price tax excluded or price tax included": "price",
    **{
        f"{name} (x{mark}y{mark}z...)": name
        for name in ("categories", "tags", "image urls", "image alt texts")
        for mark in (",", ";")
    },
    "attribute (name:type:position)*": "attribute",
    "attribute (name:type:position)": "attribute",
    "value (value:position)*": "value",
    "value (value:position)": "value",
    "default (0 = no, 1 = yes)": "default",
    "default (0 = no; 1 = yes)": "default",
    "available for order (0 = no, 1 = yes)": "available for order",
    "image": "image urls",
    # Spanish and French: the lists of the back office, and files of combinations.
    **dict.fromkeys(("id del producto", "id producto", "id produit*", "id produit"), "product id"),
    **dict.fromkeys(("referencia del producto", "référence produit"), "product reference"),
    **dict.fromkeys(("nombre", "nom", "nombre *", "nom *"), "name"),
    **dict.fromkeys(("referencia", "référence"), "reference"),
    **dict.fromkeys(("categoría", "catégorie"), "categories"),
    **dict.fromkeys(("cantidad", "quantité"), "quantity"),
    **dict.fromkeys(("estado", "état"), "active"),
    **dict.fromkeys(("activo (0/1)", "actif (0/1)", "attivo (0/1)", "aktiv (0/1)"), "active"),
    **dict.fromkeys(("categorías (x,y,z...)", "catégories (x,y,z...)"), "categories"),
    **dict.fromkeys(
        (
            *("atributo (nombre:tipo:posicion)*", "atributo (nombre:tipo:posición)*"),
            *("attribut (nom:type:position)*", "attribut (nom:type:position)"),
        ),
        "attribute",
    ),
    **dict.fromkeys(
        (
            *("valor (valor:posicion)*", "valor (valor:posición)*"),
            *("valeur (valeur:position)*", "valeur (valeur:position)"),
        ),
        "value",
    ),
    **dict.fromkeys(("impacto en el precio", "impact sur le prix"), "impact on price"),
    **dict.fromkeys(("impacto en el peso", "impact sur le poids"), "impact on weight"),
    **dict.fromkeys(
        (
            *("predeterminado (0=no, 1=si)", "predeterminado (0 = no, 1 = sí)"),
            "valeur par défaut (0 = non, 1 = oui)",
        ),
        "default",
    ),
    "urls de las imagenes(x,y,z...)": "image urls",
}
_FIELDS: Final = {
    "title": "name",
    "description": "description",
    "brand": "manufacturer",
    "category": "categories",
    "slug": "url rewritten",
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


_POSITION: Final = re.compile(r":[0-9]+\s*(?:[,;]|$)")
# Zero in any number style, with or without a currency: `0`, `0,00` or `0.000000 €`.
_ZERO: Final = re.compile(r"[^1-9]*0[^1-9]*")


def _product_of_combination(row: Mapping[str, Any]) -> str | None:
    """The key of the product of a combination; None for a product."""
    if not cell_text(row, "attribute"):
        return None
    reference = cell_text(row, "product reference")
    return cell_text(row, "product id") or (_reference_key(reference) if reference else None)


def _keys_without_price(row: Mapping[str, Any]) -> Iterable[str]:
    """The keys of a product with the price 0, whose combinations may have prices."""
    if cell_text(row, "attribute") or not _ZERO.fullmatch(cell_text(row, "price")):
        return ()
    reference = cell_text(row, "reference")
    keys = (cell_text(row, "product id"), _reference_key(reference) if reference else "")
    return filter(None, keys)


def _read_products(
    rows: Iterable[NumberedRow], kept: KeptRows, currency: str, _today: date
) -> Iterator[ImportedProduct]:
    for row in rows:
        key = None if row.problem else _product_of_combination(row.row)
        if key is not None:
            # Combinations are read together, since their prices depend on the default one. The
            # product with the price 0 needs those that are anywhere in the file.
            if not kept.is_claimed(key) and (group := kept.take(key, row.numbers)):
                yield _finish(_read_group(group, currency))
            continue
        product = _read_group([row], currency)
        found = [kept.take(each, row.numbers) for each in _keys_without_price(row.row)]
        groups = [_read_group(group, currency, is_priced=True) for group in found if group]
        differences = [each.price_difference for group in groups for each in group.variants]
        prices = [price for price in differences if price is not None and price.amount > 0]
        if prices:
            product.variants = [
                replace(variant, changes={**variant.changes, "price": min(prices)})
                for variant in product.variants
            ]
        yield _finish(product)
        yield from map(_finish, groups)


def _read_group(group: Sequence[NumberedRow], currency: str, *, is_priced: bool = False) -> Draft:
    draft = _draft_of(Cells(group[0], currency))
    for row in group:
        cells = Cells(row, currency)
        rejecting(draft, row, lambda cells=cells: _read(draft, cells, is_priced))  # type: ignore[misc]
    return draft


def _finish(draft: Draft) -> ImportedProduct:
    return draft.finish(_FIELDS, _VARIANT_FIELDS)


def _draft_of(cells: Cells) -> Draft:
    """A product with its id as key, and with its reference, which combinations may name instead."""
    product_id, of_combination = cells.text("product id"), cells.text("product reference")
    if cells.text("attribute"):
        # An earlier release did not keep the reference of a product, which is also its SKU.
        reference = _reference_key(of_combination) if of_combination else None
        if not product_id:
            return Draft(line=cells.line, reference=reference, product_sku=of_combination)
        return Draft(
            line=cells.line,
            reference=product_id,
            other_references=(reference,) if reference else (),
            product_sku=of_combination,
        )
    reference = cells.text("reference")
    return Draft(
        line=cells.line,
        reference=product_id or reference or None,
        other_references=(_reference_key(reference),) if reference else (),
    )


def _reference_key(reference: str) -> str:
    """A reference as a key that is no id of a product."""
    return f"reference:{reference}"


def _read(draft: Draft, cells: Cells, is_priced: bool) -> None:  # noqa: FBT001 (private)
    if cells.is_false("active"):
        raise RowRejected(ProblemCode.NOT_SOLD, "This product is not active. It was not imported.")
    if cells.text("attribute"):
        _read_combination(draft, cells, _price_of(cells) if is_priced else _difference(cells))
        return
    draft.describe(
        cells, title="name", description="description", summary="summary", brand="manufacturer"
    )
    draft.page_slug(cells.text("url rewritten"))
    _read_category(draft, cells)
    if cells.text("visibility").lower() == "none":
        reason = "It is hidden there and visible here."
        draft.note(cells.line, reason, "visibility", code=ProblemCode.SHOWN_HERE)
    draft.add_tags(cells.line, _list(cells, "tags"), "tags")
    draft.page_texts(cells, ["meta title"], ["meta description"])
    _add_pictures(draft, cells)
    price, compare_at = _prices(draft, cells)
    weight_g = draft.optional(cells.line, lambda: cells.grams("weight", "kg"))
    if price is not None:
        draft.base = BaseValues(price=price, compare_at_price=compare_at, weight_g=weight_g)
    draft.variants.append(
        ImportedVariant(
            line=cells.line,
            changes=variant_changes(
                sku=cells.text("reference"),
                barcode=cells.text("ean13", "upc"),
                weight_g=weight_g,
                price=price,
                compare_at=compare_at,
                has_compare_at=price is not None,
            ),
            stock=_stock(draft, cells),
        )
    )


def _read_category(draft: Draft, cells: Cells) -> None:
    categories = _list(cells, "categories")
    paths = [
        [name for name in split_values(category, "/") if name.lower() not in _ROOTS]
        for category in categories
        # A category of a number is the one with this id.
        if not category.isdecimal()
    ]
    # The last one is the most exact.
    draft.category_path(next(filter(None, reversed(paths)), []))
    if categories and not paths:
        reason = "The file gives the id of a category instead of its name. It was left out."
        draft.note(cells.line, reason, "categories")


def _stock(draft: Draft, cells: Cells) -> int | None:
    if cells.is_false("available for order"):
        reason = "It can't be ordered there. Its stock is 0."
        draft.note(cells.line, reason, "available for order", code=ProblemCode.VALUE_REPLACED)
        return 0
    return draft.optional(cells.line, lambda: cells.units("quantity"))


def _prices(draft: Draft, cells: Cells) -> tuple[Money | None, Money | None]:
    price = cells.money("price")
    amount, percent = cells.money("discount amount"), cells.number("discount percent")
    if price is None or not (amount or percent):
        return price, None
    if cells.text("discount from", "discount to"):
        reason = "The discount has dates. The price before it was imported."
        draft.note(cells.line, reason, "discount from", code=ProblemCode.VALUE_REPLACED)
        return price, None
    if amount and amount < price:
        return sale_prices(price - amount, price, "discount amount")
    if percent and 0 < percent < 100:  # noqa: PLR2004 (per cent)
        return sale_prices(price.increased_by(-percent), price, "discount percent")
    return price, None


def _read_combination(draft: Draft, cells: Cells, difference: Money | None) -> None:
    names = distinct_names(name.split(":")[0].strip() for name in _list(cells, "attribute"))
    texts = [text.split(":")[0].strip() for text in _list(cells, "value")]
    if len(names) != len(texts):
        # A value may have a comma in it. Its position is at its end.
        texts = [text.strip() for text in _POSITION.split(cells.text("value"))[:-1]]
    if len(names) != len(texts):
        message = "The combination has another number of attributes than of values."
        raise RowRejected(ProblemCode.INVALID_VALUE, message)
    changes = variant_changes(
        sku=cells.text("reference"),
        barcode=cells.text("ean13", "upc"),
        weight_g=None,
        price=None,
    )
    column = "impact on weight"
    draft.variants.append(
        ImportedVariant(
            line=cells.line,
            changes=changes,
            options=dict(zip(names, texts, strict=True)),
            is_default=cells.is_true("default"),
            price_difference=difference,
            weight_difference=(cells.grams(column, "kg") or 0) if cells.has(column) else None,
            picture=_add_pictures(draft, cells),
            stock=draft.optional(cells.line, lambda: cells.units("quantity")),
        )
    )


def _difference(cells: Cells) -> Money | None:
    """What the price of a combination differs from that of its product; None if not in the file."""
    column = "impact on price"
    if not cells.has(column):
        return None
    return cells.money(column) or Money.zero(cells.currency)


def _price_of(cells: Cells) -> Money:
    """The price of a combination whose product has the price 0, which is its difference, too.

    Raises `RowRejected` if it has none.
    """
    price = cells.money("impact on price") or cells.money("price")
    if not price:
        reason = "The price of the product is 0, and this combination has no price."
        raise RowRejected(ProblemCode.MISSING_VALUE, reason, "impact on price")
    return price


def _list(cells: Cells, column: str) -> list[str]:
    text = cells.text(column)
    return split_values(text, ";" if ";" in text else ",")


def _add_pictures(draft: Draft, cells: Cells) -> str:
    """Add the pictures of a row with their alternative texts; return the URL of the first one."""
    text = cells.text("image url", "image urls")
    urls = split_urls(text, ";" if ";" in text else ",")
    alts = cells.text("image alt texts")
    texts = alternative_texts(alts, ";" if ";" in alts else ",", len(urls))
    for url, alt in zip(urls, texts, strict=True):
        draft.add_picture(cells.line, url, alt)
    return urls[0] if urls else ""


PRESTASHOP: Final = ImportSource(
    name="prestashop",
    columns=_COLUMNS,
    aliases=_RENAMED,
    numbers=frozenset(
        {"price", "discount amount", "weight", "impact on price", "impact on weight"}
    ),
    products=_read_products,
    kept_by=_product_of_combination,
    claims=_keys_without_price,
    untaxed=_UNTAXED,
)
