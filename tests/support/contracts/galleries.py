"""Contracts of the `Galleries` and `ImageRemovals` ports."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from novacart.application.ports.image_removals import ImageRemoval
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.gallery import ProductGallery
from novacart.domain.catalog.picture import Picture, SmallerImage
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import PictureId, ProductId
from tests.support.builders.catalog import NOON, a_product, add_product, details

LAMP = ProductId(41)
BOOK = ProductId(42)
FRONT = Picture(
    id=PictureId(101),
    image="/media/products/41/101.webp",
    alt="Front",
    width=1600,
    height=1200,
    smaller=(
        SmallerImage(image="/media/products/41/101-400.webp", width=400),
        SmallerImage(image="/media/products/41/101-1200.webp", width=1200),
    ),
    source="https://elsewhere.test/front.jpg",
)
BACK = Picture(id=PictureId(102), image="https://elsewhere.test/back.jpg")


class GalleriesContract:
    """Subclasses provide `begin`."""

    def test_product_without_pictures_has_an_empty_gallery(self, begin: UnitOfWorkFactory) -> None:
        add_product(begin, a_product(LAMP))
        with begin() as work:
            for product_id in (LAMP, ProductId(404)):
                gallery = work.galleries.get(product_id)
                assert (gallery.product_id, gallery.pictures) == (product_id, ())

    def test_pictures_are_stored_in_their_order(self, begin: UnitOfWorkFactory) -> None:
        add_product(begin, a_product(LAMP))
        with begin() as work:
            gallery = work.galleries.get(LAMP)
            gallery.add(FRONT, at=NOON)
            gallery.add(BACK, position=0, at=NOON)
            work.galleries.save(gallery)
            work.commit()
        with begin() as work:
            gallery = work.galleries.get(LAMP)
            assert gallery.pictures == (BACK, FRONT)
            gallery.arrange([FRONT.id, BACK.id], at=NOON)
            gallery.describe(FRONT.id, "Lamp, lit", at=NOON)
            work.galleries.save(gallery)
            work.commit()
        with begin() as work:
            gallery = work.galleries.get(LAMP)
            assert [(each.id, each.alt) for each in gallery.pictures] == [
                (FRONT.id, "Lamp, lit"),
                (BACK.id, ""),
            ]
            assert gallery.pictures[0].smaller == FRONT.smaller
            gallery.remove(FRONT.id, at=NOON)
            work.galleries.save(gallery)
            work.commit()
        with begin() as work:
            assert work.galleries.get(LAMP).pictures == (BACK,)

    def test_save_of_a_stale_gallery_raises(self, begin: UnitOfWorkFactory) -> None:
        add_product(begin, a_product(LAMP))
        with begin() as work:
            old = work.galleries.get(LAMP)
        with begin() as work:
            new = work.galleries.get(LAMP)
            new.add(FRONT, at=NOON)
            work.galleries.save(new)
            work.commit()
        old.add(BACK, at=NOON)
        with begin() as work, pytest.raises(ConcurrentChange):
            work.galleries.save(old)

    def test_pictures_and_product_have_separate_versions(self, begin: UnitOfWorkFactory) -> None:
        add_product(begin, a_product(LAMP))
        with begin() as work:
            product = work.products.get(LAMP)
        with begin() as work:
            gallery = work.galleries.get(LAMP)
            gallery.add(FRONT, at=NOON)
            work.galleries.save(gallery)
            assert work.products.get(LAMP).version == product.version
            work.commit()
        with begin() as work:
            product = work.products.get(LAMP)
            product.edit(details(price=100), at=NOON)
            work.products.save(product)
            work.commit()
        with begin() as work:
            assert work.galleries.get(LAMP).version == gallery.version

    def test_galleries_of_new_products_are_added_together(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            work.products.add_all([a_product(LAMP), a_product(BOOK)])
            work.galleries.add_all(
                [
                    ProductGallery(product_id=LAMP, pictures=[FRONT]),
                    ProductGallery(product_id=BOOK, pictures=[BACK]),
                ]
            )
            work.galleries.add_all([])
            work.commit()
        with begin() as work:
            galleries = work.galleries.get_many([LAMP, BOOK])
            assert galleries[LAMP].pictures == (FRONT,)
            assert galleries[BOOK].pictures == (BACK,)
            assert work.galleries.get_many([]) == {}


class ImageRemovalsContract:
    """Subclasses provide `begin`."""

    def test_scheduled_images_become_due_oldest_first(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            work.image_removals.schedule(["/b", "/c"], due=NOON + timedelta(hours=1))
            work.image_removals.schedule(["/a"], due=NOON)
            work.image_removals.schedule([], due=NOON)
            work.commit()
        with begin() as work:
            assert _images(work.image_removals.due(NOON, limit=9)) == ["/a"]
            later = NOON + timedelta(hours=1)
            assert _images(work.image_removals.due(later, limit=2)) == ["/a", "/b"]
            assert work.image_removals.due(NOON - timedelta(hours=1), limit=9) == []

    def test_discarded_removals_are_forgotten(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            work.image_removals.schedule(["/a", "/b"], due=NOON)
            work.commit()
        with begin() as work:
            work.image_removals.discard(work.image_removals.due(NOON, limit=1))
            work.commit()
        with begin() as work:
            assert _images(work.image_removals.due(NOON, limit=9)) == ["/b"]

    def test_completed_upload_is_not_removed(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            work.image_removals.expect("products/1/2-a", due=NOON)
            work.image_removals.expect("products/1/3-b", due=NOON)
            work.commit()
        with begin() as work:
            work.image_removals.complete("products/1/2-a")
            work.image_removals.complete("products/1/9-z")
            work.commit()
        with begin() as work:
            [removal] = work.image_removals.due(NOON, limit=9)
            assert (removal.name, removal.image) == ("products/1/3-b", None)


def _images(removals: Sequence[ImageRemoval]) -> list[str | None]:
    return [removal.image for removal in removals]
