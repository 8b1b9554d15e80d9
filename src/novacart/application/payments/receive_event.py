"""Take in what the provider sends."""

import logging
from dataclasses import dataclass

from novacart.application.payments.handle_event import HandleEvent
from novacart.application.payments.policy import FollowUpPolicy
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.application.ports.webhook_events import EventReader, StoredEvent

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveEventCommand:
    """`payload` is the body to the byte, `signature` the header that signs it."""

    payload: bytes
    signature: str | None


class ReceiveEvent:
    """Store it, and only then try to handle it.

    When this returns the event is safe: it was handled, or will be tried again, or stands
    where staff see it. Raises `ForgedEvent`, `UnreadableEvent` and `StorageUnavailable`,
    with nothing stored.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        reader: EventReader,
        handle: HandleEvent,
        policy: FollowUpPolicy,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._reader = reader
        self._handle = handle
        self._policy = policy

    def __call__(self, signed: ReceiveEventCommand) -> None:
        now = self._clock.now()
        self._reader.verify(signed.payload, signed.signature, at=now)
        event = self._reader.read(signed.payload)
        with self._begin() as work:
            is_new = work.webhook_events.store(
                StoredEvent(
                    id=event.id,
                    type=event.type,
                    payload=signed.payload.decode(),
                    received_at=now,
                    next_attempt_at=self._policy.next_attempt(0, at=now),
                    attempts=1,
                    reference=event.report.reference if event.report else None,
                )
            )
            work.commit()
        if not is_new:
            return
        try:
            self._handle(event.id)
        except Exception:  # noqa: BLE001 (the provider is told of storage alone)
            # It is stored, so the provider need not send it again: the worker goes on.
            _log.exception("webhook event %s left to the worker", event.id)
