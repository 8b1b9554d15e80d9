"""Fake repositories of products and categories."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from novacart.application.ports.product_references import BaseValues
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.category_tree import CategoryTree, TreeNode
from novacart.domain.catalog.errors import (
    CategoryInUse,
    CategoryNotFound,
    ProductNotFound,
    SkuTaken,
    SlugTaken,
    VariantNotFound,
)
from novacart.domain.catalog.price_history import (
    PriceEntry,
    has_new_price,
    lowest_price_30_days,
    starts_reduction,
)
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.variant import Variant, VariantDetails
from novacart.domain.shared.errors import ConcurrentChange, InvalidValue
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import CategoryId, ProductId, VariantId
from tests.fakes.store import FakeStore
from tests.fakes.transactional_dict import TransactionalDict

Saved = Callable[[AggregateRoot], None]


class FakeProducts:
    def __init__(self, store: FakeStore, saved: Saved) -> None:
        self._store = store
        self._records = store.products
        self._saved = saved

    def get(self, product_id: ProductId) -> Product:
        product = self._records.get(product_id)
        if product is None:
            raise ProductNotFound
        return product

    def find_variant(
        self, *, product_id: ProductId | None, variant_id: VariantId | None
    ) -> VariantId:
        return find_variant(self._records, product_id=product_id, variant_id=variant_id)

    def variant_ids(self, product_id: ProductId) -> Sequence[VariantId]:
        product = self._records.get(product_id)
        return [variant.id for variant in product.variants] if product else []

    def get_for_update(self, product_id: ProductId) -> Product:
        return self.get(product_id)

    def get_by_variant_for_update(self, variant_id: VariantId) -> Product:
        product = _product_of(self._records, variant_id)
        if product is None:
            raise VariantNotFound
        return product

    def get_many_for_update(self, product_ids: Iterable[ProductId]) -> dict[ProductId, Product]:
        return self.get_many(product_ids)

    def get_many(self, product_ids: Iterable[ProductId]) -> dict[ProductId, Product]:
        found = {
            product_id: self._records.get(product_id) for product_id in sorted(set(product_ids))
        }
        return {product_id: product for product_id, product in found.items() if product}

    def ids_by_sku(self, skus: Iterable[str]) -> Mapping[str, ProductId]:
        wanted = set(skus)
        return {
            sku: product_id
            for product_id, own in self._records.derived(_skus)
            for sku in own
            if sku in wanted
        }

    def ids_by_slug(self, slugs: Iterable[str]) -> Mapping[str, ProductId]:
        wanted = set(slugs)
        return {
            slug: product_id for product_id, slug in self._records.derived(_slug) if slug in wanted
        }

    def existing(self, product_ids: Iterable[ProductId]) -> set[ProductId]:
        return {each for each in product_ids if self._records.get(each) is not None}

    def ids_by_variant(self, variant_ids: Iterable[VariantId]) -> Mapping[VariantId, ProductId]:
        wanted = set(variant_ids)
        return {
            variant.id: product.id
            for product in self._records.values()
            for variant in product.variants
            if variant.id in wanted
        }

    def ids_by_names(
        self, titles: Iterable[str]
    ) -> Mapping[tuple[str, str, str], Sequence[ProductId]]:
        wanted = set(titles)
        ids: dict[tuple[str, str, str], list[ProductId]] = defaultdict(list)
        for product in sorted(self._records.values(), key=lambda product: product.id):
            details = product.details
            if details.title in wanted and not product.is_archived:
                ids[details.title, details.subtitle, details.brand].append(product.id)
        return ids

    def lock_names(self) -> None:
        pass

    def add(self, product: Product) -> None:
        self.save(product)

    def add_all(self, products: Sequence[Product]) -> None:
        try:
            for product in products:
                self.save(product)
        except (SkuTaken, SlugTaken) as error:
            raise ConcurrentChange from error

    def save(self, product: Product) -> None:
        skus = {variant.details.sku for variant in product.variants} - {None}
        for sku, owner in self.ids_by_sku(sku for sku in skus if sku).items():
            if owner != product.id:
                raise SkuTaken(sku)
        slug = product.details.slug
        if slug and self.ids_by_slug([slug]).get(slug, product.id) != product.id:
            raise SlugTaken(slug, "product")
        before = self._records.get(product.id)
        if before and before.details.slug and before.details.slug != slug:
            self._store.slug_redirects.put(("product", before.details.slug), product.id)
        self._saved(product)
        self._records.put(product.id, product)
        stored = {variant.id: variant.details for variant in before.variants} if before else {}
        for variant in product.variants:
            self._record_price(variant, stored.get(variant.id), at=product.updated_at)

    def _record_price(
        self, variant: Variant, before: VariantDetails | None, *, at: datetime
    ) -> None:
        after = variant.details
        if before is not None and not has_new_price(before, after):
            return
        entries = list(self._store.prices.read_all())
        history = [entry for variant_id, entry in entries if variant_id == variant.id]
        if before is not None and starts_reduction(before, after):
            lowest = lowest_price_30_days(history, reduced_at=at)
            self._store.lowest_prices.put(variant.id, None if lowest is None else lowest.amount)
        elif not after.is_on_sale:
            self._store.lowest_prices.put(variant.id, None)
        entry = PriceEntry(
            price=after.price,
            compare_at_price=after.compare_at_price,
            valid_from=max([at, *(each.valid_from for each in history)]),
            changed_by="system",
        )
        self._store.prices.put(len(entries) + 1, (variant.id, entry))


def _skus(product: Product) -> list[str]:
    return [variant.details.sku for variant in product.variants if variant.details.sku]


def _slug(product: Product) -> str | None:
    return product.details.slug


def find_variant(
    records: TransactionalDict[ProductId, Product],
    *,
    product_id: ProductId | None,
    variant_id: VariantId | None,
) -> VariantId:
    if product_id is not None:
        product = records.get(product_id)
        if product is None or product.is_archived:
            raise ProductNotFound
        if variant_id is None:
            return product.default_variant_id
    if variant_id is None:
        raise InvalidValue("product_id", "Name a product or a variant.")
    product = active_product_of(records, variant_id)
    if product is None or product_id not in {None, product.id}:
        raise VariantNotFound
    return variant_id


def active_product_of(
    records: TransactionalDict[ProductId, Product], variant_id: VariantId
) -> Product | None:
    """The product of a variant; None if one of them is not in the catalog."""
    product = _product_of(records, variant_id)
    if product is None or product.is_archived or product.variant(variant_id).is_archived:
        return None
    return product


def _product_of(
    records: TransactionalDict[ProductId, Product], variant_id: VariantId
) -> Product | None:
    # Most variants are the first of their product and have its id.
    first = records.get(ProductId(variant_id))
    if first is not None:
        return first
    owners = (
        product
        for product in records.values()
        if any(variant.id == variant_id for variant in product.variants)
    )
    return next(owners, None)


class FakeProductReferences:
    def __init__(
        self,
        records: TransactionalDict[tuple[str, str], ProductId],
        base_values: TransactionalDict[tuple[str, ProductId], BaseValues],
    ) -> None:
        self._records = records
        self._base_values = base_values

    def find(self, source: str, references: Iterable[str]) -> Mapping[str, ProductId]:
        wanted = {reference: self._records.get((source, reference)) for reference in references}
        return {reference: found for reference, found in wanted.items() if found is not None}

    def referenced(self, source: str, product_ids: Iterable[ProductId]) -> set[ProductId]:
        known = {self._records.get(key) for key in self._records if key[0] == source}
        return {each for each in product_ids if each in known}

    def add(self, source: str, references: Mapping[str, ProductId]) -> None:
        if self.find(source, references):
            raise ConcurrentChange
        for reference, product_id in references.items():
            self._records.put((source, reference), product_id)

    def base_values(
        self, source: str, product_ids: Iterable[ProductId]
    ) -> Mapping[ProductId, BaseValues]:
        wanted = {each: self._base_values.get((source, each)) for each in product_ids}
        return {each: found for each, found in wanted.items() if found is not None}

    def save_base_values(self, source: str, values: Mapping[ProductId, BaseValues | None]) -> None:
        for product_id, base in values.items():
            if base is not None:
                self._base_values.put((source, product_id), base)
            elif self._base_values.get((source, product_id)) is not None:
                self._base_values.remove((source, product_id))


class FakeCategories:
    def __init__(
        self,
        records: TransactionalDict[CategoryId, Category],
        redirects: TransactionalDict[tuple[str, str], int],
        used: Callable[[], Iterable[CategoryId | None]],
        saved: Saved,
    ) -> None:
        self._records = records
        self._redirects = redirects
        self._used = used
        self._saved = saved

    def lock_tree(self) -> CategoryTree:
        return tree_of(self._records.values())

    def get(self, category_id: CategoryId) -> Category:
        category = self._records.get(category_id)
        if category is None:
            raise CategoryNotFound
        return category

    def get_for_update(self, category_id: CategoryId) -> Category:
        return self.get(category_id)

    def ids_by_slug(self) -> Mapping[str, CategoryId]:
        return {category.details.slug: category.id for category in self._records.values()}

    def ids_by_former_slug(self) -> Mapping[str, CategoryId]:
        targets = {
            slug: CategoryId(self._redirects.get((kind, slug)) or 0)
            for kind, slug in self._redirects
            if kind == "category"
        }
        return {slug: each for slug, each in targets.items() if self._records.get(each)}

    def names(self) -> Mapping[CategoryId, tuple[CategoryId | None, str]]:
        return {
            each.id: (each.details.parent_id, each.details.name) for each in self._records.values()
        }

    def add(self, category: Category) -> None:
        self.save(category)

    def save(self, category: Category) -> None:
        if self.ids_by_slug().get(category.details.slug, category.id) != category.id:
            raise SlugTaken(category.details.slug)
        before = self._records.get(category.id)
        if before and before.details.slug != category.details.slug:
            self._redirects.put(("category", before.details.slug), category.id)
        self._saved(category)
        self._records.put(category.id, category)

    def remove(self, category: Category) -> None:
        parents = {each.details.parent_id for each in self._records.values()}
        if category.id in parents.union(self._used()):
            raise CategoryInUse
        self._saved(category)
        self._records.remove(category.id)


def tree_of(categories: Iterable[Category]) -> CategoryTree:
    return CategoryTree(
        TreeNode(id=each.id, parent_id=each.details.parent_id, position=each.details.position)
        for each in categories
    )
