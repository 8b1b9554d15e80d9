"""Fixtures for races on a real database.

Each race runs with a quick timing; the other seeds and statement delays run in the stress tests.
Except in a negative control, a race ends with the audit of the shop's invariants.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.order_numbers import RandomOrderNumbers
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.cart.add_to_cart import AddToCart
from novacart.application.cart.change_quantity import ChangeQuantity
from novacart.application.ordering.cancel_order import CancelOrder
from novacart.application.ordering.expire_orders import ExpireOrders
from novacart.application.ordering.place_order import PlaceOrder
from novacart.application.ordering.policy import CheckoutPolicy
from novacart.application.ordering.return_goods import ReturnOrder
from novacart.application.ordering.start_checkout import StartCheckout
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.cart.policy import CartPolicy
from novacart.domain.ordering.limits import OrderLimits
from novacart.entrypoints.http import create_app
from tests.support.builders.ordering import AS_CUSTOMER, NOON, STAFF_LIMITS, no_payments
from tests.support.clock import SetClock
from tests.support.http_client import HttpClient
from tests.support.race_harness import (
    FakeServices,
    RaceHarness,
    build_race,
    database_violations,
    race_settings,
)
from tests.support.races import (
    LATENCIES,
    QUICK,
    SEEDS,
    Timing,
    random_delays,
    run_with_timing,
)

T = TypeVar("T")

NEGATIVE_CONTROL = "naive"
"""Part of the name of each negative control, which breaks an invariant on purpose."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" not in metafunc.fixturenames:
        return
    if NEGATIVE_CONTROL in metafunc.function.__name__:
        timings = SEEDS[:1]
    elif {"race", "http", "ordering"} & set(metafunc.fixturenames):
        timings = [*SEEDS, *LATENCIES]
    else:
        timings = SEEDS
    metafunc.parametrize(
        "timing",
        [
            timing if timing in QUICK else pytest.param(timing, marks=pytest.mark.stress)
            for timing in timings
        ],
        ids=str,
    )


@pytest.fixture
def database(database_url: str, timing: Timing) -> Iterator[Database]:
    opened = Database.connect(database_url)
    with random_delays(opened, timing.seed):
        yield opened
    opened.dispose()


@pytest.fixture
def race(
    database: Database, timing: Timing, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[RaceHarness]:
    harness = build_race(database, timing, tmp_path)
    yield harness
    if NEGATIVE_CONTROL not in request.node.name:
        harness.assert_invariants_hold()


@pytest.fixture
def http(
    database: Database, timing: Timing, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[HttpClient]:
    services = FakeServices(database)
    app = create_app(race_settings(tmp_path), *services.modules())
    race = RaceHarness(app.extensions["novacart.injector"], services, timing)
    yield HttpClient(app, race)
    if NEGATIVE_CONTROL not in request.node.name:
        race.assert_invariants_hold()


class OrderingHarness:
    """The use cases of cart and orders on a test's database."""

    def __init__(self, begin: UnitOfWorkFactory, database: Database, timing: Timing) -> None:
        self.begin = begin
        self.timing = timing
        self._database = database
        self.clock = clock = SetClock(NOON)
        numbers = RandomOrderNumbers()
        checkout_policy = CheckoutPolicy(pending_order_ttl=timedelta(minutes=30))
        cart_policy = CartPolicy(max_per_line=1000)
        self.add = AddToCart(begin=begin, clock=clock, policy=cart_policy)
        self.change = ChangeQuantity(begin=begin, policy=cart_policy)
        self.place = PlaceOrder(
            begin=begin,
            clock=clock,
            contexts=AS_CUSTOMER,
            numbers=numbers,
            policy=checkout_policy,
        )
        self.start_checkout = StartCheckout(
            begin=begin,
            clock=clock,
            contexts=AS_CUSTOMER,
            numbers=numbers,
            policy=checkout_policy,
        )
        self.cancel = CancelOrder(
            begin=begin, clock=clock, contexts=AS_CUSTOMER, limits=STAFF_LIMITS
        )
        self.expire = ExpireOrders(begin=begin, clock=clock, update_payment=no_payments)
        self.return_order = ReturnOrder(begin=begin, clock=clock, contexts=AS_CUSTOMER)
        self.place_limited = PlaceOrder(
            begin=begin,
            clock=clock,
            contexts=AS_CUSTOMER,
            numbers=numbers,
            policy=replace(checkout_policy, limits=OrderLimits(unpaid=3, cod=3)),
        )

    def run_concurrently(self, calls: Sequence[Callable[[], T]]) -> list[T | Exception]:
        return run_with_timing(self.timing, self._database, calls)


@pytest.fixture
def begin(database: Database) -> SqlUnitOfWorkFactory:
    return SqlUnitOfWorkFactory(database, ContextVarRequestContexts())


@pytest.fixture
def ordering(
    begin: UnitOfWorkFactory, database: Database, timing: Timing, request: pytest.FixtureRequest
) -> Iterator[OrderingHarness]:
    harness = OrderingHarness(begin, database, timing)
    yield harness
    if NEGATIVE_CONTROL not in request.node.name:
        assert database_violations(database, at=NOON) == []
