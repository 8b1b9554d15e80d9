"""Handle an event again that was set aside."""

from dataclasses import dataclass

from novacart.application.payments.handle_event import HandleEvent
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.application.ports.webhook_events import EventState, StoredEvent

_SET_ASIDE = {EventState.PARKED, EventState.QUARANTINED}


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleAgain:
    event_id: str


class RetryEvent:
    """Gives the event as it is afterwards: handled, or set aside anew with what was wrong.

    One that was not set aside is left as it is. Raises `KeyError` for an unknown one.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock, handle: HandleEvent) -> None:
        self._begin = begin
        self._clock = clock
        self._handle = handle

    def __call__(self, command: HandleAgain) -> StoredEvent:
        with self._begin() as work:
            event = work.webhook_events.get(command.event_id)
            if event.state in _SET_ASIDE:
                event.state = EventState.PENDING
                event.attempts = 0
                event.next_attempt_at = self._clock.now()
                event.settled_at = None
                work.webhook_events.save(event)
                work.commit()
        self._handle(command.event_id)
        with self._begin() as work:
            return work.webhook_events.get(command.event_id)
