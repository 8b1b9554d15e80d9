"""Payments over an in-memory database and provider."""

import pytest

from tests.fakes.payment_gateway import FakePaymentGateway
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.clock import SetClock
from tests.support.payments_fixture import PaymentsFixture


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
def payments(store: FakeStore, provider: FakePaymentGateway, clock: SetClock) -> PaymentsFixture:
    return PaymentsFixture(begin=FakeUnitOfWorkFactory(store), gateway=provider, clock=clock)
