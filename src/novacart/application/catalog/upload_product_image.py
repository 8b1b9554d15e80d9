"""Upload the image of a product, its first picture."""

from dataclasses import dataclass, field

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.galleries import PictureUploads, save_gallery
from novacart.application.catalog.versions import ensure_version
from novacart.application.ports.clock import Clock
from novacart.application.ports.image_processor import ImageProcessor
from novacart.application.ports.image_store import ImageStore
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.product import Product
from novacart.domain.shared.ids import ProductId


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadProductImageCommand:
    """`content` is the uploaded file.

    `expected_version` is the version of the product that the editor read; None skips the check.
    """

    actor: Actor
    product_id: ProductId
    content: bytes = field(repr=False)
    expected_version: int | None = None


class UploadProductImage:
    """Replace the first picture. Returns the reference of the new image.

    The image is processed and stored outside of any transaction. A failure changes nothing;
    an image stored before a failure is removed later. Orders keep the image that they were placed
    with.

    Raises `PermissionDenied`, `ProductNotFound` for an unknown or archived product,
    `StaleVersion`, `InvalidValue` on the field `image`, and `Unavailable`.
    """

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
        self._uploads = PictureUploads(begin=begin, clock=clock, processor=processor, images=images)

    def __call__(self, command: UploadProductImageCommand) -> str:
        command.actor.require("products.write")
        with self._begin() as work:
            _check(work.products.get(command.product_id), command)
        picture, stored_name = self._uploads.store(command.content, command.product_id)
        now = self._clock.now()
        with self._begin() as work:
            product = work.products.get_for_update(command.product_id)
            _check(product, command)
            gallery = work.galleries.get(command.product_id)
            gallery.show_first(picture, at=now)
            save_gallery(work, product, gallery, at=now)
            work.products.save(product)
            work.image_removals.complete(stored_name)
            work.commit()
        return picture.image


def _check(product: Product, command: UploadProductImageCommand) -> None:
    product.ensure_active()
    ensure_version(product.version, command.expected_version)
