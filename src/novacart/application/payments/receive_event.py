"""Receive a webhook event of the payment provider."""

import logging
from dataclasses import dataclass

from novacart.application.payments.event_processor import ACTOR, EventProcessor
from novacart.application.payments.policy import EventRetryPolicy
from novacart.application.ports.clock import Clock
from novacart.application.ports.request_context import RequestContext, RequestContexts
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.application.ports.webhook_events import EventReader, StoredEvent

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveEventCommand:
    """`payload` is the request body, unchanged; `signature` is the header that signs it."""

    payload: bytes
    signature: str | None


class ReceiveEvent:
    """Verify the event, store it under its unique id, then process it. Duplicates are ignored.

    Once it is stored this returns normally: if processing fails the worker tries again. Raises
    `InvalidSignature`, `UnreadableEvent` and `StorageUnavailable`, with nothing stored.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        contexts: RequestContexts,
        reader: EventReader,
        processor: EventProcessor,
        policy: EventRetryPolicy,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._contexts = contexts
        self._reader = reader
        self._processor = processor
        self._policy = policy

    def __call__(self, command: ReceiveEventCommand) -> None:
        now = self._clock.now()
        self._reader.verify(command.payload, command.signature, at=now)
        event = self._reader.read(command.payload)
        stored = StoredEvent(
            id=event.id,
            type=event.type,
            payload=command.payload.decode(),
            received_at=now,
            next_attempt_at=self._policy.next_attempt(0, at=now),
            attempts=1,
            reference=event.report.reference if event.report else None,
        )
        request_id = self._contexts.current().request_id
        with self._contexts.bind(RequestContext(actor=ACTOR, request_id=request_id)):
            with self._begin() as work:
                is_new = work.webhook_events.store(stored)
                work.commit()
            if not is_new:
                return
            try:
                self._processor.process(event)
            except Exception:  # noqa: BLE001 (the event is stored, so the provider gets its 200)
                _log.exception("webhook event %s left to the worker", event.id)
