"""Change the prices of a product by a percentage."""

from dataclasses import dataclass

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.versions import ensure_version
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.product_details import PriceChange
from novacart.domain.shared.ids import ProductId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePriceCommand:
    """`expected_version` is the version that the editor read; None skips the check."""

    actor: Actor
    product_id: ProductId
    change: PriceChange
    expected_version: int | None = None


class ChangePrice:
    """Change the prices of all variants of a product by a percentage, all or none.

    Raises `PermissionDenied`, `ProductNotFound`, `StaleVersion`, and `InvalidValue` for an invalid
    price.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: ChangePriceCommand) -> None:
        command.actor.require("products.write")
        with self._begin() as work:
            product = work.products.get_for_update(command.product_id)
            ensure_version(product.version, command.expected_version)
            if product.change_price(command.change, at=self._clock.now()):
                work.products.save(product)
            work.commit()
