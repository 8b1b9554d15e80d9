"""Fake repositories over one store."""

import pytest

from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def begin(store: FakeStore) -> UnitOfWorkFactory:
    return FakeUnitOfWorkFactory(store)
