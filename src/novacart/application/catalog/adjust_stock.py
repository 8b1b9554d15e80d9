"""Adjust the stock of a variant."""

from dataclasses import dataclass

from novacart.application.authorization.actor import Actor
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.catalog.stock import StockLevel
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import ProductId, VariantId


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustStockCommand:
    """Add `delta` units, or remove them if negative. `reason` is written to the ledger.

    Name a variant, or a product for its default variant.
    """

    actor: Actor
    product_id: ProductId | None = None
    variant_id: VariantId | None = None
    delta: int
    reason: str


class AdjustStock:
    """Adjust the stock of a variant, and return the new level.

    The variant or its product may be archived. Raises `PermissionDenied`, `ProductNotFound`,
    `VariantNotFound`, `StockIsReserved` below what orders have reserved, and `InvalidValue` for a
    blank reason and if neither a product nor a variant is named.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: AdjustStockCommand) -> StockLevel:
        command.actor.require("stock.write")
        with self._begin() as work:
            level = work.stock.adjust(
                _variant(work, command), command.delta, reason=command.reason, at=self._clock.now()
            )
            work.commit()
        return level


def _variant(work: UnitOfWork, command: AdjustStockCommand) -> VariantId:
    if command.product_id is not None:
        product = work.products.get(command.product_id)
        return product.variant(command.variant_id or product.default_variant_id).id
    if command.variant_id is None:
        raise InvalidValue("product_id", "Name a product or a variant.")
    return command.variant_id
