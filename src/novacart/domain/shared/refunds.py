"""Parts of an order that are refunded, as orders and payments both record them."""

from dataclasses import dataclass

from novacart.domain.shared.ids import OrderLineId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class LineQuantity:
    """A number of units of one order line."""

    line_id: OrderLineId
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundItem:
    """The part of a refund that belongs to one order line.

    `quantity` is the number of units that are returned: 0 where the customer keeps the goods.
    """

    line_id: OrderLineId
    quantity: int
    amount: Money
