"""Contract of orders for e-mails."""

import pytest

from novacart.application.ports.mailed_orders import MailedOrders
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.errors import OrderNotFound
from novacart.domain.shared.ids import OrderId
from tests.support.builders.ordering import ShopFixture, an_order, an_order_line
from tests.support.contracts.guests import add_guest
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
        assert mailed.customer is not None
        assert mailed.customer.id == shop.customer

    def test_order_of_a_guest_has_no_customer(
        self, begin: UnitOfWorkFactory, shop: ShopFixture, mailed_orders: MailedOrders
    ) -> None:
        guest = add_guest(begin)
        with begin() as work:
            order_id, line_id = work.ids.take(2)
            line = an_order_line(line_id, product=shop.products[0])
            work.orders.add(an_order(line, id=order_id, user=guest, by_guest=True))
            work.commit()
        mailed = mailed_orders.get(OrderId(order_id))
        assert mailed.order.is_of_guest
        assert mailed.customer is None

    def test_unknown_order_raises(self, mailed_orders: MailedOrders) -> None:
        with pytest.raises(OrderNotFound):
            mailed_orders.get(OrderId(404))
