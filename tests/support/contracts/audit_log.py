from datetime import UTC, datetime, timedelta

import pytest

from novacart.application.back_office.audit_log_chain import EMPTY
from novacart.application.back_office.verify_audit_log import VerifyAuditLog
from novacart.application.ports.audit_log import AuditLog
from novacart.application.ports.outbox import OutboxMessage

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


def message(number: int, **changes: object) -> OutboxMessage:
    fields: dict[str, object] = {
        "id": number,
        "name": "order.shipped",
        "version": 1,
        "payload": {"order_id": number, "carrier": "Dák ✉", "nothing": None},
        "actor": "staff:7",
        "request_id": f"request-{number}",
        "occurred_at": NOON + timedelta(seconds=number),
        "attempts": 1,
    }
    return OutboxMessage(**{**fields, **changes})  # type: ignore[arg-type]


class AuditTrailContract:
    @pytest.fixture
    def trail(self) -> AuditLog:
        raise AssertionError("a suite gives its own")

    def test_an_empty_trail_ends_where_every_trail_begins(self, trail: AuditLog) -> None:
        assert trail.end() == EMPTY
        assert trail.entries(after=0, limit=10) == []

    def test_an_entry_tells_all_that_the_message_told(self, trail: AuditLog) -> None:
        trail.add(message(41))

        [entry] = trail.entries(after=0, limit=10)
        assert entry.position == 1
        assert entry.message_id == 41
        assert entry.action == "order.shipped"
        assert entry.version == 1
        assert entry.subject == "order:41"
        assert entry.actor == "staff:7"
        assert entry.request_id == "request-41"
        assert entry.occurred_at == NOON + timedelta(seconds=41)
        assert entry.payload == '{"carrier":"Dák ✉","nothing":null,"order_id":41}'

    def test_positions_have_no_gap_and_follow_the_order_of_adding(self, trail: AuditLog) -> None:
        for number in (9, 3, 5):
            trail.add(message(number))

        entries = trail.entries(after=1, limit=1)
        assert [(entry.position, entry.message_id) for entry in entries] == [(2, 3)]
        assert trail.end().length == 3

    def test_a_message_is_entered_once(self, trail: AuditLog) -> None:
        trail.add(message(1))
        trail.add(message(1, attempts=2))

        assert trail.end().length == 1

    def test_each_entry_is_bound_to_the_one_before(self, trail: AuditLog) -> None:
        trail.add(message(1))
        trail.add(message(2, request_id=None))

        first, second = trail.entries(after=0, limit=10)
        assert first.previous_hash == EMPTY.hash
        assert second.previous_hash == first.hash
        assert trail.end().hash == second.hash
        assert VerifyAuditLog(trail=trail)().broken_at is None
