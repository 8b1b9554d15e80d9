"""Retry a parked or quarantined webhook event."""

from dataclasses import dataclass

from novacart.application.authorization.actor import Actor
from novacart.application.payments.event_processor import EventProcessor
from novacart.application.payments.policy import EventRetryPolicy
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.application.ports.webhook_events import EventState
from novacart.domain.payments.events import WebhookEventRetried


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryEventCommand:
    actor: Actor
    event_id: str


class RetryEvent:
    """Process the event again, with all its attempts; a handled event is left alone.

    Raises `PermissionDenied` and `WebhookEventNotFound`.
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

    def __call__(self, command: RetryEventCommand) -> None:
        command.actor.require("webhooks.retry")
        now = self._clock.now()
        with self._begin() as work:
            stored = work.webhook_events.get(command.event_id)
            if stored.state is EventState.HANDLED:
                return
            work.record(
                WebhookEventRetried(
                    occurred_at=now,
                    webhook_event_id=stored.id,
                    type=stored.type,
                    state=stored.state.value,
                )
            )
            stored.reopen()
            stored.begin_attempt(retry_at=self._policy.next_attempt(0, at=now))
            work.webhook_events.save(stored)
            work.commit()
        self._processor.process_stored(stored)
