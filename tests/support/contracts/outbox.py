"""What every outbox promises its workers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from novacart.application.ports.outbox import Outbox
from novacart.application.ports.request_context import RequestContext
from novacart.domain.shared.events import DomainEvent

NOON = datetime(2026, 3, 14, 12, 0, 0, 123456, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)
RETRIER = RequestContext(actor="staff:9", request_id="again-1")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShutterOpened(DomainEvent):
    name: ClassVar[str] = "test.shutter_opened"
    version: ClassVar[int] = 3

    height: int


def opened(height: int = 1, *, at: datetime = NOON) -> ShutterOpened:
    return ShutterOpened(occurred_at=at, height=height)


class OutboxContract:
    """Subclasses give `outbox`, used by `RETRIER`, and `store`, which commits events into it."""

    def test_a_message_is_the_event_as_it_was_stored(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened(7))
        message = outbox.claim(at=NOON, until=LATER)
        assert message is not None
        assert (message.name, message.version) == ("test.shutter_opened", 3)
        assert ShutterOpened.from_payload(dict(message.payload)) == opened(7)
        assert (message.actor, message.request_id) == ("staff:4", "abc-1")
        assert message.occurred_at == NOON
        assert message.attempts == 1

    def test_nothing_is_claimed_before_it_is_due(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened(at=LATER))
        assert outbox.claim(at=NOON, until=LATER) is None

    def test_the_oldest_comes_first(self, outbox: Outbox, store: Callable[..., None]) -> None:
        store(opened(1), opened(2), opened(3))
        claimed = [outbox.claim(at=NOON, until=LATER) for _ in range(3)]
        assert [each.payload["height"] for each in claimed if each] == [1, 2, 3]

    def test_what_is_claimed_is_given_to_nobody_else_until_the_claim_runs_out(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened())
        assert outbox.claim(at=NOON, until=LATER) is not None
        assert outbox.claim(at=NOON + timedelta(minutes=4), until=LATER) is None
        again = outbox.claim(at=LATER, until=LATER + timedelta(minutes=5))
        assert again is not None
        assert again.attempts == 2

    def test_a_claim_can_be_extended_by_whoever_holds_it(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened())
        held = outbox.claim(at=NOON, until=LATER)
        assert held is not None
        much_later = LATER + timedelta(minutes=5)
        outbox.extend(held, until=much_later)
        assert outbox.claim(at=LATER, until=much_later) is None
        taken = outbox.claim(at=much_later, until=much_later)
        assert taken is not None
        outbox.extend(held, until=much_later + timedelta(minutes=5))
        assert outbox.claim(at=much_later, until=much_later) is not None

    def test_what_is_settled_never_comes_again(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened())
        message = outbox.claim(at=NOON, until=LATER)
        assert message is not None
        outbox.settle(message, at=NOON)
        assert outbox.claim(at=LATER, until=LATER) is None
        assert outbox.waiting() == 0

    def test_what_is_postponed_comes_again_with_what_was_done(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened())
        message = outbox.claim(at=NOON, until=LATER)
        assert message is not None
        soon = NOON + timedelta(seconds=5)
        outbox.postpone(message, until=soon, error="no answer", reacted=frozenset({"A", "B"}))
        assert outbox.claim(at=NOON, until=LATER) is None
        again = outbox.claim(at=soon, until=LATER)
        assert again == replace(
            message, attempts=2, last_error="no answer", reacted=frozenset({"A", "B"})
        )

    def test_who_was_slower_than_the_claim_changes_nothing(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened())
        slow = outbox.claim(at=NOON, until=LATER)
        fast = outbox.claim(at=LATER, until=LATER + timedelta(minutes=5))
        assert slow is not None
        assert fast is not None
        outbox.park(slow, at=LATER, error="too late", reacted=frozenset())
        assert outbox.parked() == []
        outbox.settle(fast, at=LATER)
        assert outbox.waiting() == 0

    def test_what_is_parked_waits_for_a_person(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened(1), opened(2))
        message = outbox.claim(at=NOON, until=LATER)
        assert message is not None
        outbox.park(message, at=NOON, error="poison", reacted=frozenset({"A"}))
        assert [each.last_error for each in outbox.parked()] == ["poison"]
        other = outbox.claim(at=LATER, until=LATER)
        assert other is not None
        assert other.payload["height"] == 2

    def test_a_parked_message_can_be_tried_again(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened(1), opened(2))
        for _ in range(2):
            message = outbox.claim(at=NOON, until=LATER)
            assert message is not None
            outbox.park(message, at=NOON, error="poison", reacted=frozenset({"A"}))
        first = outbox.parked()[0]
        assert outbox.retry(at=NOON, ids=[first.id]) == 1
        again = outbox.claim(at=NOON, until=LATER)
        assert again is not None
        assert (again.id, again.attempts, again.reacted) == (first.id, 1, frozenset({"A"}))
        assert outbox.retry(at=NOON) == 1
        assert outbox.retry(at=NOON) == 0

    def test_a_retry_is_told_of_itself(self, outbox: Outbox, store: Callable[..., None]) -> None:
        store(opened(1), opened(2))
        for _ in range(2):
            message = outbox.claim(at=NOON, until=LATER)
            assert message is not None
            outbox.park(message, at=NOON, error="poison", reacted=frozenset())
        first = outbox.parked()[0]
        outbox.retry(at=LATER, ids=[first.id, 987_654])
        outbox.retry(at=LATER, ids=[first.id])
        again, told = (outbox.claim(at=LATER, until=LATER + timedelta(hours=1)) for _ in range(2))
        assert again is not None
        assert again.id == first.id
        assert told is not None
        assert (told.name, told.payload["message_id"], told.payload["message_name"]) == (
            "outbox_message.retried",
            first.id,
            "test.shutter_opened",
        )
        assert (told.actor, told.request_id) == ("staff:9", "again-1")
        assert outbox.claim(at=LATER, until=LATER) is None

    def test_only_what_was_handled_long_ago_is_pruned(
        self, outbox: Outbox, store: Callable[..., None]
    ) -> None:
        store(opened(1), opened(2))
        message = outbox.claim(at=NOON, until=LATER)
        assert message is not None
        outbox.settle(message, at=NOON)
        assert outbox.prune(before=NOON) == 0
        assert outbox.prune(before=LATER) == 1
        assert outbox.waiting() == 1
