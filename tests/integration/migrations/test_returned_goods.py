"""The migration of returned goods, with shipped orders in the database."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.migrate import downgrade, upgrade
from novacart.adapters.persistence.ordering.tables import order_lines
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.order_numbers import RandomOrderNumbers
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.authorization.actor import SYSTEM
from novacart.application.ordering.fulfil_order import (
    ShipOrder,
    ShipOrderCommand,
    StartProcessing,
    StartProcessingCommand,
)
from novacart.application.ordering.place_order import PlaceOrder, PlaceOrderCommand
from novacart.application.ordering.policy import CheckoutPolicy
from novacart.domain.ordering.lifecycle import PaymentMethod
from tests.support.builders.ordering import AS_CUSTOMER, NOON, ShopFixture
from tests.support.clock import SetClock

BEFORE = "0005"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database.connect(database_url)
    yield database
    database.dispose()


def shipped_quantities(database: Database) -> list[int]:
    with database.reading() as connection:
        statement = select(order_lines.c.shipped_quantity).order_by(order_lines.c.id)
        return list(connection.scalars(statement))


def test_shipped_units_are_restored_from_the_ledger(database: Database, database_url: str) -> None:
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    shop = ShopFixture(begin, prices=(100, 50))
    common = {"begin": begin, "clock": SetClock(NOON), "contexts": AS_CUSTOMER}
    place = PlaceOrder(
        **common,  # type: ignore[arg-type]
        numbers=RandomOrderNumbers(),
        policy=CheckoutPolicy(pending_order_ttl=timedelta(minutes=30)),
    )
    command = PlaceOrderCommand(
        user_id=shop.customer, address_id=shop.address, payment_method=PaymentMethod.COD
    )
    shop.fill_cart(3, 1)
    order_id = place(command).id
    StartProcessing(**common)(  # type: ignore[arg-type]
        StartProcessingCommand(staff=SYSTEM, order_id=order_id)
    )
    ShipOrder(**common)(  # type: ignore[arg-type]
        ShipOrderCommand(staff=SYSTEM, order_id=order_id, carrier="P", tracking_number="1")
    )
    shop.fill_cart(2)
    place(command)
    before = shipped_quantities(database)
    assert before == [3, 1, 0]
    database.dispose()
    downgrade(database_url, BEFORE)
    upgrade(database_url)
    assert shipped_quantities(database) == before
