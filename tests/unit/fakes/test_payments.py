"""Payment fakes fulfil their contracts."""

import pytest

from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.contracts.payments import PaymentsContract
from tests.support.contracts.webhook_events import WebhookEventsContract


@pytest.fixture
def begin() -> FakeUnitOfWorkFactory:
    return FakeUnitOfWorkFactory(FakeStore())


class TestFakePayments(PaymentsContract):
    pass


class TestFakeWebhookEvents(WebhookEventsContract):
    pass
