"""The desk on memory: a provider and a database in plain dictionaries."""

import pytest

from tests.fakes.payment_gateway import FakePaymentGateway
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.clock import SetClock
from tests.support.payments_fixture import PaymentDesk


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def provider(clock: SetClock) -> FakePaymentGateway:
    return FakePaymentGateway(clock)


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def desk(store: FakeStore, provider: FakePaymentGateway, clock: SetClock) -> PaymentDesk:
    return PaymentDesk(begin=FakeUnitOfWorkFactory(store), gateway=provider, clock=clock)
