"""Give a product another picture."""

from dataclasses import dataclass, field

from novacart.application.ports.clock import Clock
from novacart.application.ports.image_processor import ImageProcessor
from novacart.application.ports.image_store import ImageStore
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.errors import ProductNotFound, StaleVersion
from novacart.domain.catalog.product import Product
from novacart.domain.shared.ids import ProductId


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadProductImageCommand:
    """`content` is the file as somebody sent it; nothing else that they say of it counts.

    `expected_version` is the version that the editor has read, where they insist on it.
    """

    product_id: ProductId
    content: bytes = field(repr=False)
    expected_version: int | None = None


class UploadProductImage:
    """Returns the reference of the picture, which the product shows from now on.

    Until then it shows the earlier one, and so does every order of it for ever: whatever
    stops an upload half-way changes nothing. The picture is made and stored outside any
    transaction; one that was stored in vain is left where it is.

    Raises `ProductNotFound` for a product that is not in the catalogue, `StaleVersion`,
    `InvalidValue` on the field `image`, and `Unavailable`.
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
        with self._begin() as work:
            _check(work.products.get(command.product_id), command)
        picture = self._processor.prepare(command.content)
        reference = self._images.put(
            picture.content,
            name=f"products/{command.product_id}",
            content_type=picture.content_type,
        )
        with self._begin() as work:
            product = work.products.get_for_update(command.product_id)
            _check(product, command)
            if product.show(reference, at=self._clock.now()):
                work.products.save(product)
            work.commit()
        return reference


def _check(product: Product, command: UploadProductImageCommand) -> None:
    if product.is_archived:
        raise ProductNotFound
    if command.expected_version not in {None, product.version}:
        raise StaleVersion
