"""Return an archived product to the catalog."""

from dataclasses import dataclass

from novacart.application.authorization.actor import Actor
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import ProductId


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreProductCommand:
    actor: Actor
    product_id: ProductId


class RestoreProduct:
    """Return an archived product to the catalog.

    Raises `PermissionDenied`, `ProductNotFound` and `ProductNotArchived`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: RestoreProductCommand) -> None:
        command.actor.require("products.write")
        with self._begin() as work:
            product = work.products.get_for_update(command.product_id)
            product.restore(at=self._clock.now())
            work.products.save(product)
            work.commit()
