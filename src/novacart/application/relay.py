"""Hands committed events to the reactions to them."""

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

# Short, so that what a worker died with is soon taken up; renewed while a reaction takes longer,
# as with a slow mail server.
CLAIM: Final = timedelta(seconds=30)
_RENEWAL: Final = 10.0
# About two hours in all: an hour without a mail server parks nothing.
MAX_ATTEMPTS: Final = 16
_FIRST_DELAY: Final = timedelta(seconds=5)
_LONGEST_DELAY: Final = timedelta(minutes=15)
_MAX_ERROR: Final = 500
_UNENDED: Final = "The attempts ended with the process that made them."
_WITNESS: Final = "witness"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventHandler:
    """Called with each `event`, under a `name` that is stable: it is stored."""

    name: str
    event: type[DomainEvent]
    react: Callable[[Any], None]


class Relay:
    """Delivers each message at least once to each of its reactions.

    A failure is tried again later, each time after a longer pause, while the other messages
    go on; what failed `MAX_ATTEMPTS` times is parked, and so is what as many workers died of.
    A reaction that is done is not called again because another one failed. `audit_sink`, where
    there is one, is shown every message by the same rules, whether anything reacts to it or
    not. `renew_every` is in seconds.
    """

    def __init__(
        self,
        *,
        outbox: Outbox,
        clock: Clock,
        contexts: RequestContexts,
        event_handlers: Iterable[EventHandler],
        audit_sink: Callable[[OutboxMessage], None] | None = None,
        renew_every: float = _RENEWAL,
    ) -> None:
        self._outbox = outbox
        self._clock = clock
        self._contexts = contexts
        self._witness = audit_sink
        self._renew_every = renew_every
        self._reactions: dict[str, list[EventHandler]] = {}
        for reaction in event_handlers:
            self._reactions.setdefault(reaction.event.name, []).append(reaction)

    def __call__(self) -> OutboxMessage | None:
        """Deliver the next message that is due: that message, or None where none was."""
        now = self._clock.now()
        message = self._outbox.claim(at=now, until=now + CLAIM)
        if message is None:
            return None
        if message.attempts > MAX_ATTEMPTS:
            self._outbox.park(message, at=now, error=_UNENDED, reacted=message.reacted)
            return message
        done = set(message.reacted)
        failures = []
        context = RequestContext(actor="system", request_id=message.request_id)
        with self._holding(message):
            for name, step in self._steps(message):
                if name in done:
                    continue
                try:
                    with self._contexts.bind(context):
                        step()
                except Exception as error:  # noqa: BLE001 (it must not stop the rest)
                    failures.append(f"{name}: {type(error).__name__}: {error}")
                else:
                    done.add(name)
        self._report(message, frozenset(done), "; ".join(failures)[:_MAX_ERROR])
        return message

    @contextmanager
    def _holding(self, message: OutboxMessage) -> Iterator[None]:
        """Renew the claim for as long as the block runs."""
        done = Event()

        def renew() -> None:
            while not done.wait(self._renew_every):
                # A claim that can't be renewed runs out, and somebody else takes the message.
                with suppress(Exception):
                    self._outbox.extend(message, until=self._clock.now() + CLAIM)

        renewal = Thread(target=renew, name="claim", daemon=True)
        renewal.start()
        try:
            yield
        finally:
            done.set()
            renewal.join()

    def _steps(self, message: OutboxMessage) -> Iterator[tuple[str, Callable[[], None]]]:
        """What is to be done about the message, each under the name that is stored."""
        if self._witness is not None:
            yield _WITNESS, partial(self._witness, message)
        for reaction in self._reactions.get(message.name, []):
            yield reaction.name, partial(_react, reaction, message)

    def _report(self, message: OutboxMessage, done: frozenset[str], error: str) -> None:
        now = self._clock.now()
        if not error:
            self._outbox.settle(message, at=now)
        elif message.attempts >= MAX_ATTEMPTS:
            self._outbox.park(message, at=now, error=error, reacted=done)
        else:
            until = now + pause_after(message.attempts)
            self._outbox.postpone(message, until=until, error=error, reacted=done)


def _react(reaction: EventHandler, message: OutboxMessage) -> None:
    reaction.react(reaction.event.from_payload(dict(message.payload)))


def pause_after(attempts: int) -> timedelta:
    """How long a message rests after so many failed attempts: doubled each time, to a limit."""
    doublings = min(attempts - 1, 20)
    return min(_FIRST_DELAY * (1 << doublings), _LONGEST_DELAY)
