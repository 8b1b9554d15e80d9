"""Events of the provider's that staff have handled again."""

import pytest

from novacart.application.ports.webhook_events import EventState, StoredEvent
from novacart.domain.payments.events import WebhookEventRetried
from tests.fakes.store import FakeStore
from tests.support.clock import SetClock
from tests.support.payments_fixture import PaymentDesk


def put_aside(desk: PaymentDesk, clock: SetClock, state: EventState) -> None:
    event = StoredEvent(
        id="evt_1",
        type="payment_intent.succeeded",
        payload="no event",
        received_at=clock.now(),
        next_attempt_at=clock.now(),
        attempts=9,
    )
    event.settle(state, at=clock.now())
    with desk.begin() as work:
        work.webhook_events.store(event)
        work.commit()


@pytest.mark.parametrize("state", [EventState.PARKED, EventState.QUARANTINED])
def test_a_retry_is_told_of_itself(
    desk: PaymentDesk, store: FakeStore, clock: SetClock, state: EventState
) -> None:
    put_aside(desk, clock, state)
    desk.retry_event("evt_1")
    assert store.events == [
        WebhookEventRetried(
            occurred_at=clock.now(),
            webhook_event_id="evt_1",
            type="payment_intent.succeeded",
            state=state.value,
        )
    ]


def test_what_was_handled_is_not_retried_and_nothing_is_told(
    desk: PaymentDesk, store: FakeStore, clock: SetClock
) -> None:
    put_aside(desk, clock, EventState.HANDLED)
    desk.retry_event("evt_1")
    assert store.events == []
