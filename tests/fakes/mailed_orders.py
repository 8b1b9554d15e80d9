"""Fake orders for e-mails."""

from novacart.application.ports.mailed_orders import MailedOrder
from novacart.domain.ordering.errors import OrderNotFound
from novacart.domain.shared.ids import OrderId
from tests.fakes.store import FakeStore


class FakeMailedOrders:
    def __init__(self, store: FakeStore) -> None:
        self._store = store

    def get(self, order_id: OrderId) -> MailedOrder:
        order = self._store.orders.get(order_id)
        if order is None:
            raise OrderNotFound
        return MailedOrder(order, self._store.users.get(order.user_id))
