"""The use cases of a shop on a database, for many threads at once.

Every race runs with many seeds under `make stress`; one that is run at the till, at the counter
or on trial runs across distances, too, and ends with the audit.
"""

from collections.abc import Callable, Iterator, Sequence
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
from novacart.application.cart.policy import CartPolicy
from novacart.application.ordering.cancel_order import CancelOrder
from novacart.application.ordering.expire_orders import ExpireOrders
from novacart.application.ordering.place_order import PlaceOrder
from novacart.application.ordering.policy import CheckoutPolicy
from novacart.application.ordering.start_checkout import StartCheckout
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.entrypoints.http import create_app
from tests.support.builders.ordering import AS_CUSTOMER, NOON, STAFF_LIMITS
from tests.support.clock import SetClock
from tests.support.http_client import Counter
from tests.support.race_harness import Trial, World, contradictions, on_trial, trial_settings
from tests.support.races import DELAYS, QUICK, SEEDS, RaceSettings, random_delays, run_race

T = TypeVar("T")

CONTROL = "naive"
"""What the name of a negative control holds: it ends in what the audit would not bear."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" not in metafunc.fixturenames:
        return
    if CONTROL in metafunc.function.__name__:
        all_settings = SEEDS[:1]
    elif {"trial", "counter", "till"} & set(metafunc.fixturenames):
        all_settings = [*SEEDS, *DELAYS]
    else:
        all_settings = SEEDS
    quick: list[RaceSettings] = [
        race_settings for race_settings in all_settings if race_settings in QUICK
    ]
    slow = [
        pytest.param(race_settings, marks=pytest.mark.stress)
        for race_settings in all_settings
        if race_settings not in QUICK
    ]
    metafunc.parametrize("race_settings", [*quick, *slow], ids=str)


@pytest.fixture
def database(database_url: str, race_settings: RaceSettings) -> Iterator[Database]:
    opened = Database.connect(database_url)
    with random_delays(opened, race_settings.seed):
        yield opened
    opened.dispose()


@pytest.fixture
def trial(
    database: Database, race_settings: RaceSettings, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Trial]:
    shop = on_trial(database, race_settings, tmp_path)
    yield shop
    if CONTROL not in request.node.name:
        shop.assert_sound()


@pytest.fixture
def counter(
    database: Database, race_settings: RaceSettings, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Counter]:
    world = World(database)
    app = create_app(trial_settings(tmp_path), *world.modules())
    trial = Trial(app.extensions["novacart.injector"], world, race_settings)
    yield Counter(app, trial)
    if CONTROL not in request.node.name:
        trial.assert_sound()


class Till:
    """Concurrent operations of customers."""

    def __init__(
        self, begin: UnitOfWorkFactory, database: Database, race_settings: RaceSettings
    ) -> None:
        self.begin = begin
        self.race_settings = race_settings
        self._database = database
        self.clock = clock = SetClock(NOON)
        numbers = RandomOrderNumbers()
        terms = CheckoutPolicy(pending_order_ttl=timedelta(minutes=30))
        limit = CartPolicy(max_per_line=1000)
        self.add = AddToCart(begin=begin, clock=clock, policy=limit)
        self.change = ChangeQuantity(begin=begin, policy=limit)
        self.place = PlaceOrder(
            begin=begin, clock=clock, contexts=AS_CUSTOMER, numbers=numbers, policy=terms
        )
        self.check_out = StartCheckout(
            begin=begin, clock=clock, contexts=AS_CUSTOMER, numbers=numbers, policy=terms
        )
        self.cancel = CancelOrder(
            begin=begin, clock=clock, contexts=AS_CUSTOMER, limits=STAFF_LIMITS
        )
        self.expire = ExpireOrders(begin=begin, clock=clock)

    def run_concurrently(self, acts: Sequence[Callable[[], T]]) -> list[T | Exception]:
        """What each gave or raised; whoever is told to come again comes again."""
        return run_race(self.race_settings, self._database, acts)


@pytest.fixture
def begin(database: Database) -> SqlUnitOfWorkFactory:
    return SqlUnitOfWorkFactory(database, ContextVarRequestContexts())


@pytest.fixture
def till(
    begin: UnitOfWorkFactory,
    database: Database,
    race_settings: RaceSettings,
    request: pytest.FixtureRequest,
) -> Iterator[Till]:
    till = Till(begin, database, race_settings)
    yield till
    if CONTROL not in request.node.name:
        assert contradictions(database, at=NOON) == []
