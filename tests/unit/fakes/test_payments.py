"""Payments and events in memory keep their ports' contracts."""

import pytest

from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.contracts.payments import PaymentsContract
from tests.support.contracts.webhook_events import WebhookEventsContract


@pytest.fixture
def begin() -> FakeUnitOfWorkFactory:
    return FakeUnitOfWorkFactory(FakeStore())


class TestMemoryPayments(PaymentsContract):
    pass


class TestMemoryWebhookEvents(WebhookEventsContract):
    pass
