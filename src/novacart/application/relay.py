"""Dispatch committed events from the outbox to event handlers."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from typing import Any, Final

from novacart.application.ports.clock import Clock
from novacart.application.ports.outbox import Outbox, OutboxMessage
from novacart.application.ports.request_context import RequestContext, RequestContexts
from novacart.domain.shared.events import DomainEvent

# A batch should take half a second, so that few slow messages are shared by all workers.
BATCH_SIZE: Final = 100
FIRST_BATCH_SIZE: Final = 10
_BATCH_DURATION: Final = timedelta(seconds=0.5)
# Short, so that another worker soon takes over from one that crashed. A claim is renewed while
# a handler is still running.
CLAIM_DURATION: Final = timedelta(seconds=30)
_RENEW_INTERVAL: Final = 2.0
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

    New messages are claimed in batches of 10 to 100, as many as the last batch delivered in half a
    second. `audit_sink` receives a batch in one call. Messages without handlers are then completed
    together. The others are delivered one by one, and each is completed before the next, so that a
    crash repeats the handlers of one message only. A batch of which no message has a handler is not
    claimed, if `complete_at_once` (`AuditLog.complete`) can complete it.

    A failed message is retried alone, with exponential backoff, while others are delivered. It is
    parked after `MAX_ATTEMPTS` failures, or crashes of the worker. A handler that succeeded is not
    called again for the same message; the audit sink is one of them.

    The handlers of a batch are called within `batch_context`, such as a connection that they share.

    If recording an outcome fails, the next call releases the rest of the batch.

    When a batch takes longer than `renew_interval` seconds, the current message stays claimed, and
    the rest of the batch is released for other workers.
    """

    def __init__(
        self,
        *,
        outbox: Outbox,
        clock: Clock,
        contexts: RequestContexts,
        event_handlers: Iterable[EventHandler],
        audit_sink: Callable[[Sequence[OutboxMessage]], None] | None = None,
        complete_at_once: Callable[[Sequence[OutboxMessage], datetime], bool] | None = None,
        batch_context: Callable[[], AbstractContextManager[None]] = nullcontext,
        renew_interval: float = _RENEW_INTERVAL,
    ) -> None:
        self._outbox = outbox
        self._clock = clock
        self._contexts = contexts
        self._audit_sink = audit_sink
        self._complete_at_once = complete_at_once
        self._batch_context = batch_context
        self._renew_interval = renew_interval
        self._handlers: dict[str, list[EventHandler]] = {}
        for handler in event_handlers:
            self._handlers.setdefault(handler.event.name, []).append(handler)
        self._previous = _Claims(outbox, clock, (), claimed_at=clock.now())
        self._is_stopping = False
        self._batch_size = FIRST_BATCH_SIZE
        self._are_more_due = False

    @property
    def are_more_due(self) -> bool:
        """Whether more messages are probably due after the last call.

        Its batch was full, or one message that is retried alone.
        """
        return self._are_more_due

    def stop(self) -> None:
        """Let the current message finish, and release the rest of its batch.

        Takes no lock, so that a signal handler can call it.
        """
        self._is_stopping = True

    def __call__(self) -> Sequence[OutboxMessage]:
        """Deliver the next batch of due messages and return it; empty if no message is due."""
        now = self._clock.now()
        self._are_more_due = False
        if batch := self._complete_unclaimed(now):
            return batch
        batch = self._outbox.claim(at=now, until=now + CLAIM_DURATION, limit=self._batch_size)
        # Messages are left if an error of the outbox ended the previous call. Released only now,
        # when the outbox works again: a release whose result is unknown must not be repeated, since
        # another worker may have claimed the messages.
        self._previous.release_rest()
        if not batch:
            return batch
        self._are_more_due = len(batch) == self._batch_size or batch[0].attempts > 1
        if batch[0].attempts > MAX_ATTEMPTS:
            (message,) = batch
            self._outbox.park(message, at=now, error=_PROCESS_ENDED, handled_by=message.handled_by)
            return batch
        audit_error = self._add_to_audit_log(batch)
        waiting = batch
        if not audit_error:
            waiting = [message for message in batch if message.name in self._handlers]
        claims = _Claims(self._outbox, self._clock, waiting, claimed_at=now)
        self._previous = claims
        if not audit_error:
            done = [message for message in batch if message.name not in self._handlers]
            self._outbox.complete(done, at=self._clock.now())
        if waiting:
            with self._renewed(claims), self._batch_context():
                self._deliver(claims, audit_error)
        self._adapt_batch_size(len(batch), self._clock.now() - now)
        return batch

    def _complete_unclaimed(self, now: datetime) -> Sequence[OutboxMessage]:
        """Complete the next messages if none has a handler. Returns none if that is not possible.

        A claim and its completion would be further transactions, which delay the other writers of
        SQLite. An import stores thousands of such messages in a second.
        """
        if self._complete_at_once is None:
            return []
        batch = self._outbox.unclaimed(at=now, limit=BATCH_SIZE)
        if not batch or any(message.name in self._handlers for message in batch):
            return []
        try:
            is_complete = self._complete_at_once(batch, now)
        except Exception:  # noqa: BLE001 (the error is recorded when they are claimed)
            return []
        if not is_complete:
            return []
        self._are_more_due = len(batch) == BATCH_SIZE
        return batch

    def _adapt_batch_size(self, delivered: int, duration: timedelta) -> None:
        fitting = int(delivered * _BATCH_DURATION / duration) if duration else BATCH_SIZE
        self._batch_size = min(max(fitting, FIRST_BATCH_SIZE), BATCH_SIZE)

    def _add_to_audit_log(self, batch: Sequence[OutboxMessage]) -> str:
        """Return the error, or an empty string."""
        new = [message for message in batch if _AUDIT_SINK not in message.handled_by]
        if self._audit_sink is None or not new:
            return ""
        try:
            self._audit_sink(new)
        except Exception as error:  # noqa: BLE001 (the handlers still run)
            return _describe(_AUDIT_SINK, error)
        return ""

    def _deliver(self, claims: "_Claims", audit_error: str) -> None:
        while not self._is_stopping and (message := claims.take_next(at=self._clock.now())):
            handled_by, errors = self._call_handlers(message)
            if audit_error:
                errors.append(audit_error)
            else:
                handled_by.add(_AUDIT_SINK)
            # Otherwise a renewal could overwrite the time of the next attempt.
            claims.end_renewal()
            self._record_outcome(message, frozenset(handled_by), "; ".join(errors))
        claims.release_rest()

    def _call_handlers(self, message: OutboxMessage) -> tuple[set[str], list[str]]:
        """Return the names of the handlers that succeeded, now or before, and the errors."""
        handled_by = set(message.handled_by)
        errors = []
        context = RequestContext(actor="system", request_id=message.request_id)
        for handler in self._handlers.get(message.name, []):
            if handler.name in handled_by:
                continue
            try:
                with self._contexts.bind(context):
                    handler.handle(handler.event.from_payload(dict(message.payload)))
            except Exception as error:  # noqa: BLE001 (other handlers still run)
                errors.append(_describe(handler.name, error))
            else:
                handled_by.add(handler.name)
        return handled_by, errors

    def _record_outcome(
        self, message: OutboxMessage, handled_by: frozenset[str], error: str
    ) -> None:
        now = self._clock.now()
        error = error[:_MAX_ERROR_LENGTH]
        if not error:
            self._outbox.complete([message], at=now)
        elif message.attempts >= MAX_ATTEMPTS:
            self._outbox.park(message, at=now, error=error, handled_by=handled_by)
        else:
            until = now + backoff(message.attempts)
            self._outbox.postpone(message, until=until, error=error, handled_by=handled_by)

    @contextmanager
    def _renewed(self, claims: "_Claims") -> Iterator[None]:
        """Renew claims while the block runs."""
        done = Event()

        def renew() -> None:
            while not done.wait(self._renew_interval):
                # If this fails, the claims expire and other workers take the messages.
                with suppress(Exception):
                    if claims.is_delivering:
                        claims.release_rest()
                        claims.renew()

        thread = Thread(target=renew, name="claims", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


class _Claims:
    """The claimed messages that wait for their handlers, and the current one.

    One thread delivers them. When that takes long, another renews the claim of the current message
    and releases the rest.
    """

    def __init__(
        self,
        outbox: Outbox,
        clock: Clock,
        messages: Iterable[OutboxMessage],
        *,
        claimed_at: datetime,
    ) -> None:
        self._outbox = outbox
        self._clock = clock
        self._expires_at = claimed_at + CLAIM_DURATION
        self._waiting = deque(messages)
        self._current: OutboxMessage | None = None
        self._lock = Lock()

    @property
    def is_delivering(self) -> bool:
        """Whether there is a current message. Before the first one, the rest is the whole batch."""
        return self._current is not None

    def take_next(self, *, at: datetime) -> OutboxMessage | None:
        """Return the next message; None at the end, or if the claims have expired."""
        with self._lock:
            if self._waiting and at < self._expires_at:
                self._current = self._waiting.popleft()
                return self._current
            return None

    def renew(self) -> None:
        with self._lock:
            if self._current is not None:
                self._outbox.extend(self._current, until=self._clock.now() + CLAIM_DURATION)

    def end_renewal(self) -> None:
        with self._lock:
            self._current = None

    def release_rest(self) -> None:
        with self._lock:
            rest = list(self._waiting)
            self._waiting.clear()
        self._outbox.release(rest)


def _describe(handler: str, error: Exception) -> str:
    return f"{handler}: {type(error).__name__}: {error}"


def backoff(attempts: int) -> timedelta:
    """Return the delay after `attempts` failures: doubled each time, up to 15 minutes."""
    doublings = min(attempts - 1, 20)
    return min(_FIRST_BACKOFF * (1 << doublings), _MAX_BACKOFF)
