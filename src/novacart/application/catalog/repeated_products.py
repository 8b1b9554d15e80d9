"""Products and variants that a file has several times."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from novacart.application.catalog.add_category import without_number
from novacart.application.catalog.import_categories import is_below
from novacart.application.catalog.imported_product import (
    ImportedCategory,
    ImportedProduct,
    ImportedVariant,
    Names,
)
from novacart.application.catalog.mentioned_skus import MentionedSkus
from novacart.application.catalog.row_problems import ProblemCode, RowProblem, RowRejected
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.category_details import MAX_NAME
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.slugs import slugify
from novacart.domain.catalog.variant import Variant
from novacart.domain.shared.ids import ProductId, VariantId

_CODE: Final = ProblemCode.CONTRADICTS_EARLIER_ROW
_SAME_NAMES: Final = (
    "An earlier row has the same title, subtitle and brand. Give the rows a handle or SKU."
)
_SAME_PRODUCT: Final = "An earlier row has this product with other values."
_SAME_VARIANT: Final = "An earlier row has this variant with other values."
_SAME_SKU: Final = "Another row has this SKU."
_FORMER_SKU: Final = "Another row has the present SKU “{sku}” of this variant."
_MISSED_SKU: Final = (
    "An earlier row gives the present SKU “{sku}” of this variant to another product. Move that row"
    " down."
)
_SAME_CATEGORY: Final = (
    "An earlier row names this new category and could not add it. Move this row up."
)
_BY_OPTIONS: Final = "An earlier row names a variant by options that this row changes."
_OTHER_OPTIONS: Final = "An earlier row gives variants of this product other options."
_BY_DEFAULT: Final = "An earlier row means the default variant, which this row changes."
_BY_NAMES: Final = "An earlier row names a product by this title, subtitle and brand alone."
_SAME_KEY: Final = "An earlier row with this {column} means another product."
SECOND_DEFAULT: Final = "An earlier row has another default variant of this product."
# The number of bits that are kept of the hash of a value.
_BITS: Final = 15
_LARGEST: Final = 2**_BITS - 1
_MISSING: Final = object()
_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class RepeatedProducts:
    """Rejects rows that give a product or variant another value than an earlier row of a file.

    Otherwise each import of the same file would change it twice. So do rows that change the key by
    which another row names a product or variant, which are rejected, too. Rows with an invalid
    price don't count, since they are not imported. To save memory, only parts of hashes are kept,
    about 180 bytes for a row.

    A process that continues an import reads the rows before its position again, but does not know
    the handles and default variants of their products.
    """

    def __init__(self, mentioned: MentionedSkus) -> None:
        """`mentioned` are the SKUs of a file in which rows are identified by them."""
        self._mentioned = mentioned
        self._values: dict[int, int] = {}
        # The position of the bits of each field, by its name.
        self._places: dict[str, int] = {}
        # Further keys by which rows named a product: its handle, an unknown id, or its names.
        self._aliases: dict[ProductId, tuple[Hashable, ...]] = {}
        # The one of the present row, for later rows.
        self._alias: tuple[ProductId, Hashable] | None = None
        # Those keys of the present row that an earlier one has.
        self._earlier: set[Hashable] = set()
        # Keys of variants that only the present row has.
        self._new_variants: set[int] = set()
        # Keys of products of which an earlier row gives options, and those of the present row.
        self._with_options: dict[int, None] = {}
        self._gives_options: tuple[int, ...] = ()
        self._defaults: dict[ProductId, VariantId | None] = {}
        self._batch: Sequence[ImportedProduct] = ()
        # Slugs of categories that an earlier row names, but does not add, and their paths by the
        # slugs of their last names.
        self._missing_slugs: dict[str, None] = {}
        self._missing_paths: dict[str, tuple[tuple[str, ...], ...]] = {}
        # SKUs that an earlier row could not have, since another product had them.
        self._missed_skus: dict[str, None] = {}
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
            self._gives_options, self._alias = (), None
        self._end_row()
        self._batch = batch
        self._before.clear()

    def reject(self, product: ImportedProduct) -> ImportedProduct:
        """The product with a problem in place of each variant that contradicts an earlier row.

        Earlier rows are those that name it by the same key; see `ensure_same_product` for others.
        """
        self._end_row()
        variants = [variant for variant in product.variants if variant.has_valid_price]
        if not variants or (product.is_named_only and not product.names[0]):
            return product
        key = _key_of_product(product)
        # A product without this id is found by the handle of the row.
        handle = ("handle of an id", product.reference)
        keys = (product.id, product.reference, *product.skus, product.names, handle)
        self._earlier = {each for each in keys if hash(each) in self._values}
        if not product.is_lenient and any(variant.options for variant in variants):
            self._gives_options = hash(key), hash(handle)
        values = self._bits_of_product(product)
        if product.id is not None and product.reference is not None:
            self._keep(product.reference, 0)
            self._keep(handle, values)
            for each in variants:
                self._keep((handle, _key_of(each)), self._bits_of_variant(each))
        if product.is_named_only:
            values |= self._bits_of({"": all_values(product)})
        if not self._keep(key, values):
            if product.is_named_only:
                return _rejecting(product, product.variants, _SAME_NAMES, "title")
            return _rejecting(product, product.variants, _SAME_PRODUCT)
        # Rows that follow each other are compared when they are imported.
        of_variants = [((key, _key_of(each)), self._bits_of_variant(each)) for each in variants]
        repeated = [
            variant
            for variant, (of_key, values) in zip(variants, of_variants, strict=True)
            if self._is_other(of_key, values)
        ]
        hashes = {hash(of_key) for of_key, _ in of_variants}
        self._new_variants = {each for each in hashes if each not in self._values}
        for of_key, values in of_variants:
            self._keep(of_key, values)
        return _rejecting(product, repeated, _SAME_VARIANT) if repeated else product

    def _end_row(self) -> None:
        """Count the present row as an earlier one."""
        self._earlier = set()
        self._new_variants = set()
        if self._alias is not None:
            product_id, key = self._alias
            aliases = self._aliases.get(product_id, ())
            if key not in aliases:
                self._note(self._aliases, product_id, (*aliases, key))
            self._alias = None
        for key in self._gives_options:
            self._note(self._with_options, key, None)
        self._gives_options = ()

    def note_missed_sku(self, sku: str) -> None:
        """Note a SKU that a row could not have, since another product has it."""
        self._note(self._missed_skus, sku, None)

    def note_category(self, category: ImportedCategory) -> None:
        """Note a category that a row can't use, since it does not exist.

        One without a slug is found by its path, or by the slug of its name.
        """
        if category.slug:
            self._note(self._missing_slugs, category.slug.lower(), None)
        else:
            path = tuple(name[:MAX_NAME].strip().casefold() for name in category.path)
            slug = slugify(path[-1])
            paths = self._missing_paths.get(slug, ())
            if path not in paths:
                self._note(self._missing_paths, slug, (*paths, path))

    def ensure_category_was_known(
        self,
        new: Sequence[Category],
        paths_of: Callable[[Sequence[Category]], Sequence[tuple[str, ...]]],
    ) -> None:
        """Raises `RowRejected` for a new category that an earlier row could not use.

        `paths_of` returns the names on the paths of categories, in lower case.
        """
        if not new or not (self._missing_slugs or self._missing_paths):
            return
        for each, path in zip(new, paths_of(new), strict=True):
            slug = each.details.slug
            same, alone, renamed = (
                self._missing_paths.get(key, ())
                for key in (slugify(path[-1]), slug, without_number(slug))
            )
            is_missing = (
                path in same
                or any(is_below(path[:-1], other) for other in alone)
                or any(path[:-1] == other[:-1] for other in renamed)
            )
            if is_missing or slug in self._missing_slugs:
                raise RowRejected(_CODE, _SAME_CATEGORY, "category")

    def ensure_same_product(self, imported: ImportedProduct, product: Product) -> None:
        """Raises `RowRejected` if an earlier row with another key of the product contradicts it."""
        values = self._bits_of_product(imported)
        if any(self._is_other(key, values) for key in self._keys_of(product, imported.skus)):
            raise RowRejected(_CODE, _SAME_PRODUCT)

    def ensure_same_variant(
        self,
        imported: ImportedVariant,
        product: Product,
        variant: Variant | None,
        rows: ImportedProduct,
    ) -> None:
        """Raises `RowRejected` if an earlier row with another key of the variant contradicts it.

        `variant` is None for a new one. It may exchange its SKU with other variants that `rows`
        name by their ids.
        """
        if imported.is_default:
            self._ensure_same_default(product.id, None if variant is None else variant.id)
        if variant is None:
            self._ensure_variant_is_new(
                imported, self._keys_of(product, filter(None, [imported.sku]))
            )
            return
        if "sku" in imported.changes and imported.sku != variant.details.sku:
            self._ensure_sku_can_change(product, variant.details.sku, imported.sku, rows)
        values = self._bits_of_variant(imported)
        options = _folded(product.option_texts(variant))
        of_variant: list[Hashable] = [variant.id, options]
        of_variant += filter(None, [variant.details.sku, imported.sku])
        if variant.id == product.default_variant_id:
            of_variant.append(None)
        for key in self._keys_of(product, filter(None, [imported.sku])):
            if any(self._is_other((key, each), values) for each in of_variant):
                raise RowRejected(_CODE, _SAME_VARIANT)

    def _ensure_sku_can_change(
        self, product: Product, former: str | None, new: str | None, rows: ImportedProduct
    ) -> None:
        """Raises `RowRejected` if another row has one of the SKUs, which would then mean another.

        Rows after this one count, too. Those that name a variant by its id, or another product by
        its id, don't count.
        """
        by_id = _skus_by_id(rows, product)
        if former is not None:
            if self._mentioned.count(former, product.id) > by_id.get(former, 0):
                raise RowRejected(_CODE, _FORMER_SKU.format(sku=former), "sku")
            if former in self._missed_skus:
                raise RowRejected(_CODE, _MISSED_SKU.format(sku=former), "sku")
        if new is None:
            return
        count = self._mentioned.count(new, product.id)
        if new in self._earlier or count > max(1, by_id.get(new, 0)):
            raise RowRejected(_CODE, _SAME_SKU, "sku")

    def ensure_same_keys(
        self, imported: ImportedProduct, before: Product | None, after: Product
    ) -> None:
        """Raises `RowRejected` if an earlier row would mean something else in the next import."""
        if before is None:
            self._ensure_product_is_new(imported, after)
            return
        keys = [*self._keys_of(before, imported.skus)]
        self._ensure_same_options(keys, before, after)
        is_other = before.default_variant_id != after.default_variant_id
        if is_other and self._has_variant(keys, None):
            raise RowRejected(_CODE, _BY_DEFAULT)
        names = [_names_of(each) for each in (before, after)]
        if names[0] != names[1] and any(hash(each) in self._values for each in names):
            raise RowRejected(_CODE, _BY_NAMES, "title")
        is_new = not imported.is_lenient and imported.reference not in keys
        if is_new and imported.reference in self._earlier:
            raise RowRejected(_CODE, _SAME_KEY.format(column="handle"), "handle")
        for sku in self._earlier & (imported.skus - {*_skus_of(before)}):
            self._ensure_same(sku, self._bits_of_product(imported), _SAME_PRODUCT)

    def _ensure_same_options(
        self, keys: Sequence[Hashable], before: Product, after: Product
    ) -> None:
        names = [{each.name.casefold() for each in product.options} for product in (before, after)]
        if names[0] != names[1] and any(hash(key) in self._with_options for key in keys):
            raise RowRejected(_CODE, _OTHER_OPTIONS)
        for variant in before.variants:
            options = _folded(before.option_texts(variant))
            if options == _folded(after.option_texts(after.variant(variant.id))):
                continue
            others = [each for each in before.variants if each.id != variant.id]
            wanted = self._bits_of({"options": options})
            field = _LARGEST << self._places["options"]
            is_wanted = any(
                self._values[of_key] & field == wanted
                for key in keys
                for other in others
                for of_other in (other.id, other.details.sku)
                if self._is_earlier(of_key := hash((key, of_other)))
            )
            if is_wanted or self._has_variant(keys, options):
                raise RowRejected(_CODE, _BY_OPTIONS)

    def _ensure_product_is_new(self, imported: ImportedProduct, added: Product) -> None:
        """Raises `RowRejected` if an earlier row, which was rejected, would then change it."""
        if imported.id is not None and imported.id in self._earlier:
            raise RowRejected(_CODE, _SAME_KEY.format(column="id"), "id")
        is_named_only = imported.is_named_only or added.details.sku is not None
        if not is_named_only and imported.names in self._earlier:
            raise RowRejected(_CODE, _BY_NAMES, "title")
        keys = self._earlier - {imported.names}
        if not added.options and any(hash(key) in self._with_options for key in keys):
            raise RowRejected(_CODE, _OTHER_OPTIONS)
        for key in keys:
            self._ensure_same(key, self._bits_of_product(imported), _SAME_PRODUCT)
        if keys:
            for variant in imported.variants:
                is_first = variant is imported.variants[0]
                self._ensure_variant_is_new(variant, keys, is_default=is_first)

    def _ensure_variant_is_new(
        self, imported: ImportedVariant, keys: Iterable[Hashable], *, is_default: bool = False
    ) -> None:
        of_variant = [
            *filter(None, [imported.combination, imported.sku]),
            *[None] * is_default,
        ]
        values = self._bits_of_variant(imported)
        for key in keys:
            for each in of_variant:
                self._ensure_same((key, each), values, _SAME_VARIANT)

    def _ensure_same(self, key: Hashable, values: int, message: str) -> None:
        """Raises `RowRejected` if earlier rows give a key other values or more of them."""
        kept = self._values.get(hash(key), 0)
        if _differ(kept, values) or kept | values != values:
            raise RowRejected(_CODE, message)

    def _has_variant(self, keys: Iterable[Hashable], of_variant: Hashable) -> bool:
        return any(self._is_earlier(hash((key, of_variant))) for key in keys)

    def _is_earlier(self, of_variant: int) -> bool:
        return of_variant in self._values and of_variant not in self._new_variants

    def _ensure_same_default(self, product_id: ProductId, variant_id: VariantId | None) -> None:
        if variant_id is None and product_id in self._defaults:
            raise RowRejected(_CODE, SECOND_DEFAULT)
        if self._defaults.get(product_id, variant_id) != variant_id:
            raise RowRejected(_CODE, SECOND_DEFAULT)
        self._note(self._defaults, product_id, variant_id)

    def note_key(self, imported: ImportedProduct, product: Product) -> None:
        """Note the key by which a row names a product, also if the row is rejected."""
        if imported.reference is None or not imported.is_lenient:
            key = _key_of_product(imported)
            if key not in {product.id, *_skus_of(product)}:
                self._alias = product.id, key

    def include(self, imported: ImportedProduct, product: Product) -> None:
        """Note the key and the default variant of an imported product, to compare later rows."""
        self.note_key(imported, product)
        is_set = product.options and any(variant.is_default for variant in imported.variants)
        if is_set and self._defaults.get(product.id) is None:
            self._note(self._defaults, product.id, product.default_variant_id)

    def _keys_of(self, product: Product, skus: Iterable[str]) -> Iterator[Hashable]:
        """The keys by which rows may name the product, with further `skus` of this row."""
        yield product.id
        yield from skus
        yield from _skus_of(product)
        yield from self._aliases.get(product.id, ())

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
            values["options"] = variant.combination
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


def _skus_of(product: Product) -> Iterator[str]:
    return (each.details.sku for each in product.variants if each.details.sku is not None)


def _skus_by_id(imported: ImportedProduct, product: Product) -> Counter[str]:
    """The SKUs in rows that name a variant of the product by its id."""
    present = {variant.id for variant in product.variants}
    return Counter(each.sku for each in imported.variants if each.sku and each.id in present)


def _names_of(product: Product) -> Names:
    return product.details.title, product.details.subtitle, product.details.brand


def _key_of_product(product: ImportedProduct) -> Hashable:
    return product.id or product.reference or min(product.skus, default=product.names)


def _key_of(variant: ImportedVariant) -> Hashable:
    return variant.id or variant.combination or variant.sku


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
