"""Adjust the stock of a variant."""

from dataclasses import dataclass

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.versions import ensure_version
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.catalog.stock import StockLevel
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import ProductId, VariantId


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustStockCommand:
    """Add `delta` units, or remove them if negative. `reason` is written to the ledger.

    Name a variant, or a product for its default variant. `expected_version` is the version of the
    stock level that the editor read; None skips the check.
    """

    actor: Actor
    product_id: ProductId | None = None
    variant_id: VariantId | None = None
    delta: int
    reason: str
    expected_version: int | None = None


class AdjustStock:
    """Adjust the stock of a variant, and return the new level.

    The variant or its product may be archived. Raises `PermissionDenied`, `ProductNotFound`,
    `VariantNotFound`, `StaleVersion`, `StockIsReserved` below what orders have reserved, and
    `InvalidValue` for a blank reason and if neither a product nor a variant is named.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: AdjustStockCommand) -> StockLevel:
        command.actor.require("stock.write")
        with self._begin() as work:
            variant_id = _variant(work, command)
            if command.expected_version is not None:
                work.stock.lock([variant_id])
                before = work.stock.levels([variant_id])[variant_id]
                ensure_version(before.version, command.expected_version)
            level = work.stock.adjust(
                variant_id, command.delta, reason=command.reason, at=self._clock.now()
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
