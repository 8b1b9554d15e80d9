"""Show another picture of a product."""

from dataclasses import dataclass

from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import ProductId


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowPicture:
    """`image` is a reference that the image store gave, or None for no picture."""

    product_id: ProductId
    image: str | None


class SetProductImage:
    """Raises `ProductNotFound` where it is not in the catalogue."""

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: ShowPicture) -> None:
        with self._begin() as work:
            product = work.products.get_for_update(command.product_id)
            if product.show(command.image, at=self._clock.now()):
                work.products.save(product)
            work.commit()
