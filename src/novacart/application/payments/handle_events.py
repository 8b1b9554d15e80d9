"""Go through the stored events that are still to be handled."""

import logging
from datetime import timedelta

from novacart.application.payments.handle_event import HandleEvent
from novacart.application.payments.policy import FollowUpPolicy
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.application.ports.webhook_events import EventState
from novacart.domain.payments.events import WebhookEventRetried

BATCH = 100
ROUND = timedelta(seconds=45)

_UNENDED = "The attempts ended with the process that made them."

_log = logging.getLogger(__name__)


class HandleEvents:
    """Handle every event whose time has come; gives how many were tried.

    A round ends after `ROUND`, since each event may wait for a provider that is out of reach.
    An attempt is counted before it is made, so that an event that takes its worker down with
    it is parked in the end, and keeps nothing else waiting.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        handle: HandleEvent,
        policy: FollowUpPolicy,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._handle = handle
        self._policy = policy

    def __call__(self) -> int:
        with self._begin() as work:
            due = work.webhook_events.due(self._clock.now(), limit=BATCH)
        end = self._clock.now() + ROUND
        tried = 0
        for event_id in due:
            if self._clock.now() >= end:
                break
            if self._take(event_id):
                self._handle(event_id)
                tried += 1
        return tried

    def _take(self, event_id: str) -> bool:
        """Count one more attempt; False where there is none left, or another worker has it."""
        now = self._clock.now()
        with self._begin() as work:
            stored = work.webhook_events.get(event_id)
            if stored.state is not EventState.PENDING or stored.next_attempt_at > now:
                return False
            left = stored.attempts < self._policy.event_attempts
            if left:
                again = self._policy.next_attempt(stored.attempts, at=now)
                stored.begin_attempt(due_again=again)
            else:
                _log.error("webhook event %s parked: no attempt came to an end", event_id)
                stored.settle(EventState.PARKED, at=now, note=_UNENDED)
            work.webhook_events.save(stored)
            work.commit()
        return left


class RetryEvent:
    """Take up a parked or quarantined event again, as staff wish. Raises `KeyError`."""

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        handle: HandleEvent,
        policy: FollowUpPolicy,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._handle = handle
        self._policy = policy

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
                stored.reopen()
                stored.begin_attempt(due_again=self._policy.next_attempt(0, at=now))
                work.webhook_events.save(stored)
                work.commit()
        self._handle(event_id)
