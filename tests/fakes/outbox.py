"""Fake outbox."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from threading import Lock

from novacart.application.ports.outbox import OutboxMessage, OutboxMessageRetried, subject_of
from novacart.application.ports.request_context import RequestContext
from novacart.domain.shared.events import DomainEvent

_SYSTEM = RequestContext(actor="system")


class FakeOutbox:
    """`retried_by` is the context that `retry` records."""

    def __init__(self, retried_by: RequestContext = _SYSTEM) -> None:
        self._retried_by = retried_by
        self._lock = Lock()
        self._ids = count(1)
        self._messages: dict[int, OutboxMessage] = {}
        # Due time of a pending message, else the time it was completed or parked.
        self._times: dict[int, datetime] = {}

    def put(self, event: DomainEvent, context: RequestContext) -> None:
        """Store an event, as a commit does."""
        message = OutboxMessage(
            id=next(self._ids),
            name=event.name,
            version=event.version,
            payload=event.payload(),
            actor=context.actor,
            request_id=context.request_id,
            occurred_at=event.occurred_at,
            attempts=0,
        )
        self._messages[message.id] = message
        self._times[message.id] = event.occurred_at

    def claim(self, *, at: datetime, until: datetime, limit: int = 1) -> Sequence[OutboxMessage]:
        with self._lock:
            due = self._due(at)
            ids = [each.id for each in due if not each.attempts][:limit]
            if due and due[0].attempts:
                ids = [due[0].id]
            for id in ids:
                message = self._messages[id]
                self._messages[id] = replace(message, attempts=message.attempts + 1)
                self._times[id] = until
            return [self._messages[id] for id in sorted(ids)]

    def unclaimed(self, *, at: datetime, limit: int) -> Sequence[OutboxMessage]:
        with self._lock:
            due = self._due(at)[:limit]
        return [] if any(message.attempts for message in due) else due

    def complete_unclaimed(self, messages: Sequence[OutboxMessage], *, at: datetime) -> bool:
        """Return False, and change nothing, if one was claimed."""
        with self._lock:
            if any(
                self._messages[each.id].state != "pending" or self._messages[each.id].attempts
                for each in messages
            ):
                return False
            for message in messages:
                self._messages[message.id] = replace(message, state="handled")
                self._times[message.id] = at
            return True

    def extend(self, message: OutboxMessage, *, until: datetime) -> None:
        self._update(message, message, until)

    def release(self, messages: Sequence[OutboxMessage]) -> None:
        for message in messages:
            released = replace(message, attempts=message.attempts - 1)
            self._update(message, released, message.occurred_at)

    def complete(self, messages: Sequence[OutboxMessage], *, at: datetime) -> None:
        for message in messages:
            self._update(message, replace(message, state="handled", last_error=None), at)

    def postpone(
        self, message: OutboxMessage, *, until: datetime, error: str, handled_by: frozenset[str]
    ) -> None:
        self._update(message, replace(message, last_error=error, handled_by=handled_by), until)

    def park(
        self, message: OutboxMessage, *, at: datetime, error: str, handled_by: frozenset[str]
    ) -> None:
        parked = replace(message, state="parked", last_error=error, handled_by=handled_by)
        self._update(message, parked, at)

    def parked(self, *, limit: int = 100) -> Sequence[OutboxMessage]:
        return [each for each in self._messages.values() if each.state == "parked"][:limit]

    def retry(self, *, at: datetime, ids: Sequence[int] | None = None) -> int:
        chosen = [each for each in self.parked() if ids is None or each.id in ids]
        for message in chosen:
            self._messages[message.id] = replace(message, state="pending", attempts=0)
            self._times[message.id] = at
            event = OutboxMessageRetried(
                occurred_at=at, message_id=message.id, message_name=message.name
            )
            self.put(event, self._retried_by)
        return len(chosen)

    def count_pending(self) -> int:
        return sum(each.state == "pending" for each in self._messages.values())

    def prune(self, *, before: datetime) -> int:
        old = [
            id
            for id, message in self._messages.items()
            if message.state == "handled" and self._times[id] < before
        ]
        for id in old:
            del self._messages[id]
        return len(old)

    def _due(self, at: datetime) -> list[OutboxMessage]:
        due = [
            message
            for id, message in self._messages.items()
            if message.state == "pending"
            and self._times[id] <= at
            and not self._is_earlier_claimed(message)
        ]
        return sorted(due, key=lambda each: (self._times[each.id], each.id))

    def _is_earlier_claimed(self, message: OutboxMessage) -> bool:
        subject = subject_of(message.payload)
        return subject is not None and any(
            each.state == "pending" and each.attempts and each.last_error is None
            for each in self._messages.values()
            if each.id < message.id and subject_of(each.payload) == subject
        )

    def _update(self, claimed: OutboxMessage, updated: OutboxMessage, time: datetime) -> None:
        with self._lock:
            if self._messages[claimed.id] == claimed:
                self._messages[claimed.id] = updated
                self._times[claimed.id] = time
