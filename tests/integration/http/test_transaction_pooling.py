"""The shop behind PgBouncer in transaction mode."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from injector import Injector
from sqlalchemy import bindparam, column, select, table

from novacart.adapters.persistence.catalog.tables import products
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.server_state import timeouts
from novacart.adapters.persistence.statements import DriverStatement
from novacart.application.audit.audit_shop import AuditShop
from novacart.application.ports.errors import StorageUnavailable
from novacart.entrypoints.container import build_relay
from tests.integration.http.conftest import MakeApp
from tests.support.accounts import CheapPasswords
from tests.support.pgbouncer import pgbouncer
from tests.support.shoppers import Shopper, new_product, stock_level

CUSTOMERS = 6
PRODUCT = DriverStatement(
    select(products.c.title).where(products.c.id == bindparam("product_id")), generic_plan=True
)


@pytest.fixture
def pooled_url(run_folder: Path, postgresql_url: str) -> Iterator[str]:
    with pgbouncer(run_folder / f"pgbouncer-{uuid4().hex}", postgresql_url) as url:
        yield url


@pytest.fixture(params=["PgBouncer", "the server itself"])
def database_url(request: pytest.FixtureRequest) -> str:
    is_pooled = request.param == "PgBouncer"
    url: str = request.getfixturevalue("pooled_url" if is_pooled else "postgresql_url")
    return url


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(CheapPasswords(), DATABASE_TRANSACTION_POOLING="True")


def test_customers_order_at_once_over_two_connections_of_the_server(
    app: Flask, injector: Injector
) -> None:
    product = new_product(injector, stock=100)

    def order(number: int) -> None:
        shopper = Shopper(app.test_client(), f"customer{number}")
        for _ in range(3):
            shopper.ordered(product)
            assert shopper.person.get("/api/orders/my/").status_code == 200
            assert app.test_client().get("/api/products/").status_code == 200

    with ThreadPoolExecutor(CUSTOMERS) as threads:
        list(threads.map(order, range(CUSTOMERS)))
    relay = build_relay(injector)
    while relay():
        pass
    assert stock_level(injector, product) == (100, 3 * CUSTOMERS)
    assert injector.get(AuditShop)().holds


def test_connections_have_no_prepared_statements_and_no_settings_of_their_own(
    postgresql_url: str,
) -> None:
    database = Database.connect(postgresql_url, transaction_pooling=True)
    for _ in range(10):
        database.fetch(PRODUCT, {"product_id": 1})
    prepared = DriverStatement(select(column("name")).select_from(table("pg_prepared_statements")))
    assert database.fetch(prepared) == []
    assert set(timeouts(database).values()) == {"0"}
    database.dispose()


def test_pool_refuses_connections_without_the_setting(pooled_url: str) -> None:
    """Negative control."""
    database = Database.connect(pooled_url)
    with pytest.raises(StorageUnavailable):
        database.fetch(PRODUCT, {"product_id": 1})
    database.dispose()
