"""Staff retry a webhook event."""

import pytest

from novacart.application.authorization.actor import SYSTEM
from novacart.application.payments.retry_event import RetryEventCommand
from novacart.application.ports.webhook_events import EventState, StoredEvent
from novacart.domain.payments.events import WebhookEventRetried
from tests.fakes.store import FakeStore
from tests.support.clock import SetClock
from tests.support.payments_fixture import PaymentsFixture


def store_event(payments: PaymentsFixture, clock: SetClock, state: EventState) -> None:
    event = StoredEvent(
        id="evt_1",
        type="payment_intent.succeeded",
        payload="not an event",
        received_at=clock.now(),
        next_attempt_at=clock.now(),
        attempts=9,
    )
    event.settle(state, at=clock.now())
    with payments.begin() as work:
        work.webhook_events.store(event)
        work.commit()


@pytest.mark.parametrize("state", [EventState.PARKED, EventState.QUARANTINED])
def test_retry_is_recorded(
    payments: PaymentsFixture, store: FakeStore, clock: SetClock, state: EventState
) -> None:
    store_event(payments, clock, state)
    payments.retry_event(RetryEventCommand(actor=SYSTEM, event_id="evt_1"))
    assert store.events == [
        WebhookEventRetried(
            occurred_at=clock.now(),
            webhook_event_id="evt_1",
            type="payment_intent.succeeded",
            state=state.value,
        )
    ]


def test_handled_event_is_not_retried(
    payments: PaymentsFixture, store: FakeStore, clock: SetClock
) -> None:
    store_event(payments, clock, EventState.HANDLED)
    payments.retry_event(RetryEventCommand(actor=SYSTEM, event_id="evt_1"))
    assert store.events == []
