"""Upload the image of a product."""

from dataclasses import dataclass, field

from novacart.application.authorization.actor import Actor
from novacart.application.ports.clock import Clock
from novacart.application.ports.image_processor import ImageProcessor
from novacart.application.ports.image_store import ImageStore
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.errors import StaleVersion
from novacart.domain.catalog.product import Product
from novacart.domain.shared.ids import ProductId


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadProductImageCommand:
    """`content` is the uploaded file.

    `expected_version` is the version that the editor read; None skips the check.
    """

    actor: Actor
    product_id: ProductId
    content: bytes = field(repr=False)
    expected_version: int | None = None


class UploadProductImage:
    """Returns the reference of the new image.

    The image is processed and stored outside of any transaction. A failure changes nothing;
    an image stored before a failure stays in the store, unused. Orders keep the image that
    they were placed with.

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
        self._processor = processor
        self._images = images

    def __call__(self, command: UploadProductImageCommand) -> str:
        command.actor.require("products.write")
        with self._begin() as work:
            _check(work.products.get(command.product_id), command)
        prepared = self._processor.prepare(command.content)
        reference = self._images.put(
            prepared.content,
            name=f"products/{command.product_id}",
            content_type=prepared.content_type,
        )
        with self._begin() as work:
            product = work.products.get_for_update(command.product_id)
            _check(product, command)
            if product.change_image(reference, at=self._clock.now()):
                work.products.save(product)
            work.commit()
        return reference


def _check(product: Product, command: UploadProductImageCommand) -> None:
    product.ensure_active()
    if command.expected_version not in {None, product.version}:
        raise StaleVersion
