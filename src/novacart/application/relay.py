"""Dispatch committed events from the outbox to event handlers."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from threading import Event, Thread
from typing import Any, Final

from novacart.application.ports.clock import Clock
from novacart.application.ports.outbox import Outbox, OutboxMessage
from novacart.application.ports.request_context import RequestContext, RequestContexts
from novacart.domain.shared.events import DomainEvent

# Short, so that another worker soon takes over from one that crashed. A claim is renewed while
# a handler is still running.
CLAIM_DURATION: Final = timedelta(seconds=30)
_RENEW_INTERVAL: Final = 10.0
# About two hours of attempts: an hour without a mail server parks no message.
MAX_ATTEMPTS: Final = 16
_FIRST_BACKOFF: Final = timedelta(seconds=5)
_MAX_BACKOFF: Final = timedelta(minutes=15)
_MAX_ERROR_LENGTH: Final = 500
_PROCESS_ENDED: Final = "Each attempt ended with its process."
_AUDIT_SINK: Final = "audit_log"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventHandler:
    """`handle` is called with each `event`. `name` is stored in the outbox, so it must not change.

    Handlers are idempotent: the same event may be delivered more than once.
    """

    name: str
    event: type[DomainEvent]
    handle: Callable[[Any], None]


class Relay:
    """Delivers each message at least once to each of its handlers.

    A failed message is retried with exponential backoff, while other messages are delivered. It
    is parked after `MAX_ATTEMPTS` failures, or crashes of the worker. A handler that succeeded is
    not called again for the same message. `audit_sink` receives every message under the same
    rules. `renew_interval` is in seconds.
    """

    def __init__(
        self,
        *,
        outbox: Outbox,
        clock: Clock,
        contexts: RequestContexts,
        event_handlers: Iterable[EventHandler],
        audit_sink: Callable[[OutboxMessage], None] | None = None,
        renew_interval: float = _RENEW_INTERVAL,
    ) -> None:
        self._outbox = outbox
        self._clock = clock
        self._contexts = contexts
        self._audit_sink = audit_sink
        self._renew_interval = renew_interval
        self._handlers: dict[str, list[EventHandler]] = {}
        for handler in event_handlers:
            self._handlers.setdefault(handler.event.name, []).append(handler)

    def __call__(self) -> OutboxMessage | None:
        """Deliver the next due message and return it; None if no message is due."""
        now = self._clock.now()
        message = self._outbox.claim(at=now, until=now + CLAIM_DURATION)
        if message is None:
            return None
        if message.attempts > MAX_ATTEMPTS:
            self._outbox.park(message, at=now, error=_PROCESS_ENDED, handled_by=message.handled_by)
            return message
        handled_by = set(message.handled_by)
        errors = []
        context = RequestContext(actor="system", request_id=message.request_id)
        with self._renewed_claim(message):
            for name, handle in self._handlers_of(message):
                if name in handled_by:
                    continue
                try:
                    with self._contexts.bind(context):
                        handle()
                except Exception as error:  # noqa: BLE001 (other handlers still run)
                    errors.append(f"{name}: {type(error).__name__}: {error}")
                else:
                    handled_by.add(name)
        self._record_outcome(message, frozenset(handled_by), "; ".join(errors))
        return message

    @contextmanager
    def _renewed_claim(self, message: OutboxMessage) -> Iterator[None]:
        """Renew the claim while the block runs."""
        done = Event()

        def renew() -> None:
            while not done.wait(self._renew_interval):
                # If renewing fails, the claim expires and another worker takes the message.
                with suppress(Exception):
                    self._outbox.extend(message, until=self._clock.now() + CLAIM_DURATION)

        thread = Thread(target=renew, name="claim", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _handlers_of(self, message: OutboxMessage) -> Iterator[tuple[str, Callable[[], None]]]:
        if self._audit_sink is not None:
            yield _AUDIT_SINK, partial(self._audit_sink, message)
        for handler in self._handlers.get(message.name, []):
            yield handler.name, partial(_handle, handler, message)

    def _record_outcome(
        self, message: OutboxMessage, handled_by: frozenset[str], error: str
    ) -> None:
        now = self._clock.now()
        error = error[:_MAX_ERROR_LENGTH]
        if not error:
            self._outbox.complete(message, at=now)
        elif message.attempts >= MAX_ATTEMPTS:
            self._outbox.park(message, at=now, error=error, handled_by=handled_by)
        else:
            until = now + backoff(message.attempts)
            self._outbox.postpone(message, until=until, error=error, handled_by=handled_by)


def _handle(handler: EventHandler, message: OutboxMessage) -> None:
    handler.handle(handler.event.from_payload(dict(message.payload)))


def backoff(attempts: int) -> timedelta:
    """Return the delay after `attempts` failures: doubled each time, up to 15 minutes."""
    doublings = min(attempts - 1, 20)
    return min(_FIRST_BACKOFF * (1 << doublings), _MAX_BACKOFF)
