"""The use cases of a shop on a database, for many threads at once."""

from datetime import timedelta

import pytest

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.order_numbers import RandomOrderNumbers
from novacart.adapters.system.origin import ContextOrigin
from novacart.application.cart.add_to_cart import AddToCart
from novacart.application.cart.change_quantity import ChangeQuantity
from novacart.application.cart.policy import CartPolicy
from novacart.application.ordering.cancel_order import CancelOrder
from novacart.application.ordering.checkout_cart import CheckoutCart
from novacart.application.ordering.expire_orders import ExpireOrders
from novacart.application.ordering.place_order import PlaceOrder
from novacart.application.ordering.policy import CheckoutPolicy
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from tests.support.builders.ordering import NOON, by_the_customer
from tests.support.clock import SetClock


class Till:
    """What customers do at once."""

    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self.begin = begin
        self.clock = clock = SetClock(NOON)
        numbers = RandomOrderNumbers()
        terms = CheckoutPolicy(pending_order_ttl=timedelta(minutes=30))
        limit = CartPolicy(max_per_line=1000)
        self.add = AddToCart(begin=begin, clock=clock, policy=limit)
        self.change = ChangeQuantity(begin=begin, policy=limit)
        self.place = PlaceOrder(
            begin=begin, clock=clock, origin=by_the_customer, numbers=numbers, policy=terms
        )
        self.check_out = CheckoutCart(
            begin=begin, clock=clock, origin=by_the_customer, numbers=numbers, policy=terms
        )
        self.cancel = CancelOrder(begin=begin, clock=clock, origin=by_the_customer)
        self.expire = ExpireOrders(begin=begin, clock=clock)


@pytest.fixture
def begin(database: Database) -> SqlUnitOfWorkFactory:
    return SqlUnitOfWorkFactory(database, ContextOrigin())


@pytest.fixture
def till(begin: UnitOfWorkFactory) -> Till:
    return Till(begin)
