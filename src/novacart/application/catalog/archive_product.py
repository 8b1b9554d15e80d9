"""Take a product out of the catalogue."""

from dataclasses import dataclass

from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.errors import StaleVersion
from novacart.domain.shared.ids import ProductId


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveProductCommand:
    product_id: ProductId
    expected_version: int | None = None


class ArchiveProduct:
    """It leaves carts and wishlists too; orders that hold it keep what was bought.

    Raises `ProductNotFound` where it is not in the catalogue, and `StaleVersion`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: ArchiveProductCommand) -> None:
        with self._begin() as work:
            product = work.products.get_for_update(command.product_id)
            if command.expected_version not in {None, product.version}:
                raise StaleVersion
            product.archive(at=self._clock.now())
            work.products.save(product)
            work.carts.discard_everywhere(product.id)
            work.wishlists.discard_everywhere(product.id)
            work.commit()
