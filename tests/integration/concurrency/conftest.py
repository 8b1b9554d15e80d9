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
from tests.support.races import DISTANCES, QUICK, SEEDS, Pace, at_pace, unsteady

T = TypeVar("T")

CONTROL = "naive"
"""What the name of a negative control holds: it ends in what the audit would not bear."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" not in metafunc.fixturenames:
        return
    if CONTROL in metafunc.function.__name__:
        paces = SEEDS[:1]
    elif {"trial", "counter", "till"} & set(metafunc.fixturenames):
        paces = [*SEEDS, *DISTANCES]
    else:
        paces = SEEDS
    quick: list[Pace] = [pace for pace in paces if pace in QUICK]
    slow = [pytest.param(pace, marks=pytest.mark.stress) for pace in paces if pace not in QUICK]
    metafunc.parametrize("pace", [*quick, *slow], ids=str)


@pytest.fixture
def database(database_url: str, pace: Pace) -> Iterator[Database]:
    opened = Database.connect(database_url)
    with unsteady(opened, pace.seed):
        yield opened
    opened.dispose()


@pytest.fixture
def trial(
    database: Database, pace: Pace, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Trial]:
    shop = on_trial(database, pace, tmp_path)
    yield shop
    if CONTROL not in request.node.name:
        shop.assert_sound()


@pytest.fixture
def counter(
    database: Database, pace: Pace, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Counter]:
    world = World(database)
    app = create_app(trial_settings(tmp_path), *world.modules())
    trial = Trial(app.extensions["novacart.injector"], world, pace)
    yield Counter(app, trial)
    if CONTROL not in request.node.name:
        trial.assert_sound()


class Till:
    """What customers do at once, at a pace."""

    def __init__(self, begin: UnitOfWorkFactory, database: Database, pace: Pace) -> None:
        self.begin = begin
        self.pace = pace
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

    def at_once(self, acts: Sequence[Callable[[], T]]) -> list[T | Exception]:
        """What each gave or raised; whoever is told to come again comes again."""
        return at_pace(self.pace, self._database, acts)


@pytest.fixture
def begin(database: Database) -> SqlUnitOfWorkFactory:
    return SqlUnitOfWorkFactory(database, ContextVarRequestContexts())


@pytest.fixture
def till(
    begin: UnitOfWorkFactory, database: Database, pace: Pace, request: pytest.FixtureRequest
) -> Iterator[Till]:
    till = Till(begin, database, pace)
    yield till
    if CONTROL not in request.node.name:
        assert contradictions(database, at=NOON) == []
