from dataclasses import replace

import pytest

from novacart.application.audit.hash_chain import hash_of
from novacart.application.audit.verify_audit_log import ChainReport, VerifyAuditLog
from tests.fakes.audit_log import FakeAuditLog
from tests.support.contracts.audit_log import AuditLogContract, message


class TestFakeAuditLog(AuditLogContract):
    @pytest.fixture
    def audit_log(self) -> FakeAuditLog:
        return FakeAuditLog()


@pytest.fixture
def audit_log() -> FakeAuditLog:
    audit_log = FakeAuditLog()
    for number in range(1, 6):
        audit_log.add([message(number)])
    return audit_log


def verify(audit_log: FakeAuditLog) -> ChainReport:
    return VerifyAuditLog(audit_log)()


def test_unchanged_log_is_complete(audit_log: FakeAuditLog) -> None:
    assert verify(audit_log) == ChainReport(
        entries=5, broken_at=None, explanation="The chain is complete."
    )


def test_verification_yields_the_processor_for_each_entry(
    audit_log: FakeAuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    yields: list[None] = []
    monkeypatch.setattr("novacart.application.processor_time._INTERVAL", 0.0)
    monkeypatch.setattr("novacart.application.processor_time._yield", lambda: yields.append(None))
    verify(audit_log)
    assert len(yields) == 5


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("message_id", 99),
        ("action", "order.cancelled"),
        ("version", 2),
        ("subject", "order:99"),
        ("actor", "staff:1"),
        ("request_id", None),
        ("occurred_at", message(99).occurred_at),
        ("payload", "{}"),
    ],
)
def test_changed_field_is_detected(audit_log: FakeAuditLog, field: str, value: object) -> None:
    audit_log.rows[2] = replace(audit_log.rows[2], **{field: value})  # type: ignore[arg-type]
    assert verify(audit_log).broken_at == 3


def test_changed_entry_with_a_new_hash_is_detected_at_the_next_entry(
    audit_log: FakeAuditLog,
) -> None:
    forged = replace(audit_log.rows[2], actor="staff:1")
    audit_log.rows[2] = replace(forged, hash=hash_of(forged))
    assert verify(audit_log).broken_at == 4


def test_removed_entry_is_detected(audit_log: FakeAuditLog) -> None:
    del audit_log.rows[2]
    assert verify(audit_log).broken_at == 4


def test_truncated_log_is_detected(audit_log: FakeAuditLog) -> None:
    del audit_log.rows[3:]
    assert verify(audit_log) == ChainReport(
        entries=3, broken_at=4, explanation="2 entries are missing at the end."
    )


def test_replaced_last_entry_is_detected(audit_log: FakeAuditLog) -> None:
    forged = replace(audit_log.rows[-1], actor="staff:1")
    audit_log.rows[-1] = replace(forged, hash=hash_of(forged))
    assert verify(audit_log).broken_at == 5


def test_subject_comes_from_the_ids_in_the_payload() -> None:
    audit_log = FakeAuditLog()
    audit_log.add([message(1, payload={"product_id": 3, "after": {"title": "x"}})])
    audit_log.add([message(2, payload={"user_id": 4})])
    audit_log.add([message(3, payload={})])
    assert [row.subject for row in audit_log.rows] == ["product:3", "user:4", "shop"]
