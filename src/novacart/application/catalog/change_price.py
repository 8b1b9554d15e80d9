"""Change the price of a product by a percentage."""

from dataclasses import dataclass

from novacart.application.authorization.actor import Actor
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.product_details import PriceChange
from novacart.domain.shared.ids import ProductId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePriceCommand:
    actor: Actor
    product_id: ProductId
    change: PriceChange


class ChangePrice:
    """Change the price of a product by a percentage.

    Raises `PermissionDenied`, `ProductNotFound`, and `InvalidValue` for an invalid price.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: ChangePriceCommand) -> None:
        command.actor.require("products.write")
        with self._begin() as work:
            product = work.products.get_for_update(command.product_id)
            if product.change_price(command.change, at=self._clock.now()):
                work.products.save(product)
            work.commit()
