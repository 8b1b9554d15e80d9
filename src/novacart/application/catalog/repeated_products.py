"""Products and variants that a file has several times."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from novacart.application.catalog.import_report import RowProblem
from novacart.application.catalog.imported_product import ImportedProduct, ImportedVariant

_SAME_NAMES: Final = (
    "An earlier row has the same title, subtitle and brand. Give the rows a handle or SKU."
)
_SAME_PRODUCT: Final = "An earlier row has this product with other values."
_SAME_VARIANT: Final = "An earlier row has this variant with other values."
_PRODUCT_FIELDS: Final = ("title", "subtitle", "description", "brand")
_VARIANT_FIELDS: Final = ("price", "compare_at_price", "weight_g", "barcode")
# Of the hash of a value, which are kept.
_BITS: Final = 15
_LARGEST: Final = 2**_BITS - 1


class RepeatedProducts:
    """Rejects rows that give a product or variant another value than an earlier row.

    Otherwise each import of the same file would change it twice. Rows with an invalid price don't
    count, since they are not imported. To save memory, only parts of hashes are kept.
    """

    def __init__(self) -> None:
        self._values: dict[int, int] = {}

    def reject(self, product: ImportedProduct) -> ImportedProduct:
        """The product with a problem in place of each variant that contradicts an earlier row."""
        variants = [variant for variant in product.variants if variant.has_valid_price]
        if not variants or (product.is_named_only and not product.names[0]):
            return product
        if product.is_named_only:
            values = _bits_of([_all_values(product)])
            if not self._keep(product.names, values):
                return _rejecting(product, product.variants, _SAME_NAMES, "title")
            return product
        skus = (variant.sku for variant in product.variants)
        key = product.id or product.reference or next(filter(None, skus))
        if "title" in product.changes and not self._keep(key, _bits_of_product(product)):
            return _rejecting(product, product.variants, _SAME_PRODUCT)
        # Rows that follow each other are compared when they are imported.
        of_variants = [((key, _key_of(each)), _bits_of_variant(each)) for each in variants]
        repeated = [
            variant
            for variant, (of_key, values) in zip(variants, of_variants, strict=True)
            if _differ(self._values.get(hash(of_key), 0), values)
        ]
        for of_key, values in of_variants:
            self._keep(of_key, values)
        return _rejecting(product, repeated, _SAME_VARIANT) if repeated else product

    def _keep(self, key: Hashable, values: int) -> bool:
        """Keep more values of a key. Returns False if they contradict those that are kept."""
        kept = self._values.get(hash(key), 0)
        if _differ(kept, values):
            return False
        self._values[hash(key)] = kept | values
        return True


def _bits_of(values: Iterable[Hashable]) -> int:
    """Bits of the hash of each value; all are 0 for None."""
    bits = 0
    for value in values:
        bits = bits << _BITS | (0 if value is None else hash(value) % _LARGEST + 1)
    return bits


def _differ(some: int, others: int) -> bool:
    """Whether there are two different values, where both have one."""
    while some and others and some != others:
        one, other = some & _LARGEST, others & _LARGEST
        if one and other and one != other:
            return True
        some, others = some >> _BITS, others >> _BITS
    return False


def _bits_of_product(product: ImportedProduct) -> int:
    return _bits_of([*map(product.changes.get, _PRODUCT_FIELDS), product.category])


def _bits_of_variant(variant: ImportedVariant) -> int:
    values = map(variant.changes.get, _VARIANT_FIELDS)
    return _bits_of([*values, variant.stock, variant.price_difference, variant.weight_difference])


def _key_of(variant: ImportedVariant) -> Hashable:
    return variant.id or frozenset(variant.options.items()) or variant.sku


def _all_values(product: ImportedProduct) -> Hashable:
    of_variants = tuple(
        (_key_of(each), frozenset(each.changes.items()), each.stock) for each in product.variants
    )
    changes, attributes = (
        frozenset(each.items()) for each in (product.changes, product.attributes)
    )
    return changes, attributes, product.category, of_variants


def _rejecting(
    product: ImportedProduct,
    variants: Sequence[ImportedVariant],
    reason: str,
    column: str | None = None,
) -> ImportedProduct:
    lines = {variant.line for variant in variants}
    problems = [RowProblem(line=line, column=column, reason=reason) for line in sorted(lines)]
    return replace(
        product,
        variants=[variant for variant in product.variants if variant.line not in lines],
        problems=[*product.problems, *problems],
    )
