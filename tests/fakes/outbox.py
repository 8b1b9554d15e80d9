"""The outbox in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from threading import Lock

from novacart.application.ports.outbox import OutboxMessage, OutboxMessageRetried
from novacart.application.ports.request_context import RequestContext
from novacart.domain.shared.events import DomainEvent

_SYSTEM = RequestContext(actor="system")


class FakeOutbox:
    """`retried_by` is whose doing a retry is."""

    def __init__(self, retried_by: RequestContext = _SYSTEM) -> None:
        self._retried_by = retried_by
        self._lock = Lock()
        self._numbers = count(1)
        self._messages: dict[int, OutboxMessage] = {}
        # Due at, or settled at for what is pending no more.
        self._times: dict[int, datetime] = {}

    def put(self, event: DomainEvent, origin: RequestContext) -> None:
        """What a commit does with each event."""
        number = next(self._numbers)
        self._messages[number] = OutboxMessage(
            id=number,
            name=event.name,
            version=event.version,
            payload=event.payload(),
            actor=origin.actor,
            request_id=origin.request_id,
            occurred_at=event.occurred_at,
            attempts=0,
        )
        self._times[number] = event.occurred_at

    def claim(self, *, at: datetime, until: datetime) -> OutboxMessage | None:
        with self._lock:
            due = [
                (self._times[number], number)
                for number, message in self._messages.items()
                if message.state == "pending" and self._times[number] <= at
            ]
            if not due:
                return None
            _, number = min(due)
            message = self._messages[number]
            self._messages[number] = replace(message, attempts=message.attempts + 1)
            self._times[number] = until
            return self._messages[number]

    def extend(self, message: OutboxMessage, *, until: datetime) -> None:
        self._report(message, message, until)

    def settle(self, message: OutboxMessage, *, at: datetime) -> None:
        self._report(message, replace(message, state="handled", last_error=None), at)

    def postpone(
        self, message: OutboxMessage, *, until: datetime, error: str, reacted: frozenset[str]
    ) -> None:
        self._report(message, replace(message, last_error=error, reacted=reacted), until)

    def park(
        self, message: OutboxMessage, *, at: datetime, error: str, reacted: frozenset[str]
    ) -> None:
        parked = replace(message, state="parked", last_error=error, reacted=reacted)
        self._report(message, parked, at)

    def parked(self, *, limit: int = 100) -> Sequence[OutboxMessage]:
        return [each for each in self._messages.values() if each.state == "parked"][:limit]

    def retry(self, *, at: datetime, ids: Sequence[int] | None = None) -> int:
        chosen = [each for each in self.parked() if ids is None or each.id in ids]
        for message in chosen:
            self._messages[message.id] = replace(message, state="pending", attempts=0)
            self._times[message.id] = at
            told = OutboxMessageRetried(
                occurred_at=at, message_id=message.id, message_name=message.name
            )
            self.put(told, self._retried_by)
        return len(chosen)

    def waiting(self) -> int:
        return sum(each.state == "pending" for each in self._messages.values())

    def prune(self, *, before: datetime) -> int:
        old = [
            number
            for number, message in self._messages.items()
            if message.state == "handled" and self._times[number] < before
        ]
        for number in old:
            del self._messages[number]
        return len(old)

    def _report(self, claimed: OutboxMessage, outcome: OutboxMessage, time: datetime) -> None:
        with self._lock:
            if self._messages[claimed.id] == claimed:
                self._messages[claimed.id] = outcome
                self._times[claimed.id] = time
