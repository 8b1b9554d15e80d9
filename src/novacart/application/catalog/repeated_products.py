"""Products and variants that a file has several times."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from novacart.application.catalog.imported_product import ImportedProduct, ImportedVariant
from novacart.application.catalog.row_problems import ProblemCode, RowProblem, RowRejected
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.variant import Variant
from novacart.domain.shared.ids import ProductId, VariantId

_CODE: Final = ProblemCode.CONTRADICTS_EARLIER_ROW
_SAME_NAMES: Final = (
    "An earlier row has the same title, subtitle and brand. Give the rows a handle or SKU."
)
_SAME_PRODUCT: Final = "An earlier row has this product with other values."
_SAME_VARIANT: Final = "An earlier row has this variant with other values."
_SAME_SKU: Final = "An earlier row has this SKU."
_SAME_DEFAULT: Final = "An earlier row has another default variant of this product."
# The number of bits that are kept of the hash of a value.
_BITS: Final = 15
_LARGEST: Final = 2**_BITS - 1
_MISSING: Final = object()
_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class RepeatedProducts:
    """Rejects rows that give a product or variant another value than an earlier row of a file.

    Otherwise each import of the same file would change it twice. Rows with an invalid price don't
    count, since they are not imported. To save memory, only parts of hashes are kept.
    """

    def __init__(self) -> None:
        self._values: dict[int, int] = {}
        # The position of the bits of each field, by its name.
        self._places: dict[str, int] = {}
        self._references: dict[ProductId, str] = {}
        self._defaults: dict[ProductId, VariantId | None] = {}
        self._batch: Sequence[ImportedProduct] = ()
        # What the entries were before the batch, in the order of its changes.
        self._before: list[tuple[dict[Any, Any], Hashable, Any]] = []

    def start(self, batch: Sequence[ImportedProduct]) -> None:
        """Start a batch. If it is the last one again, forget what its first attempt has noted."""
        if batch is self._batch:
            for entries, key, value in reversed(self._before):
                if value is _MISSING:
                    del entries[key]
                else:
                    entries[key] = value
        self._batch = batch
        self._before.clear()

    def reject(self, product: ImportedProduct) -> ImportedProduct:
        """The product with a problem in place of each variant that contradicts an earlier row.

        Earlier rows are those that name it by the same key; see `ensure_same_product` for others.
        """
        variants = [variant for variant in product.variants if variant.has_valid_price]
        if not variants or (product.is_named_only and not product.names[0]):
            return product
        if product.is_named_only:
            values = self._bits_of({"": all_values(product)})
            if not self._keep(product.names, values):
                return _rejecting(product, product.variants, _SAME_NAMES, "title")
            return product
        skus = (variant.sku for variant in product.variants)
        key = product.id or product.reference or next(filter(None, skus))
        if not self._keep(key, self._bits_of_product(product)):
            return _rejecting(product, product.variants, _SAME_PRODUCT)
        # Rows that follow each other are compared when they are imported.
        of_variants = [((key, _key_of(each)), self._bits_of_variant(each)) for each in variants]
        repeated = [
            variant
            for variant, (of_key, values) in zip(variants, of_variants, strict=True)
            if self._is_other(of_key, values)
        ]
        for of_key, values in of_variants:
            self._keep(of_key, values)
        return _rejecting(product, repeated, _SAME_VARIANT) if repeated else product

    def ensure_same_product(self, imported: ImportedProduct, product: Product) -> None:
        """Raises `RowRejected` if an earlier row with another key of the product contradicts it."""
        values = self._bits_of_product(imported)
        if any(self._is_other(key, values) for key in self._keys_of(product, imported.skus)):
            raise RowRejected(_CODE, _SAME_PRODUCT)

    def ensure_same_variant(
        self, imported: ImportedVariant, product: Product, variant: Variant | None
    ) -> None:
        """Raises `RowRejected` if an earlier row with another key of the variant contradicts it.

        `variant` is None for a new one.
        """
        if imported.is_default:
            self._ensure_same_default(product.id, None if variant is None else variant.id)
        if variant is None:
            return
        if imported.sku not in {None, variant.details.sku} and hash(imported.sku) in self._values:
            # The row of the SKU would mean this variant in the next import.
            raise RowRejected(_CODE, _SAME_SKU, "sku")
        values = self._bits_of_variant(imported)
        options = _folded(product.option_texts(variant))
        of_variant: list[Hashable] = [variant.id, options]
        of_variant += filter(None, [variant.details.sku, imported.sku])
        if variant.id == product.default_variant_id:
            of_variant.append(None)
        for key in self._keys_of(product, filter(None, [imported.sku])):
            if any(self._is_other((key, each), values) for each in of_variant):
                raise RowRejected(_CODE, _SAME_VARIANT)

    def _ensure_same_default(self, product_id: ProductId, variant_id: VariantId | None) -> None:
        if variant_id is None and product_id in self._defaults:
            raise RowRejected(_CODE, _SAME_DEFAULT)
        if self._defaults.get(product_id, variant_id) != variant_id:
            raise RowRejected(_CODE, _SAME_DEFAULT)
        self._note(self._defaults, product_id, variant_id)

    def include(self, imported: ImportedProduct, product: Product) -> None:
        """Note the handle and the default variant of an imported product, to compare later rows."""
        if imported.reference is not None and not imported.is_lenient:
            self._note(self._references, product.id, imported.reference)
        is_set = product.options and any(variant.is_default for variant in imported.variants)
        if is_set and self._defaults.get(product.id) is None:
            self._note(self._defaults, product.id, product.default_variant_id)

    def _keys_of(self, product: Product, skus: Iterable[str]) -> Iterator[Hashable]:
        """The keys by which rows may name the product, with further `skus` of this row."""
        yield product.id
        yield from skus
        for variant in product.variants:
            if variant.details.sku is not None:
                yield variant.details.sku
        if product.id in self._references:
            yield self._references[product.id]

    def _is_other(self, key: Hashable, values: int) -> bool:
        return _differ(self._values.get(hash(key), 0), values)

    def _keep(self, key: Hashable, values: int) -> bool:
        """Keep more values of a key. Returns False if they contradict those that are kept."""
        kept = self._values.get(hash(key), 0)
        if _differ(kept, values):
            return False
        self._note(self._values, hash(key), kept | values)
        return True

    def _note(self, entries: dict[_Key, _Value], key: _Key, value: _Value) -> None:
        self._before.append((entries, key, entries.get(key, _MISSING)))
        entries[key] = value

    def _bits_of_product(self, product: ImportedProduct) -> int:
        values = dict(product.changes)
        if product.category is not None:
            values["category"] = product.category
        if product.images:
            values["images"] = tuple((each.image, each.alt) for each in product.images)
        if any(variant.changes.get("image") for variant in product.variants):
            values["is without image"] = False
        elif not values.get("image", True):
            values["is without image"] = True
        for code, value in product.attributes.items():
            values[f"attribute:{code}"] = None if value == "" else value
        return self._bits_of(values)

    def _bits_of_variant(self, variant: ImportedVariant) -> int:
        values = dict(variant.changes)
        if "sku" in values:
            values["sku"] = variant.sku
        if variant.options:
            values["options"] = _folded(variant.options)
        for name in ("price_difference", "weight_difference", "stock", "stock_read"):
            value = getattr(variant, name)
            if value is not None:
                values[name] = value
        return self._bits_of(values)

    def _bits_of(self, values: Mapping[str, Any]) -> int:
        """Bits of the hash of each value at the position of its field; 0 for fields without one."""
        bits = 0
        for name, value in values.items():
            place = self._places.setdefault(name, len(self._places) * _BITS)
            bits |= (hash(value) % _LARGEST + 1) << place
        return bits


def _differ(some: int, others: int) -> bool:
    """Whether there are two different values, where both have one."""
    while some and others and some != others:
        one, other = some & _LARGEST, others & _LARGEST
        if one and other and one != other:
            return True
        some, others = some >> _BITS, others >> _BITS
    return False


def _key_of(variant: ImportedVariant) -> Hashable:
    return variant.id or _folded(variant.options) or variant.sku


def _folded(options: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset((name.casefold(), text.casefold()) for name, text in options.items())


def all_values(product: ImportedProduct) -> Hashable:
    """The values that the file gives a product and its variants, without their pictures."""
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
    problems = [
        RowProblem(line=line, column=column, reason=reason, code=_CODE) for line in sorted(lines)
    ]
    return replace(
        product,
        variants=[variant for variant in product.variants if variant.line not in lines],
        problems=[*product.problems, *problems],
    )
