"""The desk on memory: a provider and a database in plain dictionaries."""

import pytest

from novacart.adapters.memory.payment_gateway import MemoryPaymentGateway
from novacart.adapters.memory.store import MemoryStore
from novacart.adapters.memory.unit_of_work import MemoryUnitOfWorkFactory
from tests.support.clock import SetClock
from tests.support.payment_desk import PaymentDesk


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def provider(clock: SetClock) -> MemoryPaymentGateway:
    return MemoryPaymentGateway(clock)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def desk(store: MemoryStore, provider: MemoryPaymentGateway, clock: SetClock) -> PaymentDesk:
    return PaymentDesk(begin=MemoryUnitOfWorkFactory(store), gateway=provider, clock=clock)
