"""Links to the orders of guests."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

from novacart.domain.ordering.errors import InvalidOrderLink
from novacart.domain.ordering.order import Order
from novacart.domain.shared.ids import OrderId

LINK_LIFETIME: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLink:
    """A link to one order, valid until `expires_at` while the order has this generation."""

    order_id: OrderId
    generation: int
    expires_at: datetime

    @classmethod
    def to(cls, order: Order, *, at: datetime) -> Self:
        """Create a link to a guest's order. Raises `InvalidOrderLink` for a user's order."""
        if order.link_generation is None:
            raise InvalidOrderLink
        # Whole seconds, as in tokens.
        expires_at = (at + LINK_LIFETIME).replace(microsecond=0)
        return cls(order_id=order.id, generation=order.link_generation, expires_at=expires_at)

    def ensure_current(self, *, at: datetime) -> None:
        """Raises `InvalidOrderLink` for an expired link."""
        if at >= self.expires_at:
            raise InvalidOrderLink
