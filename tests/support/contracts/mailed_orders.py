"""Contract of orders for e-mails."""

import pytest

from novacart.application.ports.mailed_orders import MailedOrders
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.errors import OrderNotFound
from novacart.domain.shared.ids import OrderId
from tests.support.builders.ordering import ShopFixture
from tests.support.contracts.orders import Orders, all_fields


class MailedOrdersContract:
    """Subclasses define the fixtures `begin` and `mailed_orders`."""

    @pytest.fixture
    def shop(self, begin: UnitOfWorkFactory) -> ShopFixture:
        return ShopFixture(begin, prices=(100, 50))

    @pytest.fixture
    def orders(self, shop: ShopFixture) -> Orders:
        return Orders(shop)

    def test_order_has_all_fields_but_the_history(
        self, orders: Orders, shop: ShopFixture, mailed_orders: MailedOrders
    ) -> None:
        orders.add()
        placed = orders.get(orders.add().id)
        mailed = mailed_orders.get(placed.id)
        assert all_fields(mailed.order) == all_fields(placed) | {"history": mailed.order.history}
        assert mailed.customer.id == shop.customer

    def test_unknown_order_raises(self, mailed_orders: MailedOrders) -> None:
        with pytest.raises(OrderNotFound):
            mailed_orders.get(OrderId(404))
