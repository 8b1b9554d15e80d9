"""Contract of the webhook events repository."""

from dataclasses import asdict
from datetime import timedelta

import pytest

from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.application.ports.webhook_events import EventState, StoredEvent, WebhookEventNotFound
from tests.support.builders.ordering import NOON


def _event(id: str = "evt_1", *, due: int = 0) -> StoredEvent:
    return StoredEvent(
        id=id,
        type="payment_intent.succeeded",
        payload='{"id": "evt_1", "price": "₹1"}',
        received_at=NOON,
        next_attempt_at=NOON + timedelta(seconds=due),
    )


class WebhookEventsContract:
    """Subclasses provide `begin`."""

    def _store(self, begin: UnitOfWorkFactory, event: StoredEvent) -> bool:
        with begin() as work:
            is_new = work.webhook_events.store(event)
            work.commit()
        return is_new

    def test_duplicate_event_is_not_stored(self, begin: UnitOfWorkFactory) -> None:
        assert self._store(begin, _event())
        other = _event()
        other.payload = "{}"
        assert not self._store(begin, other)
        with begin() as work:
            assert asdict(work.webhook_events.get("evt_1")) == asdict(_event())

    def test_get_of_an_unknown_event_raises(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work, pytest.raises(WebhookEventNotFound):
            work.webhook_events.get("evt_1")

    @pytest.mark.parametrize("state", ["handled", "quarantined", "parked"])
    def test_settled_event_is_loaded_with_all_fields(
        self, begin: UnitOfWorkFactory, state: str
    ) -> None:
        self._store(begin, _event())
        with begin() as work:
            event = work.webhook_events.get("evt_1")
            event.attempts = 3
            event.settle(EventState(state), at=NOON + timedelta(seconds=1), note="Because.")
            work.webhook_events.save(event)
            work.commit()
        with begin() as work:
            assert asdict(work.webhook_events.get("evt_1")) == asdict(event)
            assert work.webhook_events.due(NOON + timedelta(days=1), limit=10) == []

    def test_due_events_are_ordered_by_time(self, begin: UnitOfWorkFactory) -> None:
        for index, due in enumerate((9, 3, 5, 6)):
            self._store(begin, _event(f"evt_{index}", due=due))
        at = NOON + timedelta(seconds=6)
        with begin() as work:
            assert work.webhook_events.due(at, limit=10) == ["evt_1", "evt_2", "evt_3"]
            assert work.webhook_events.due(at, limit=1) == ["evt_1"]

    def test_event_is_not_due_before_its_next_attempt(self, begin: UnitOfWorkFactory) -> None:
        self._store(begin, _event(due=3))
        at = NOON + timedelta(seconds=3)
        with begin() as work:
            event = work.webhook_events.get("evt_1")
            assert work.webhook_events.due(at - timedelta(microseconds=1), limit=10) == []
            event.begin_attempt(retry_at=at + timedelta(seconds=1))
            work.webhook_events.save(event)
            work.commit()
        with begin() as work:
            assert work.webhook_events.due(at, limit=10) == []
            assert work.webhook_events.due(at + timedelta(seconds=1), limit=10) == ["evt_1"]
