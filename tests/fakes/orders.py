"""Fake repository of orders."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from novacart.domain.ordering.errors import OrderNotFound, OrderNumberTaken
from novacart.domain.ordering.lifecycle import OrderStatus
from novacart.domain.ordering.order import Order
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import OrderId, UserId
from tests.fakes.transactional_dict import TransactionalDict


class FakeOrders:
    def __init__(
        self, records: TransactionalDict[OrderId, Order], saved: Callable[[AggregateRoot], None]
    ) -> None:
        self._records = records
        self._saved = saved

    def add(self, order: Order) -> None:
        if any(other.number == order.number for other in self._records.read_all()):
            raise OrderNumberTaken
        self.save(order)

    def save(self, order: Order) -> None:
        self._saved(order)
        self._records.put(order.id, order)

    def get(self, order_id: OrderId) -> Order:
        order = self._records.get(order_id)
        if order is None:
            raise OrderNotFound
        return order

    def of_user(self, order_id: OrderId, user_id: UserId) -> Order:
        order = self.get(order_id)
        if order.user_id != user_id:
            raise OrderNotFound
        return order

    def by_number(self, number: str) -> Order | None:
        return next((order for order in self._records.values() if order.number == number), None)

    def pending_of(self, user_ids: Collection[UserId]) -> Sequence[Order]:
        pending = [
            order
            for order in self._records.values()
            if order.user_id in user_ids and order.status is OrderStatus.PENDING
        ]
        return sorted(pending, key=lambda order: order.id)

    def cancelled_by(self, actor: str, *, since: datetime) -> int:
        return sum(
            order.total.amount
            for order in self._records.read_all()
            for change in order.history
            if (change.subject, change.after, change.actor) == ("order", "CANCELLED", actor)
            and change.at >= since
        )

    def expired(self, at: datetime, *, limit: int) -> Sequence[OrderId]:
        due = sorted(
            (order.expires_at, order.id)
            for order in self._records.read_all()
            if order.status is OrderStatus.PENDING
            and order.expires_at is not None
            and order.expires_at <= at
        )
        return [order_id for _, order_id in due[:limit]]
