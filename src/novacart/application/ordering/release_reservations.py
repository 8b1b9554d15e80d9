"""Release units that stayed reserved for orders that do not need them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from novacart.application.ports.audit_reader import AuditReader
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.services.stock_claims import excess_claims
from novacart.domain.shared.ids import OrderId, VariantId

NOTE: Final = "The order does not need these units, but they stayed reserved."


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedUnits:
    order_number: str
    variant_id: VariantId
    quantity: int


class ReleaseReservations:
    """Release the units that the audit reports as reserved for an order that does not need them.

    A fault of an earlier release may have left them. Each order has its own unit of work and is
    locked in it, so that a customer may cancel or pay it meanwhile. Idempotent.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock, reader: AuditReader) -> None:
        self._begin = begin
        self._clock = clock
        self._reader = reader

    def __call__(self) -> Sequence[ReleasedUnits]:
        orders = self._reader.excess_reservations()
        return [released for order_id in orders for released in self._release(order_id)]

    def _release(self, order_id: OrderId) -> Sequence[ReleasedUnits]:
        with self._begin() as work:
            order = work.orders.get(order_id)
            claims = excess_claims(order, work.stock.of_order(order_id), note=NOTE)
            work.stock.release(claims, at=self._clock.now())
            work.commit()
        return [
            ReleasedUnits(
                order_number=order.number, variant_id=claim.variant_id, quantity=claim.quantity
            )
            for claim in claims
        ]
