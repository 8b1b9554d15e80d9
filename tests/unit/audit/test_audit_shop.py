from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from novacart.adapters.sandbox.unavailable_gateway import UnavailableGateway
from novacart.application.audit import audit_shop, verify_audit_log
from novacart.application.audit.audit_shop import AuditReport, AuditShop
from novacart.application.audit.verify_audit_log import VerifyAuditLog
from novacart.application.ports.audit_reader import CheckResult, RecordedBalance, RecordedPayment
from novacart.application.ports.payment_gateway import OpenPaymentRequest, PaymentGateway
from novacart.domain.payments.reports import ProviderReport
from novacart.domain.shared.ids import OrderId, PaymentId
from novacart.domain.shared.money import Money
from tests.fakes.audit_log import FakeAuditLog
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.fakes.system_checks import FakeSystemChecks
from tests.support.clock import SetClock
from tests.support.contracts.audit_log import message

NOW = SetClock().now()


@dataclass
class StubAuditReader:
    recorded: list[RecordedPayment] = field(default_factory=list)
    recorded_balances: dict[str, RecordedBalance] = field(default_factory=dict)
    violations: dict[int, str] = field(default_factory=dict)

    def check(self, number: int, *, now: datetime) -> CheckResult:  # noqa: ARG002
        violation = self.violations.get(number)
        return CheckResult(checked=1, violations=[violation] if violation else [])

    def excess_reservations(self) -> Sequence[OrderId]:
        return []

    def newest_payments_since(self, count: int) -> datetime | None:
        times = sorted((payment.created_at for payment in self.recorded), reverse=True)
        return times[count] if len(times) > count else None

    def payments(self, *, since: datetime, now: datetime) -> Sequence[RecordedPayment]:  # noqa: ARG002
        return [payment for payment in self.recorded if payment.created_at >= since]

    def balances(self, *, now: datetime) -> Mapping[str, RecordedBalance]:  # noqa: ARG002
        return dict(self.recorded_balances)


@pytest.fixture
def reader() -> StubAuditReader:
    return StubAuditReader()


@pytest.fixture
def results() -> FakeSystemChecks:
    return FakeSystemChecks()


@pytest.fixture
def gateway() -> FakePaymentGateway:
    return FakePaymentGateway(SetClock())


def audit(
    reader: StubAuditReader,
    gateway: PaymentGateway,
    results: FakeSystemChecks | None = None,
    *,
    audit_log: FakeAuditLog | None = None,
) -> AuditReport:
    return AuditShop(
        reader=reader,
        gateway=gateway,
        verify_audit_log=VerifyAuditLog(audit_log or FakeAuditLog()),
        results=results or FakeSystemChecks(),
        clock=SetClock(),
    )()


def pay(gateway: FakePaymentGateway, amount: int) -> str:
    request = OpenPaymentRequest(
        payment_id=PaymentId(1),
        order_id=OrderId(2),
        order_number="NC-1",
        amount=Money(amount, "INR"),
        email="asha@example.com",
        key="k1",
    )
    reference = gateway.open_payment(request).reference
    gateway.pay(reference)
    return reference


def recorded_payment(reference: str, amount: int, *, at: datetime = NOW) -> RecordedPayment:
    return RecordedPayment(
        reference=reference, order_number="NC-1", captured=Money(amount, "INR"), created_at=at
    )


def violations_of(report: AuditReport, number: int) -> list[str]:
    (finding,) = (each for each in report.findings if each.invariant.number == number)
    return list(finding.result.violations)


def test_equal_records_violate_nothing(
    reader: StubAuditReader, gateway: FakePaymentGateway, results: FakeSystemChecks
) -> None:
    reader.recorded = [recorded_payment(pay(gateway, 500), 500)]
    reader.recorded_balances["INR"] = RecordedBalance(captured=500)
    report = audit(reader, gateway, results)
    assert report.holds
    assert results.recorded["audit"] == (True, report.summary)
    assert "the provider's records agree" in report.summary


def test_violation_in_the_database_is_reported_and_recorded(
    reader: StubAuditReader, gateway: FakePaymentGateway, results: FakeSystemChecks
) -> None:
    reader.violations[6] = "Product 7 differs from its ledger."
    report = audit(reader, gateway, results)
    assert not report.holds
    assert violations_of(report, 6) == ["Product 7 differs from its ledger."]
    assert results.recorded["audit"][0] is False
    assert "stock ledger" in report.summary


def test_capture_without_order_is_a_violation(
    reader: StubAuditReader, gateway: FakePaymentGateway
) -> None:
    pay(gateway, 500)
    report = audit(reader, gateway)
    assert "belongs to no order" in violations_of(report, 3)[0]
    assert "500 at the provider" in violations_of(report, 5)[0]


def test_different_captured_amount_is_a_violation(
    reader: StubAuditReader, gateway: FakePaymentGateway
) -> None:
    reader.recorded = [recorded_payment(pay(gateway, 500), 499)]
    [violation] = violations_of(audit(reader, gateway), 2)
    assert "4.99 captured on record, 5.00 at the provider" in violation


def test_capture_unknown_to_the_provider_is_a_violation(
    reader: StubAuditReader, gateway: FakePaymentGateway
) -> None:
    reader.recorded = [recorded_payment("pi_x", 5)]
    assert "the provider has no payment pi_x" in violations_of(audit(reader, gateway), 2)[0]


def test_open_payment_without_capture_is_no_violation(
    reader: StubAuditReader, gateway: FakePaymentGateway
) -> None:
    reader.recorded = [recorded_payment("pi_x", 0)]
    assert audit(reader, gateway).holds


def test_newest_payments_are_compared_if_there_are_too_many(
    reader: StubAuditReader, gateway: FakePaymentGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_shop, "_COMPARED_PAYMENTS", 1)
    reader.recorded = [
        recorded_payment("pi_of_last_month", 100, at=NOW - timedelta(days=30)),
        recorded_payment("pi_of_yesterday", 100, at=NOW - timedelta(days=1)),
        # Opened before that by the clock of the provider.
        recorded_payment("pi_of_the_first_moment", 100, at=NOW - timedelta(hours=1)),
        recorded_payment(pay(gateway, 500), 499, at=NOW),
    ]
    report = audit(reader, gateway)
    [violation] = violations_of(report, 2)
    assert "4.99 captured on record, 5.00 at the provider" in violation
    assert violations_of(report, 5) == []
    assert "the provider's records since 2026-03-14 08:26 UTC differ" in report.summary


def test_payment_that_is_captured_during_the_audit_is_no_violation(
    reader: StubAuditReader, gateway: FakePaymentGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its webhook arrives while the provider lists its payments."""
    reference = pay(gateway, 500)
    reader.recorded_balances["INR"] = RecordedBalance(captured=500)
    list_payments = gateway.payments_since

    def record_meanwhile(since: datetime) -> Iterator[ProviderReport]:
        reader.recorded = [recorded_payment(reference, 500)]
        return list_payments(since)

    monkeypatch.setattr(gateway, "payments_since", record_meanwhile)
    for before in ([], [recorded_payment(reference, 0)]):
        reader.recorded = before
        assert audit(reader, gateway).holds


@pytest.mark.parametrize("is_under_way", [True, False])
def test_payment_that_was_captured_a_moment_ago_is_no_violation(
    reader: StubAuditReader, gateway: FakePaymentGateway, *, is_under_way: bool
) -> None:
    """Its webhook arrives after the audit."""
    payment = recorded_payment(pay(gateway, 500), 0)
    reader.recorded = [replace(payment, is_under_way=is_under_way)]
    capturable = 500 if is_under_way else 0
    reader.recorded_balances["INR"] = RecordedBalance(captured=0, capturable=capturable)
    assert audit(reader, gateway).holds is is_under_way


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Captured, read at the provider and recorded, in this order.
        (RecordedBalance(captured=0), RecordedBalance(captured=500)),
        # Refunded after it was read at the provider, too.
        (RecordedBalance(captured=0), RecordedBalance(captured=500, refunded=300)),
        # Captured just now.
        (RecordedBalance(captured=0, capturable=500), RecordedBalance(captured=0, capturable=500)),
        # A refund that the provider has not got yet, and one that has failed there.
        (RecordedBalance(captured=500, requested=200), RecordedBalance(captured=500, refunded=200)),
        (
            RecordedBalance(captured=500, refunded=200, pending=200),
            RecordedBalance(captured=500, refunded=200, pending=200),
        ),
    ],
)
def test_balance_that_changes_meanwhile_is_no_violation(
    reader: StubAuditReader,
    gateway: FakePaymentGateway,
    monkeypatch: pytest.MonkeyPatch,
    before: RecordedBalance,
    after: RecordedBalance,
) -> None:
    reader.recorded = [recorded_payment(pay(gateway, 500), 500)]
    read_balance = gateway.net_captured

    def record_meanwhile() -> Mapping[str, int]:
        reader.recorded_balances["INR"] = after
        return read_balance()

    monkeypatch.setattr(gateway, "net_captured", record_meanwhile)
    reader.recorded_balances["INR"] = before
    assert audit(reader, gateway).holds


@pytest.mark.parametrize(
    ("recorded", "limits"),
    [
        (RecordedBalance(captured=0), "0 minor units on record, 500"),
        (RecordedBalance(captured=0, capturable=499), "0 to 499 minor units on record, 500"),
        (RecordedBalance(captured=800, requested=299), "501 to 800 minor units on record, 500"),
        (RecordedBalance(captured=500, refunded=10, pending=9), "490 to 499 minor units on record"),
    ],
)
def test_balance_outside_of_the_limits_is_a_violation(
    reader: StubAuditReader, gateway: FakePaymentGateway, recorded: RecordedBalance, limits: str
) -> None:
    pay(gateway, 500)
    reader.recorded_balances["INR"] = recorded
    assert limits in violations_of(audit(reader, gateway), 5)[0]


def test_unreachable_provider_is_reported_and_no_violation(reader: StubAuditReader) -> None:
    report = audit(reader, UnavailableGateway())
    assert report.holds
    assert "were not compared" in report.summary


def test_fault_of_the_audit_log_is_a_violation(
    reader: StubAuditReader, gateway: FakePaymentGateway
) -> None:
    audit_log = FakeAuditLog()
    audit_log.add([message(1)])
    audit_log.rows[0] = replace(audit_log.rows[0], actor="staff:1")
    report = audit(reader, gateway, audit_log=audit_log)
    assert violations_of(report, 14) == ["Entry 1: The content was changed."]


def test_long_audit_log_is_verified_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten entries in parts of three: the last three each day, one part of the others."""
    monkeypatch.setattr(verify_audit_log, "_PART", 3)
    audit_log = FakeAuditLog()
    audit_log.add([message(number) for number in range(1, 11)])
    for row in range(10):
        changed = FakeAuditLog()
        changed.add([message(number) for number in range(1, 11)])
        changed.rows[row] = replace(changed.rows[row], actor="staff:1")
        verify = VerifyAuditLog(changed)
        found = [verify(day=day).broken_at for day in range(3)]
        expected = (
            [row + 1] * 3 if row >= 7 else [row + 1 if row // 3 == n else None for n in range(3)]
        )
        assert found == expected
        assert verify().broken_at == row + 1
    reports = [VerifyAuditLog(audit_log)(day=day) for day in range(3)]
    assert [report.entries for report in reports] == [6, 6, 4]
    assert all(report.broken_at is None for report in reports)
