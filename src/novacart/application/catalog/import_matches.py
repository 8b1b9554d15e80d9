"""The products of the shop that a batch of imported products means."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from novacart.application.catalog.imported_product import ImportedProduct, Names
from novacart.application.catalog.row_problems import ProblemCode, RowRejected
from novacart.application.ports.product_references import BaseValues
from novacart.application.ports.unit_of_work import UnitOfWork
from novacart.domain.catalog.errors import SkuTaken, SlugTaken
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.shared.ids import ProductId, VariantId

# Characters of a key, such as a handle. An index of PostgreSQL has entries of 2,704 bytes at most.
_MAX_KEY: Final = 500


class ImportMatches:
    """Products of the shop and of earlier rows, found by id, SKU, reference or names.

    `source` is the format of the file, whose references it keeps.
    """

    def __init__(self, work: UnitOfWork, source: str) -> None:
        self._work = work
        self._source = source
        self.products: dict[ProductId, Product] = {}
        self.has_names_only = False
        """Whether only its names identify a product of the file."""
        self._product_of: dict[VariantId, ProductId] = {}
        self._by_sku: dict[str, ProductId] = {}
        # SKUs that a row took from a product, with the product, and how many others must be
        # written before a product that has such a SKU now.
        self._released: dict[str, ProductId] = {}
        self._rank: dict[ProductId, int] = {}
        self._givers: set[ProductId] = set()
        self._by_slug: dict[str, ProductId] = {}
        self._by_reference: dict[str, ProductId] = {}
        self._new_references: dict[str, ProductId] = {}
        self._referenced: set[ProductId] = set()
        self._bases: dict[ProductId, BaseValues] = {}
        self._new_bases: dict[ProductId, BaseValues] = {}
        self._by_names: dict[Names, list[ProductId]] = defaultdict(list)

    def load(self, imported: Sequence[ImportedProduct], *, lock: bool) -> None:
        """Load, and with `lock` lock, the products of the shop that the file means."""
        products = self._work.products
        skus = {sku for each in imported for sku in (*each.skus, each.product_sku) if sku}
        self._by_sku |= products.ids_by_sku(skus)
        slugs = {slug for each in imported if (slug := each.changes.get("slug"))}
        self._by_slug |= products.ids_by_slug(slugs)
        references = {each.reference for each in imported if each.reference is not None}
        references |= {key for each in imported for key in each.other_references}
        if references:
            self._by_reference |= self._work.product_references.find(self._source, references)
            self._referenced |= self._work.product_references.referenced(
                self._source, set(self._by_sku.values())
            )
        names = {each.names for each in imported if each.is_named_only}
        if names and lock:
            self.has_names_only = True
            products.lock_names()
        for found, ids in products.ids_by_names({title for title, _, _ in names}).items():
            if found in names:
                self._by_names[found] += ids
        wanted = {each.id for each in imported if each.id is not None}
        wanted |= {*self._by_sku.values(), *self._by_reference.values()}
        wanted |= {product_id for ids in self._by_names.values() for product_id in ids}
        get_many = products.get_many_for_update if lock else products.get_many
        self.products = get_many(wanted)
        if any(each.has_base_values for each in imported):
            self._bases |= self._work.product_references.base_values(self._source, self.products)

    def load_variants(self, imported: Sequence[ImportedProduct]) -> None:
        """Load the products of the variants that the file names by id."""
        unknown = {VariantId(each.id) for each in imported if each.id} - {
            VariantId(product_id) for product_id in self.products
        }
        named = {each.id for product in imported for each in product.variants if each.id}
        self._product_of = dict(self._work.products.ids_by_variant(unknown | named))

    def candidates(self, imported: ImportedProduct) -> list[Product]:
        """The products that the file may mean; several only if the file is not clear."""
        if imported.id is not None and imported.id in self.products:
            return [self.products[imported.id]]
        by_sku = {self._by_sku[sku] for sku in imported.skus if sku in self._by_sku}
        referenced = self._by_reference.get(imported.reference or "")
        if referenced is None and imported.product_sku:
            keys = imported.other_references
            found = [self._by_reference[key] for key in keys if key in self._by_reference]
            referenced = found[0] if found else self._by_sku.get(imported.product_sku)
        if imported.is_lenient and imported.reference is not None:
            # Shops may give a SKU to several products. Their keys tell them apart.
            by_sku = by_sku - self._referenced if referenced is None else {referenced}
        if by_sku:
            return [self.products[product_id] for product_id in sorted(by_sku)]
        if referenced is not None:
            return [self.products[referenced]]
        if not imported.is_named_only:
            return []
        named = [self.products[each] for each in self._by_names.get(imported.names, ())]
        # An earlier row may have renamed it.
        named = [product for product in named if _names(product) == imported.names]
        if len(named) > 1:
            named = [product for product in named if product.details.sku is None] or named
        return named

    def find(self, imported: ImportedProduct) -> Product | None:
        """The product of the shop, None for a new one.

        Raises `RowRejected` for several, and for a key that is too long.
        """
        keys = (imported.reference or "", *imported.other_references)
        if any(len(key) > _MAX_KEY for key in keys):
            message = f"The key of a product has at most {_MAX_KEY} characters."
            raise RowRejected(ProblemCode.INVALID_VALUE, message)
        candidates = self.candidates(imported)
        if not candidates:
            return None
        if len(candidates) > 1:
            if imported.skus:
                message = "The SKUs of this product belong to several products."
            else:
                number = len(candidates)
                message = f"{number} products have this title, subtitle and brand. Add id or SKU."
            raise RowRejected(ProblemCode.AMBIGUOUS_PRODUCT, message)
        [product] = candidates
        if imported.id != product.id:
            present = {variant.details.sku for variant in product.variants}
            for sku in imported.skus - present:
                if self._by_sku.get(sku) == product.id:
                    # An earlier row gave the variant another SKU.
                    raise RowRejected(ProblemCode.SKU_TAKEN, SkuTaken(sku).message, "sku")
        return product

    def is_sku_taken(self, sku: str, product_id: ProductId | None) -> bool:
        """Whether a variant of another product has the SKU.

        A product can have the SKU that an earlier row took from another one, unless the product
        itself had to be written before others.
        """
        if sku in self._released:
            return product_id in self._givers
        return self._by_sku.get(sku, product_id) != product_id

    def release_skus(self, before: Product, after: Product) -> None:
        """Let later rows give the SKUs that an edited product no longer has to other products."""
        for sku in _skus(before) - _skus(after):
            self._by_sku.pop(sku, None)
            self._released[sku] = before.id

    def write_rank(self, product_id: ProductId) -> int:
        """Products are written by rising rank: the giver of a SKU before the one that got it."""
        return self._rank.get(product_id, 0)

    def is_slug_taken(self, slug: str, product_id: ProductId | None) -> bool:
        """Whether another product has the slug."""
        return self._by_slug.get(slug, product_id) != product_id

    def ensure_slug_is_free(self, details: ProductDetails, product_id: ProductId | None) -> None:
        if details.slug and self.is_slug_taken(details.slug, product_id):
            message = SlugTaken(details.slug, "product").message
            raise RowRejected(ProblemCode.SLUG_TAKEN, message, "slug")

    def is_variant(self, variant_id: int) -> bool:
        """Whether an id that the file names is that of a variant."""
        return variant_id in self._product_of

    def base(self, product_id: ProductId) -> BaseValues | None:
        """The values from which its combinations differ, with those of earlier rows."""
        return self._new_bases.get(product_id) or self._bases.get(product_id)

    def base_before(self, product_id: ProductId) -> BaseValues | None:
        """The values before the batch."""
        return self._bases.get(product_id)

    def has_new_base(self, product_id: ProductId) -> bool:
        return product_id in self._new_bases

    def include(self, product: Product, imported: ImportedProduct) -> None:
        """Let later rows find an added or edited product."""
        self.products[product.id] = product
        if product.details.slug is not None:
            self._by_slug[product.details.slug] = product.id
        for variant in product.variants:
            if variant.details.sku is not None:
                self._take_sku(variant.details.sku, product.id)
            self._product_of[variant.id] = product.id
        if product.id not in (named := self._by_names[_names(product)]):
            named.append(product.id)
        for reference in filter(None, (imported.reference, *imported.other_references)):
            self._referenced.add(product.id)
            if reference not in self._by_reference:
                self._new_references[reference] = product.id
                self._by_reference[reference] = product.id
        if imported.base is not None and imported.base != self.base(product.id):
            self._new_bases[product.id] = imported.base

    def _take_sku(self, sku: str, product_id: ProductId) -> None:
        self._by_sku[sku] = product_id
        giver = self._released.pop(sku, product_id)
        if giver != product_id:
            self._givers.add(giver)
            rank = max(self.write_rank(giver) + 1, self.write_rank(product_id))
            self._rank[product_id] = rank

    def write_references(self) -> None:
        references = self._work.product_references
        if self._new_references:
            references.add(self._source, self._new_references)
        if self._new_bases:
            references.save_base_values(self._source, self._new_bases)


def _skus(product: Product) -> set[str]:
    return {each.details.sku for each in product.variants if each.details.sku is not None}


def _names(product: Product) -> Names:
    details = product.details
    return details.title, details.subtitle, details.brand
