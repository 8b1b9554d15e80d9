"""Repository of orders."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from novacart.domain.ordering.order import Order
from novacart.domain.shared.ids import OrderId, UserId


class Orders(Protocol):
    """A returned order stays locked until the unit of work ends."""

    def add(self, order: Order) -> None:
        """Raises `OrderNumberTaken`, at the latest when the unit of work ends."""
        ...

    def save(self, order: Order) -> None:
        """Raises `ConcurrentChange` if the order was saved since it was loaded."""
        ...

    def get(self, order_id: OrderId) -> Order:
        """Raises `OrderNotFound`."""
        ...

    def of_user(self, order_id: OrderId, user_id: UserId) -> Order:
        """Raises `OrderNotFound`, also for another user's order."""
        ...

    def by_number(self, number: str) -> Order | None: ...

    def pending_of(self, user_ids: Collection[UserId]) -> Sequence[Order]:
        """The unpaid orders of these users, by rising id."""
        ...

    def cancelled_by(self, actor: str, *, since: datetime) -> int:
        """The minor units of the orders that the actor has cancelled; not locked."""
        ...

    def expired(self, at: datetime, *, limit: int) -> Sequence[OrderId]:
        """Ids of unpaid orders with `expires_at` <= `at`, oldest first; not locked."""
        ...
