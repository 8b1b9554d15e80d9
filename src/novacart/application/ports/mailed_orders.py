"""Orders with their customers, for emails."""

from dataclasses import dataclass
from typing import Protocol

from novacart.domain.accounts.user import User
from novacart.domain.ordering.order import Order
from novacart.domain.shared.ids import OrderId


@dataclass(frozen=True, slots=True)
class MailedOrder:
    """An order without its history, and its customer, None for a guest."""

    order: Order
    customer: User | None


class MailedOrders(Protocol):
    def get(self, order_id: OrderId) -> MailedOrder:
        """Read the last committed state, without a lock. Raises `OrderNotFound`."""
        ...
