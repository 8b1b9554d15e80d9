"""Fixtures of a shop on fakes, which the conftests of several folders import."""

import pytest

from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.builders.ordering import ShopFixture


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def begin(store: FakeStore) -> UnitOfWorkFactory:
    return FakeUnitOfWorkFactory(store)


@pytest.fixture
def shop(begin: UnitOfWorkFactory) -> ShopFixture:
    return ShopFixture(begin, prices=(100, 50, 25))
