"""Stock claims of orders: which units to move, each under a reference that is unique."""

from collections.abc import Iterable, Mapping

from novacart.domain.catalog.stock import MovementKind, OrderStock, StockClaim
from novacart.domain.ordering.line import LineUnits
from novacart.domain.ordering.order import Order
from novacart.domain.shared.ids import OrderId, RefundId, VariantId


def stock_claims(
    order_id: OrderId, units: Iterable[LineUnits], kind: MovementKind
) -> list[StockClaim]:
    """One claim a line to reserve, release or sell its units, each at most once a line."""
    return [_claim(order_id, line, f"line:{line.line_id}:{kind.value}") for line in units]


def refund_claims(
    order_id: OrderId, units: Iterable[LineUnits], refund_id: RefundId, *, by_hand: bool = False
) -> list[StockClaim]:
    """One claim a line to release the units of a refund, which may be some of the line's.

    `by_hand`: the refund is settled by hand. It may have released other units before, when it
    succeeded.
    """
    step = "release_by_hand" if by_hand else "release"
    return [
        _claim(order_id, line, f"refund:{refund_id}:line:{line.line_id}:{step}") for line in units
    ]


def return_claims(order: Order, units: Iterable[LineUnits], *, note: str) -> list[StockClaim]:
    """One claim a line, numbered by the units of the line that are back in stock."""
    references = {
        line.id: f"line:{line.id}:return:{line.returned_quantity}" for line in order.lines
    }
    return [_claim(order.id, line, references[line.line_id], note=note) for line in units]


def excess_claims(
    order: Order, recorded: Mapping[VariantId, OrderStock], *, note: str
) -> list[StockClaim]:
    """One claim a line to release the units that are reserved and that the order does not need.

    `recorded` are the sums of the ledger. A line of which it has sold other units than were shipped
    has no claim, since its units may have left the warehouse.
    """
    needed = {units.line_id: units.quantity for units in order.reserved_units}
    claims = []
    for line in order.lines:
        stock = recorded.get(line.variant_id, OrderStock(reserved=0, sold=0))
        excess = stock.reserved - needed.get(line.id, 0)
        if excess > 0 and stock.sold == line.shipped_quantity:
            # With the number, so that a later release of the line has another reference.
            reference = f"line:{line.id}:release_excess:{stock.reserved}"
            claims.append(_claim(order.id, line.units_of(excess), reference, note=note))
    return claims


def _claim(order_id: OrderId, line: LineUnits, reference: str, *, note: str = "") -> StockClaim:
    return StockClaim(
        variant_id=line.variant_id,
        product_id=line.product_id,
        quantity=line.quantity,
        reference=reference,
        order_id=order_id,
        note=note,
    )
