"""Adjust the stock of a product."""

from dataclasses import dataclass

from novacart.application.authorization.actor import Actor
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.stock import StockLevel
from novacart.domain.shared.ids import ProductId


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustStockCommand:
    """Add `delta` units, or remove them if negative. `reason` is written to the ledger."""

    actor: Actor
    product_id: ProductId
    delta: int
    reason: str


class AdjustStock:
    """Returns the new stock level.

    Raises `PermissionDenied`, `ProductNotFound`, `StockIsReserved` below what orders have
    reserved, and `InvalidValue` for a blank reason.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: AdjustStockCommand) -> StockLevel:
        command.actor.require("stock.write")
        with self._begin() as work:
            level = work.stock.adjust(
                command.product_id, command.delta, reason=command.reason, at=self._clock.now()
            )
            work.commit()
        return level
