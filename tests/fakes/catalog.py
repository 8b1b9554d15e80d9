"""Fake repositories of products and categories."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from novacart.domain.catalog.category import Category
from novacart.domain.catalog.errors import CategoryNotFound, ProductNotFound, SkuTaken, SlugTaken
from novacart.domain.catalog.product import Product
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import CategoryId, ProductId
from tests.fakes.transactional_dict import TransactionalDict

Saved = Callable[[AggregateRoot], None]


class FakeProducts:
    def __init__(self, shelf: TransactionalDict[ProductId, Product], saved: Saved) -> None:
        self._shelf = shelf
        self._saved = saved

    def get(self, product_id: ProductId) -> Product:
        product = self._shelf.get(product_id)
        if product is None:
            raise ProductNotFound
        return product

    def ensure_active(self, product_id: ProductId) -> None:
        self.get(product_id).ensure_active()

    def get_for_update(self, product_id: ProductId) -> Product:
        return self.get(product_id)

    def get_many_for_update(self, product_ids: Iterable[ProductId]) -> dict[ProductId, Product]:
        found = {product_id: self._shelf.get(product_id) for product_id in sorted(set(product_ids))}
        return {product_id: product for product_id, product in found.items() if product}

    def ids_by_sku(self, skus: Iterable[str]) -> Mapping[str, ProductId]:
        wanted = set(skus)
        return {
            product.details.sku: product.id
            for product in self._shelf.values()
            if product.details.sku in wanted
        }

    def ids_by_names(
        self, titles: Iterable[str]
    ) -> Mapping[tuple[str, str, str], Sequence[ProductId]]:
        wanted = set(titles)
        ids: dict[tuple[str, str, str], list[ProductId]] = defaultdict(list)
        for product in sorted(self._shelf.values(), key=lambda product: product.id):
            details = product.details
            if details.title in wanted and not product.is_archived:
                ids[details.title, details.subtitle, details.brand].append(product.id)
        return ids

    def add(self, product: Product) -> None:
        self.save(product)

    def add_all(self, products: Sequence[Product]) -> None:
        try:
            for product in products:
                self.save(product)
        except SkuTaken as error:
            raise ConcurrentChange from error

    def save(self, product: Product) -> None:
        sku = product.details.sku
        if sku is not None and self.ids_by_sku([sku]).get(sku, product.id) != product.id:
            raise SkuTaken(sku)
        self._saved(product)
        self._shelf.put(product.id, product)


class FakeCategories:
    def __init__(self, shelf: TransactionalDict[CategoryId, Category], saved: Saved) -> None:
        self._shelf = shelf
        self._saved = saved

    def get(self, category_id: CategoryId) -> Category:
        category = self._shelf.get(category_id)
        if category is None:
            raise CategoryNotFound
        return category

    def get_for_update(self, category_id: CategoryId) -> Category:
        return self.get(category_id)

    def ids_by_slug(self) -> Mapping[str, CategoryId]:
        return {category.details.slug: category.id for category in self._shelf.values()}

    def add(self, category: Category) -> None:
        self.save(category)

    def save(self, category: Category) -> None:
        if self.ids_by_slug().get(category.details.slug, category.id) != category.id:
            raise SlugTaken(category.details.slug)
        self._saved(category)
        self._shelf.put(category.id, category)
