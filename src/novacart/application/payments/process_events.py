"""Process stored webhook events that are due."""

import logging
from datetime import timedelta
from typing import Final

from novacart.application.payments.event_processor import EventProcessor
from novacart.application.payments.policy import EventRetryPolicy
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.application.ports.webhook_events import EventState, StoredEvent

BATCH: Final = 100
TIME_LIMIT: Final = timedelta(seconds=45)

_PROCESS_DIED: Final = "The process ended during each attempt."

_log = logging.getLogger(__name__)


class ProcessEvents:
    """Process every event that is due. Return how many were tried.

    A run ends after `TIME_LIMIT`, since each event may wait for a provider that is down. An
    attempt is counted before it starts, so an event that kills its worker is parked at last.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        processor: EventProcessor,
        policy: EventRetryPolicy,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._processor = processor
        self._policy = policy

    def __call__(self) -> int:
        with self._begin() as work:
            due = work.webhook_events.due(self._clock.now(), limit=BATCH)
        end = self._clock.now() + TIME_LIMIT
        tried = 0
        for event_id in due:
            if self._clock.now() >= end:
                break
            stored = self._claim(event_id)
            if stored is not None:
                self._processor.process_stored(stored)
                tried += 1
        return tried

    def _claim(self, event_id: str) -> StoredEvent | None:
        """Count an attempt; None if none is left or another worker has claimed the event."""
        now = self._clock.now()
        with self._begin() as work:
            stored = work.webhook_events.get(event_id)
            if stored.state is not EventState.PENDING or stored.next_attempt_at > now:
                return None
            has_attempts = stored.attempts < self._policy.max_attempts
            if has_attempts:
                retry_at = self._policy.next_attempt(stored.attempts, at=now)
                stored.begin_attempt(retry_at=retry_at)
            else:
                _log.error("webhook event %s parked: no attempt was completed", event_id)
                stored.settle(EventState.PARKED, at=now, note=_PROCESS_DIED)
            work.webhook_events.save(stored)
            work.commit()
        return stored if has_attempts else None
