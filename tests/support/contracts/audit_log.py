"""Contract of `AuditLog`."""

from datetime import UTC, datetime, timedelta

import pytest

from novacart.application.audit.hash_chain import EMPTY
from novacart.application.audit.verify_audit_log import VerifyAuditLog
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


class AuditLogContract:
    @pytest.fixture
    def audit_log(self) -> AuditLog:
        raise NotImplementedError

    def test_empty_log_ends_with_the_initial_hash(self, audit_log: AuditLog) -> None:
        assert audit_log.end() == EMPTY
        assert audit_log.entries(after=0, limit=10) == []

    def test_entry_copies_the_message(self, audit_log: AuditLog) -> None:
        audit_log.add([message(41)])

        [entry] = audit_log.entries(after=0, limit=10)
        assert entry.position == 1
        assert entry.message_id == 41
        assert entry.action == "order.shipped"
        assert entry.version == 1
        assert entry.subject == "order:41"
        assert entry.actor == "staff:7"
        assert entry.request_id == "request-41"
        assert entry.occurred_at == NOON + timedelta(seconds=41)
        assert entry.payload == '{"carrier":"Dák ✉","nothing":null,"order_id":41}'

    def test_positions_are_gapless_and_in_order_of_insertion(self, audit_log: AuditLog) -> None:
        for number in (9, 3, 5):
            audit_log.add([message(number)])

        entries = audit_log.entries(after=1, limit=1)
        assert [(entry.position, entry.message_id) for entry in entries] == [(2, 3)]
        assert audit_log.end().length == 3

    def test_message_is_added_once(self, audit_log: AuditLog) -> None:
        audit_log.add([message(1)])
        audit_log.add([message(1, attempts=2)])

        assert audit_log.end().length == 1

    def test_new_messages_of_a_batch_are_added(self, audit_log: AuditLog) -> None:
        audit_log.add([message(1), message(3)])
        audit_log.add([message(1), message(2), message(3), message(4)])

        entries = audit_log.entries(after=0, limit=10)
        assert [(entry.position, entry.message_id) for entry in entries] == [
            (1, 1),
            (2, 3),
            (3, 2),
            (4, 4),
        ]
        assert VerifyAuditLog(audit_log)().broken_at is None

    def test_each_entry_contains_the_hash_of_the_previous(self, audit_log: AuditLog) -> None:
        audit_log.add([message(1)])
        audit_log.add([message(2, request_id=None)])

        first, second = audit_log.entries(after=0, limit=10)
        assert first.previous_hash == EMPTY.hash
        assert second.previous_hash == first.hash
        assert audit_log.end().hash == second.hash
        assert VerifyAuditLog(audit_log)().broken_at is None
