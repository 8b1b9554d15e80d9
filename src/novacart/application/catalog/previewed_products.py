"""Products and categories that a preview adds."""

from collections.abc import Hashable, Iterator

from novacart.application.catalog.imported_product import ImportedProduct, ImportedVariant
from novacart.application.catalog.repeated_products import all_values


class PreviewedProducts:
    """Finds the products that earlier batches of a preview would add, since none is kept.

    To save memory, only hashes of their keys and values are kept. `categories` are those
    that the batches would add, as `ImportCategories.new_by_slug` has them.
    """

    def __init__(self) -> None:
        self.categories: dict[str, tuple[object, ...]] = {}
        self._values: dict[int, int] = {}
        self._variants: set[int] = set()

    def include(self, added: ImportedProduct) -> None:
        values = _hash_of(added)
        self._values |= dict.fromkeys(map(hash, _keys_of(added)), values)
        self.new_variants(added)

    def new_variants(self, imported: ImportedProduct) -> list[ImportedVariant]:
        """The variants that no batch before would add to the product. They count as added now."""
        keys = [*_keys_of(imported)]
        new = []
        for variant in imported.variants:
            found = {hash((key, each)) for key in keys for each in _keys_of_variant(variant)}
            if found and not found & self._variants:
                new.append(variant)
            self._variants |= found
        return new

    def is_same(self, imported: ImportedProduct) -> bool | None:
        """Whether the row has the values with which the product is added; None for a new one."""
        found = [self._values[key] for key in map(hash, _keys_of(imported)) if key in self._values]
        return _hash_of(imported) in found if found else None


def _hash_of(product: ImportedProduct) -> int:
    urls = tuple(each.url for each in product.pictures)
    return hash((all_values(product), urls, tuple(product.images)))


def _keys_of_variant(variant: ImportedVariant) -> Iterator[Hashable]:
    """The keys by which an import finds the variant again; none for the default variant."""
    if variant.id is not None:
        yield variant.id
    if variant.sku is not None:
        yield variant.sku
    if variant.options:
        yield variant.combination


def _keys_of(product: ImportedProduct) -> Iterator[Hashable]:
    """The keys by which an import finds the product again."""
    if product.id is not None:
        yield product.id
    if product.reference is not None:
        yield ("reference", product.reference)
    if product.is_named_only:
        yield product.names
    elif product.reference is None or not product.is_lenient:
        # Other shops may give a SKU to several products.
        yield from product.skus
