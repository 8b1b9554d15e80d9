"""Staff retry a webhook event."""

from unittest.mock import Mock

import pytest

from novacart.application.authorization.actor import SYSTEM
from novacart.application.payments.retry_event import RetryEventCommand
from novacart.application.ports.webhook_events import EventState, StoredEvent
from novacart.domain.payments.events import WebhookEventRetried
from tests.fakes.payment_gateway import FakePaymentGateway
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


def test_retried_event_has_all_its_attempts_again(
    payments: PaymentsFixture, provider: FakePaymentGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider, "retrieve", Mock(side_effect=OSError("no response")))
    event = payments.send_event("charge.refunded", {"payment_intent": "pi_1"})
    for _ in range(payments.policy.max_attempts):
        payments.clock.move(hours=24)
        payments.process_events()
    assert payments.event(event).state is EventState.PARKED
    payments.retry_event(RetryEventCommand(actor=SYSTEM, event_id=event))
    retried = payments.event(event)
    assert (retried.state, retried.attempts, retried.settled_at) == (EventState.PENDING, 1, None)


def test_handled_event_is_not_retried(
    payments: PaymentsFixture, store: FakeStore, clock: SetClock
) -> None:
    store_event(payments, clock, EventState.HANDLED)
    payments.retry_event(RetryEventCommand(actor=SYSTEM, event_id="evt_1"))
    assert store.events == []
