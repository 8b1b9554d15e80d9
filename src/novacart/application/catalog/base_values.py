"""Files that give the values of a product, and the differences of its variants from them."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from novacart.application.catalog.imported_product import ImportedProduct, ImportedVariant
from novacart.application.catalog.merge_product import find_variant
from novacart.application.ports.product_references import BaseValues
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.variant import VariantDetails
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import VariantId


def with_values_of_variants(
    imported: ImportedProduct, product: Product, known: BaseValues | None
) -> ImportedProduct:
    """The product with values of its variants instead of its own, or of differences.

    `known` are the values that the last file gave the product.
    """
    if imported.base is not None and product.options:
        variants = [
            ImportedVariant(
                line=imported.line,
                id=variant.id,
                changes=_moved(variant.details, known, imported.base),
            )
            for variant in product.active_variants
        ]
        return replace(imported, variants=variants)
    if not any(variant.has_difference for variant in imported.variants):
        return imported
    base = known or _base_of(product, imported.variants)
    variants = [
        replace(each, changes={**each.changes, **_sum(base, each)}) for each in imported.variants
    ]
    return replace(imported, variants=variants)


def ensure_has_price(imported: ImportedProduct) -> None:
    """Raise `InvalidValue` for a product with the price 0 that would be the price of a variant."""
    if imported.base is None or imported.base.price:
        return
    if any(variant.changes.get("price") == imported.base.price for variant in imported.variants):
        raise InvalidValue(
            "price",
            "The price is 0, and the file has no combination of this product with a price. If the"
            " prices are in a file of combinations, put the rows of both files into one file.",
        )


def move_archived(
    product: Product,
    known: BaseValues,
    base: BaseValues,
    *,
    removed: Collection[VariantId],
    at: datetime,
) -> None:
    """Let archived variants keep their differences when the values of their product change.

    So they have the right prices if staff restore them. Those that an undo has `removed` are
    restored by a file with their prices, and only if they have not changed. A variant whose price
    would be invalid stays as it is.
    """
    for variant in product.variants:
        if variant.is_archived and variant.id not in removed:
            with suppress(InvalidValue):
                details = replace(variant.details, **_moved(variant.details, known, base))
                product.edit_archived_variant(variant.id, details, at=at)


def _moved(details: VariantDetails, known: BaseValues | None, base: BaseValues) -> dict[str, Any]:
    """The changes of a variant that keeps its differences from the values of its product."""
    if known is None or known == base:
        return {}
    difference = details.price - known.price
    changes: dict[str, Any] = {"price": base.price + difference}
    if base.compare_at_price is not None:
        changes["compare_at_price"] = base.compare_at_price + difference
    elif known.compare_at_price is not None:
        changes["compare_at_price"] = None
    if base.weight_g is not None and known.weight_g != base.weight_g:
        if details.weight_g is not None and known.weight_g is not None:
            changes["weight_g"] = base.weight_g + details.weight_g - known.weight_g
        elif details.weight_g is None and known.weight_g is None:
            changes["weight_g"] = base.weight_g
    return changes


def _sum(base: BaseValues, variant: ImportedVariant) -> Mapping[str, Any]:
    changes: dict[str, Any] = {}
    difference, grams = variant.price_difference, variant.weight_difference
    if difference is not None:
        changes["price"] = base.price + difference
        if base.compare_at_price is not None:
            changes["compare_at_price"] = base.compare_at_price + difference
    if grams is not None and base.weight_g is not None:
        changes["weight_g"] = base.weight_g + grams
    return changes


def _base_of(product: Product, variants: Sequence[ImportedVariant]) -> BaseValues:
    """The values of a product, if no file gave them."""
    default = product.default_variant.details
    if not product.options:
        return BaseValues(
            price=default.price,
            compare_at_price=default.compare_at_price,
            weight_g=default.weight_g,
        )
    # The present default variant has its own difference already.
    for variant in variants:
        if variant.price_difference is not None:
            present = find_variant(product, variant)
            if present is not None and present.id == product.default_variant_id:
                return BaseValues(price=default.price - variant.price_difference)
    return BaseValues(price=default.price)
