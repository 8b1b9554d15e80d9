"""Stock claims of orders."""

from collections.abc import Iterable

from novacart.domain.catalog.stock import StockClaim
from novacart.domain.ordering.line import LineUnits
from novacart.domain.ordering.order import Order
from novacart.domain.shared.ids import OrderId


def stock_claims(order_id: OrderId, units: Iterable[LineUnits], step: str) -> list[StockClaim]:
    """One claim a line; `step` is `reserve`, `release` or `sell`, each at most once a line."""
    return [
        StockClaim(
            variant_id=line.variant_id,
            product_id=line.product_id,
            quantity=line.quantity,
            reference=f"line:{line.line_id}:{step}",
            order_id=order_id,
        )
        for line in units
    ]


def return_claims(order: Order, units: Iterable[LineUnits], *, note: str) -> list[StockClaim]:
    """One claim a line, numbered by the units of the line that are back in stock."""
    return [
        StockClaim(
            variant_id=line.variant_id,
            product_id=line.product_id,
            quantity=line.quantity,
            reference=f"line:{line.line_id}:return:{order.line(line.line_id).returned_quantity}",
            order_id=order.id,
            note=note,
        )
        for line in units
    ]
