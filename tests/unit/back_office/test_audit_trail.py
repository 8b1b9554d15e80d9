from dataclasses import replace

import pytest

from novacart.application.back_office.audit_log_chain import hash_of
from novacart.application.back_office.verify_audit_log import ChainReport, VerifyAuditLog
from tests.fakes.audit_log import FakeAuditLog
from tests.support.contracts.audit_log import AuditLogContract, message


class TestMemoryAuditTrail(AuditLogContract):
    @pytest.fixture
    def audit_log(self) -> FakeAuditLog:
        return FakeAuditLog()


@pytest.fixture
def trail() -> FakeAuditLog:
    trail = FakeAuditLog()
    for number in range(1, 6):
        trail.add(message(number))
    return trail


def report(trail: FakeAuditLog) -> ChainReport:
    return VerifyAuditLog(trail=trail)()


def test_an_honest_trail_holds(trail: FakeAuditLog) -> None:
    assert report(trail) == ChainReport(entries=5, broken_at=None, explanation="Every entry fits.")


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
def test_a_changed_field_shows(trail: FakeAuditLog, field: str, value: object) -> None:
    trail.rows[2] = replace(trail.rows[2], **{field: value})  # type: ignore[arg-type]

    assert report(trail).broken_at == 3


def test_a_changed_entry_with_a_new_hash_of_its_own_shows_at_the_next(
    trail: FakeAuditLog,
) -> None:
    forged = replace(trail.rows[2], actor="staff:1")
    trail.rows[2] = replace(forged, hash=hash_of(forged))

    assert report(trail).broken_at == 4


def test_a_removed_entry_shows(trail: FakeAuditLog) -> None:
    del trail.rows[2]

    assert report(trail).broken_at == 4


def test_entries_cut_off_the_end_show(trail: FakeAuditLog) -> None:
    del trail.rows[3:]

    assert report(trail) == ChainReport(
        entries=3, broken_at=4, explanation="2 entries are missing at the end."
    )


def test_another_last_entry_shows(trail: FakeAuditLog) -> None:
    forged = replace(trail.rows[-1], actor="staff:1")
    trail.rows[-1] = replace(forged, hash=hash_of(forged))

    assert report(trail).broken_at == 5


def test_what_an_event_is_about_is_found_in_its_payload() -> None:
    trail = FakeAuditLog()
    trail.add(message(1, payload={"product_id": 3, "after": {"title": "x"}}))
    trail.add(message(2, payload={"user_id": 4}))
    trail.add(message(3, payload={}))

    assert [row.subject for row in trail.rows] == ["product:3", "user:4", "shop"]
