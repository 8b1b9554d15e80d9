"""Go through the stored events that are still to be handled."""

from datetime import timedelta

from novacart.application.payments.handle_event import HandleEvent
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.application.ports.webhook_events import EventState
from novacart.domain.payments.events import WebhookEventRetried

BATCH = 100
ROUND = timedelta(seconds=45)


class HandleEvents:
    """Handle every event whose time has come; gives how many were tried.

    A round ends after `ROUND`, since each event may wait for a provider that is out of reach.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock, handle: HandleEvent) -> None:
        self._begin = begin
        self._clock = clock
        self._handle = handle

    def __call__(self) -> int:
        with self._begin() as work:
            due = work.webhook_events.due(self._clock.now(), limit=BATCH)
        end = self._clock.now() + ROUND
        tried = 0
        for event_id in due:
            if self._clock.now() >= end:
                break
            self._handle(event_id)
            tried += 1
        return tried


class RetryEvent:
    """Take up a parked or quarantined event again, as staff wish. Raises `KeyError`."""

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock, handle: HandleEvent) -> None:
        self._begin = begin
        self._clock = clock
        self._handle = handle

    def __call__(self, event_id: str) -> None:
        with self._begin() as work:
            stored = work.webhook_events.get(event_id)
            if stored.state is not EventState.HANDLED:
                now = self._clock.now()
                work.record(
                    WebhookEventRetried(
                        occurred_at=now,
                        webhook_event_id=stored.id,
                        type=stored.type,
                        state=stored.state.value,
                    )
                )
                stored.state = EventState.PENDING
                stored.attempts = 0
                stored.settled_at = None
                stored.next_attempt_at = now
                work.webhook_events.save(stored)
                work.commit()
        self._handle(event_id)
