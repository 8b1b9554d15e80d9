"""Payments and events in memory keep their ports' contracts."""

import pytest

from novacart.adapters.memory.store import MemoryStore
from novacart.adapters.memory.unit_of_work import MemoryUnitOfWorkFactory
from tests.support.contracts.payments import PaymentsContract
from tests.support.contracts.webhook_events import WebhookEventsContract


@pytest.fixture
def begin() -> MemoryUnitOfWorkFactory:
    return MemoryUnitOfWorkFactory(MemoryStore())


class TestMemoryPayments(PaymentsContract):
    pass


class TestMemoryWebhookEvents(WebhookEventsContract):
    pass
