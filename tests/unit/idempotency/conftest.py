"""A shop in memory."""

import pytest

from novacart.adapters.memory.store import MemoryStore
from novacart.adapters.memory.unit_of_work import MemoryUnitOfWorkFactory
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from tests.support.builders.ordering import Shop


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def begin(store: MemoryStore) -> UnitOfWorkFactory:
    return MemoryUnitOfWorkFactory(store)


@pytest.fixture
def shop(begin: UnitOfWorkFactory) -> Shop:
    return Shop(begin, prices=(100, 50, 25))
