"""Fake repositories of pictures and of images to remove."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import count

from novacart.application.ports.image_removals import ImageRemoval
from novacart.domain.catalog.category_details import CategoryImage
from novacart.domain.catalog.gallery import ProductGallery
from novacart.domain.shared.ids import ProductId
from tests.fakes.catalog import Saved
from tests.fakes.store import FakeStore
from tests.fakes.transactional_dict import TransactionalDict


class FakeGalleries:
    def __init__(
        self, galleries: TransactionalDict[ProductId, ProductGallery], saved: Saved
    ) -> None:
        self._galleries = galleries
        self._saved = saved

    def get(self, product_id: ProductId) -> ProductGallery:
        return self._galleries.get(product_id) or ProductGallery(product_id=product_id)

    def get_many(self, product_ids: Iterable[ProductId]) -> Mapping[ProductId, ProductGallery]:
        return {product_id: self.get(product_id) for product_id in product_ids}

    def add_all(self, galleries: Sequence[ProductGallery]) -> None:
        for gallery in galleries:
            self.save(gallery)

    def save(self, gallery: ProductGallery) -> None:
        self._saved(gallery)
        self._galleries.put(gallery.product_id, gallery)


class FakeImageRemovals:
    def __init__(self, store: FakeStore) -> None:
        self._removals = store.image_removals
        self._ids = count(1 + max([*self._removals], default=0))

    def expect(self, name: str, *, due: datetime) -> None:
        self._put(name, None, due)

    def complete(self, name: str) -> None:
        for key in [*self._removals]:
            stored = self._removals.get(key)
            if stored is not None and stored[0].name == name:
                self._removals.remove(key)

    def schedule(self, images: Iterable[str], *, due: datetime) -> None:
        for image in images:
            self._put(None, image, due)

    def due(self, at: datetime, *, limit: int) -> Sequence[ImageRemoval]:
        stored = sorted(self._removals.values(), key=lambda each: (each[1], each[0].id))
        return [removal for removal, due in stored if due <= at][:limit]

    def discard(self, removals: Collection[ImageRemoval]) -> None:
        for removal in removals:
            self._removals.remove(removal.id)

    def _put(self, name: str | None, image: str | None, due: datetime) -> None:
        key = next(self._ids)
        self._removals.put(key, (ImageRemoval(key, name, image), due))


class FakeShownImages:
    def __init__(self, store: FakeStore) -> None:
        self._store = store

    def among(self, images: Collection[str]) -> set[str]:
        store = self._store
        shown: set[str | None] = set()
        for gallery in store.galleries.values():
            shown.update(gallery.images)
        for category in store.categories.values():
            shown.update(getattr(category.details, name) for name in CategoryImage)
        for order in store.orders.values():
            shown.update(line.image for line in order.lines)
        return {image for image in images if image in shown}
