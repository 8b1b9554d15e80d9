"""Contract of `Outbox`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from novacart.application.audit.verify_audit_log import VerifyAuditLog
from novacart.application.ports.audit_log import AuditLog
from novacart.application.ports.outbox import Outbox, OutboxMessage
from novacart.application.ports.request_context import RequestContext
from novacart.domain.shared.events import DomainEvent

NOON = datetime(2026, 3, 14, 12, 0, 0, 123456, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)
MOMENT = timedelta(microseconds=1)
STORED_BY = RequestContext(actor="staff:4", request_id="abc-1")
RETRIER = RequestContext(actor="staff:9", request_id="retry-1")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShutterOpened(DomainEvent):
    name: ClassVar[str] = "test.shutter_opened"
    version: ClassVar[int] = 3

    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShutterOrdered(DomainEvent):
    """Its subject is the order."""

    name: ClassVar[str] = "test.shutter_ordered"

    order_id: int
    step: int


def ordered(order_id: int, step: int, *, at: datetime = NOON) -> ShutterOrdered:
    return ShutterOrdered(occurred_at=at, order_id=order_id, step=step)


def steps(messages: Sequence[OutboxMessage]) -> list[tuple[int, int]]:
    """Return the order and the step of each message."""
    return [(message.payload["order_id"], message.payload["step"]) for message in messages]


def opened(height: int = 1, *, at: datetime = NOON) -> ShutterOpened:
    return ShutterOpened(occurred_at=at, height=height)


class OutboxContract:
    """Subclasses provide `outbox`, whose current context is `RETRIER`, `store` and `audit_log`.

    `store` commits events to the outbox with the context `STORED_BY`.
    """

    def test_next_messages_may_be_returned_without_a_claim(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened(1), opened(2), opened(3), opened(4, at=LATER))
        unclaimed = outbox.unclaimed(at=NOON, limit=2)
        # PostgreSQL returns none.
        assert [message.payload["height"] for message in unclaimed] in ([1, 2], [])
        assert {message.attempts for message in unclaimed} <= {0}
        (first,) = outbox.claim(at=NOON, until=NOON)
        assert first.payload["height"] == 1
        assert outbox.unclaimed(at=NOON, limit=2) == []

    def test_message_is_not_returned_before_it_is_due(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened(1, at=LATER))
        assert outbox.unclaimed(at=LATER - MOMENT, limit=5) == []

    def test_later_message_of_a_subject_is_not_returned_while_an_earlier_one_is_claimed(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(ordered(5, 1), ordered(5, 2))
        assert steps(outbox.claim(at=NOON, until=LATER)) == [(5, 1)]
        assert outbox.unclaimed(at=NOON, limit=5) == []

    def test_messages_are_completed_with_their_audit_entries(
        self, outbox: Outbox, store: Callable[..., None], audit_log: AuditLog
    ) -> None:
        store(opened(1), opened(2), opened(3))
        first, second, third = outbox.claim(at=NOON, until=LATER, limit=3)
        outbox.release([first, second])
        assert audit_log.complete([first, second], NOON)
        assert outbox.count_pending() == 1
        # The third one is claimed, the first one was handled.
        for messages in ([third], [first], [second, third]):
            assert not audit_log.complete(messages, LATER)
        outbox.release([third])
        audit_log.add([third])
        assert not audit_log.complete([third], LATER)
        assert outbox.count_pending() == 1
        entries = audit_log.entries(after=0, limit=10)
        assert [entry.message_id for entry in entries] == [first.id, second.id, third.id]
        assert VerifyAuditLog(audit_log)().broken_at is None

    def test_claim_returns_the_stored_event(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened(7))
        (message,) = outbox.claim(at=NOON, until=LATER)
        assert (message.name, message.version) == ("test.shutter_opened", 3)
        assert ShutterOpened.from_payload(dict(message.payload)) == opened(7)
        assert (message.actor, message.request_id) == (STORED_BY.actor, STORED_BY.request_id)
        assert message.occurred_at == NOON
        assert message.attempts == 1

    def test_integers_of_any_size_are_stored(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened(2**70))
        [message] = outbox.claim(at=NOON, until=LATER)
        assert message.payload["height"] == 2**70

    def test_message_is_not_claimed_before_it_is_due(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened(at=LATER))
        assert outbox.claim(at=NOON, until=LATER) == []
        assert outbox.claim(at=LATER - MOMENT, until=LATER) == []
        assert outbox.claim(at=LATER, until=LATER)

    def test_attempted_message_is_not_claimed_before_it_is_due(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        """It is one whose worker was killed, whose attempt failed, or that was parked."""
        store(opened(1), opened(2), opened(3))
        _killed, failed, parked = outbox.claim(at=NOON, until=LATER, limit=3)
        outbox.postpone(failed, until=LATER, error="no answer", handled_by=frozenset())
        outbox.park(parked, at=NOON, error="poison", handled_by=frozenset())
        assert outbox.retry(at=LATER) == 1
        until = LATER + timedelta(minutes=5)
        for limit in (1, 5):
            assert outbox.claim(at=LATER - MOMENT, until=until, limit=limit) == []
        batches = [outbox.claim(at=LATER, until=until, limit=5) for _ in range(3)]
        heights = [[message.payload.get("height") for message in batch] for batch in batches]
        # The last one is the event of the retry.
        assert heights == [[1], [2], [3, None]]

    def test_oldest_message_is_claimed_first(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened(1), opened(2), opened(3))
        claimed = [message for _ in range(3) for message in outbox.claim(at=NOON, until=LATER)]
        assert [message.payload["height"] for message in claimed] == [1, 2, 3]

    def test_claim_returns_at_most_the_limit(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(*(opened(height) for height in range(1, 6)), opened(6, at=LATER))
        first = outbox.claim(at=NOON, until=LATER, limit=3)
        second = outbox.claim(at=NOON, until=LATER, limit=3)
        assert [message.payload["height"] for message in first] == [1, 2, 3]
        assert [message.payload["height"] for message in second] == [4, 5]
        assert {message.attempts for message in (*first, *second)} == {1}

    def test_message_that_was_attempted_is_claimed_alone(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened(1), opened(2))
        for message in outbox.claim(at=NOON, until=LATER, limit=10):
            outbox.postpone(message, until=NOON, error="no answer", handled_by=frozenset())
        store(opened(3, at=NOON + timedelta(seconds=1)), opened(4, at=NOON + timedelta(seconds=1)))
        batches = [outbox.claim(at=LATER, until=LATER, limit=10) for _ in range(3)]
        heights = [[message.payload["height"] for message in batch] for batch in batches]
        assert heights == [[1], [2], [3, 4]]

    def test_claimed_message_is_due_again_when_the_claim_expires(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened())
        assert outbox.claim(at=NOON, until=LATER)
        assert outbox.claim(at=NOON + timedelta(minutes=4), until=LATER) == []
        (again,) = outbox.claim(at=LATER, until=LATER + timedelta(minutes=5))
        assert again.attempts == 2

    def test_only_the_current_claim_can_be_extended(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened())
        (first,) = outbox.claim(at=NOON, until=LATER)
        much_later = LATER + timedelta(minutes=5)
        outbox.extend(first, until=much_later)
        assert outbox.claim(at=LATER, until=much_later) == []
        assert outbox.claim(at=much_later, until=much_later)
        outbox.extend(first, until=much_later + timedelta(minutes=5))
        assert outbox.claim(at=much_later, until=much_later)

    def test_released_messages_are_due_as_if_they_were_not_claimed(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened(1), opened(2), opened(3))
        first, *others = outbox.claim(at=NOON, until=LATER, limit=10)
        outbox.release(others)
        outbox.release([])
        assert outbox.claim(at=NOON, until=LATER, limit=10) == others
        outbox.complete([first], at=NOON)
        assert outbox.count_pending() == 2

    def test_only_the_current_claim_can_be_released(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened())
        slow = outbox.claim(at=NOON, until=LATER)
        assert outbox.claim(at=LATER, until=LATER + timedelta(minutes=5))
        outbox.release(slow)
        assert outbox.claim(at=LATER, until=LATER) == []

    def test_released_message_comes_before_messages_that_were_stored_later(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened(1))
        claimed = outbox.claim(at=NOON, until=LATER)
        store(opened(2, at=NOON + timedelta(seconds=1)))
        outbox.release(claimed)
        (first,) = outbox.claim(at=LATER, until=LATER)
        assert first.payload["height"] == 1

    def test_later_message_of_a_subject_waits_for_an_earlier_claimed_one(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(ordered(5, 1), ordered(5, 2), ordered(6, 1))
        first = outbox.claim(at=NOON, until=LATER)
        other = outbox.claim(at=NOON, until=LATER, limit=10)
        assert (steps(first), steps(other)) == ([(5, 1)], [(6, 1)])
        assert outbox.claim(at=NOON, until=LATER, limit=10) == []
        outbox.complete(first, at=NOON)
        assert steps(outbox.claim(at=NOON, until=LATER, limit=10)) == [(5, 2)]

    def test_batch_has_the_messages_of_a_subject_in_order(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(ordered(5, 1), ordered(6, 1), ordered(5, 2))
        batch = outbox.claim(at=NOON, until=LATER, limit=10)
        assert steps(batch) == [(5, 1), (6, 1), (5, 2)]

    def test_messages_of_a_worker_that_was_killed_are_claimed_in_order(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(ordered(5, 1), ordered(5, 2), ordered(6, 1))
        assert outbox.claim(at=NOON, until=LATER, limit=10)
        expired, until = LATER, LATER + timedelta(minutes=5)
        first = outbox.claim(at=expired, until=until)
        second = outbox.claim(at=expired, until=until)
        assert (steps(first), steps(second)) == ([(5, 1)], [(6, 1)])
        assert outbox.claim(at=expired, until=until) == []
        outbox.complete(first, at=expired)
        assert steps(outbox.claim(at=expired, until=until)) == [(5, 2)]

    def test_message_whose_attempt_failed_does_not_hold_up_later_ones(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(ordered(5, 1), ordered(5, 2))
        (first,) = outbox.claim(at=NOON, until=LATER)
        outbox.postpone(first, until=LATER, error="no answer", handled_by=frozenset())
        assert steps(outbox.claim(at=NOON, until=LATER, limit=10)) == [(5, 2)]

    def test_messages_whose_claim_expired_are_not_completed_with_the_others(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened(1), opened(2), opened(3))
        claimed = outbox.claim(at=NOON, until=LATER, limit=10)
        (taken,) = outbox.claim(at=LATER, until=LATER + timedelta(minutes=5))
        outbox.complete(claimed, at=LATER)
        outbox.complete([], at=LATER)
        assert outbox.count_pending() == 1
        outbox.complete([taken], at=LATER)
        assert outbox.count_pending() == 0

    def test_completed_message_is_not_claimed_again(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened())
        (message,) = outbox.claim(at=NOON, until=LATER)
        outbox.complete([message], at=NOON)
        assert outbox.claim(at=LATER, until=LATER) == []
        assert outbox.count_pending() == 0

    def test_postponed_message_keeps_its_error_and_handlers(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened())
        (message,) = outbox.claim(at=NOON, until=LATER)
        soon = NOON + timedelta(seconds=5)
        outbox.postpone(message, until=soon, error="no answer", handled_by=frozenset({"A", "B"}))
        assert outbox.claim(at=NOON, until=LATER) == []
        (again,) = outbox.claim(at=soon, until=LATER)
        assert again == replace(
            message, attempts=2, last_error="no answer", handled_by=frozenset({"A", "B"})
        )

    def test_report_with_an_expired_claim_has_no_effect(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened())
        (slow,) = outbox.claim(at=NOON, until=LATER)
        (fast,) = outbox.claim(at=LATER, until=LATER + timedelta(minutes=5))
        outbox.park(slow, at=LATER, error="too late", handled_by=frozenset())
        assert outbox.parked() == []
        outbox.complete([fast], at=LATER)
        assert outbox.count_pending() == 0

    def test_parked_message_is_listed_and_not_claimed(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened(1), opened(2))
        (message,) = outbox.claim(at=NOON, until=LATER)
        outbox.park(message, at=NOON, error="poison", handled_by=frozenset({"A"}))
        assert [each.last_error for each in outbox.parked()] == ["poison"]
        (other,) = outbox.claim(at=LATER, until=LATER)
        assert other.payload["height"] == 2

    def test_retry_makes_parked_messages_pending(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened(1), opened(2))
        for _ in range(2):
            (message,) = outbox.claim(at=NOON, until=LATER)
            outbox.park(message, at=NOON, error="poison", handled_by=frozenset({"A"}))
        first = outbox.parked()[0]
        assert outbox.retry(at=NOON, ids=[first.id]) == 1
        (again,) = outbox.claim(at=NOON, until=LATER)
        assert (again.id, again.attempts, again.handled_by) == (first.id, 1, frozenset({"A"}))
        assert outbox.retry(at=NOON) == 1
        assert outbox.retry(at=NOON) == 0

    def test_retry_stores_an_event(self, outbox: Outbox, store: Callable[..., None]) -> None:
        store(opened(1), opened(2))
        for _ in range(2):
            (message,) = outbox.claim(at=NOON, until=LATER)
            outbox.park(message, at=NOON, error="poison", handled_by=frozenset())
        first = outbox.parked()[0]
        outbox.retry(at=LATER, ids=[first.id, 987_654])
        outbox.retry(at=LATER, ids=[first.id])
        again, event = outbox.claim(at=LATER, until=LATER + timedelta(hours=1), limit=10)
        assert again.id == first.id
        assert (event.name, event.payload["message_id"], event.payload["message_name"]) == (
            "outbox_message.retried",
            first.id,
            "test.shutter_opened",
        )
        assert (event.actor, event.request_id) == ("staff:9", "retry-1")
        assert outbox.claim(at=LATER, until=LATER) == []

    def test_prune_deletes_old_handled_messages(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened(1), opened(2))
        (message,) = outbox.claim(at=NOON, until=LATER)
        outbox.complete([message], at=NOON)
        assert outbox.prune(before=NOON) == 0
        assert outbox.prune(before=LATER) == 1
        assert outbox.count_pending() == 1
