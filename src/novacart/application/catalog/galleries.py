"""Edits of the pictures of a product."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from novacart.application.catalog.image_uploads import REMOVAL_DELAY, expect_upload
from novacart.application.catalog.versions import ensure_version
from novacart.application.ports.clock import Clock
from novacart.application.ports.image_processor import ImageProcessor
from novacart.application.ports.image_store import ImageStore
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.catalog.gallery import ProductGallery
from novacart.domain.catalog.picture import Picture, SmallerImage
from novacart.domain.catalog.product import Product
from novacart.domain.shared.ids import PictureId, ProductId

IMPORT_REMOVAL_DELAY: Final = timedelta(days=30)
"""An import that replaced a picture can be undone until then."""


@dataclass(frozen=True, slots=True)
class GalleryChange:
    """The pictures of a product before and after a change."""

    before: Sequence[Picture]
    after: Sequence[Picture]


def load_gallery(
    work: UnitOfWork, product_id: ProductId, *, expected_version: int | None = None
) -> tuple[Product, ProductGallery]:
    """Lock a product and load it with its gallery.

    Raises `ProductNotFound` for an unknown or archived product, and `StaleVersion`.
    """
    product = work.products.get_for_update(product_id)
    product.ensure_active()
    gallery = work.galleries.get(product_id)
    ensure_version(gallery.version, expected_version)
    return product, gallery


def save_gallery(
    work: UnitOfWork,
    product: Product,
    gallery: ProductGallery,
    *,
    at: datetime,
    delay: timedelta = REMOVAL_DELAY,
) -> bool:
    """Save an edited gallery and copy its images to the product, which is not saved.

    Returns whether the product changed. Removed images are removed from the store after `delay`,
    unless something else shows them, such as an order.
    """
    if not gallery.has_changed:
        return False
    work.galleries.save(gallery)
    work.image_removals.schedule(gallery.removed_images, due=at + delay)
    return product.show_pictures(gallery.images, at=at)


def save_images(work: UnitOfWork, product: Product, *, at: datetime) -> None:
    """Update the gallery to the images of an edited product and save it, but not the product.

    Raises as `update_gallery`.
    """
    gallery = work.galleries.get(product.id)
    update_gallery(gallery, product, work.ids.take, at=at)
    save_gallery(work, product, gallery, at=at)


def restore_images(
    work: UnitOfWork,
    product: Product,
    *,
    image: str | None,
    without: Collection[str],
    change: GalleryChange | None,
    at: datetime,
) -> None:
    """Save the gallery of a product whose images were restored; the product is not saved.

    Pictures that were fetched from the URLs `without` are removed, and the `change` of the others
    is undone. `image` is that of the product before. Raises as `update_gallery`.
    """
    gallery = work.galleries.get(product.id)
    fetched = [each for each in gallery.pictures if each.source in without]
    for each in fetched:
        gallery.remove(each.id, at=at)
    # Pictures that staff added after the first one was fetched stay.
    if change is not None:
        gallery.undo(change.before, change.after, at=at)
    elif product.details.image is not None or image not in {each.image for each in fetched}:
        update_gallery(gallery, product, work.ids.take, at=at)
    save_gallery(work, product, gallery, at=at)


def update_gallery(
    gallery: ProductGallery,
    product: Product,
    take_ids: Callable[[int], Sequence[int]],
    *,
    at: datetime,
) -> None:
    """Update a gallery to the images of an edited product.

    The image of the product becomes the first picture, and those of its variants are added.
    Raises `CatalogLimitReached`, and `InvalidValue` if the image of a product with several
    pictures is cleared, since that would remove them all.
    """

    def picture(image: str) -> Picture:
        [new_id] = take_ids(1)
        return Picture(id=PictureId(new_id), image=image)

    image = product.details.image
    if image is None:
        gallery.ensure_at_most_one()
        for each in gallery.pictures:
            gallery.remove(each.id, at=at)
    elif gallery.images[:1] != [image]:
        gallery.show_first(picture(image), at=at)
    for image in product.images:
        if gallery.with_image(image) is None:
            gallery.add(picture(image), at=at)


class PictureUploads:
    """Processes and stores uploaded pictures outside of any transaction."""

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        processor: ImageProcessor,
        images: ImageStore,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._processor = processor
        self._images = images

    def store(self, content: bytes, product_id: ProductId) -> tuple[Picture, str]:
        """Returns a picture without texts, and the name to pass to `ImageRemovals.complete`.

        If that is not called, the image is removed later (`expect_upload`).

        Raises `InvalidValue` on the field `image`, and `Unavailable`.
        """
        image = self._processor.prepare(content)

        def name_of(new_id: int) -> str:
            return f"products/{product_id}/{new_id}"

        new_id, stored_name = expect_upload(self._begin, self._clock, image, name_of)
        stored = self._images.put_picture(image, name=name_of(new_id))
        picture = Picture(
            id=PictureId(new_id),
            image=stored.reference,
            width=image.width,
            height=image.height,
            smaller=tuple(
                SmallerImage(image=reference, width=width) for reference, width in stored.smaller
            ),
        )
        return picture, stored_name
