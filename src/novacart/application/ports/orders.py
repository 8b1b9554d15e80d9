"""Where orders are kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from novacart.domain.ordering.order import Order
from novacart.domain.shared.ids import OrderId, UserId


class Orders(Protocol):
    """What is handed out stays locked until the unit of work ends."""

    def add(self, order: Order) -> None:
        """Raises `OrderNumberTaken` where another order has its number; begin anew then."""
        ...

    def save(self, order: Order) -> None:
        """Raises `ConcurrentChange` where somebody saved it since it was loaded."""
        ...

    def get(self, order_id: OrderId) -> Order:
        """Raises `OrderNotFound`."""
        ...

    def of_user(self, order_id: OrderId, user_id: UserId) -> Order:
        """The user's own order. Raises `OrderNotFound`, for somebody else's too."""
        ...

    def expired(self, at: datetime, *, limit: int) -> Sequence[OrderId]:
        """Unpaid orders whose time was over `at`, the oldest first; not locked."""
        ...
