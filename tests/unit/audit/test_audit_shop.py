from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from novacart.adapters.sandbox.unavailable_gateway import NoGateway
from novacart.application.audit.audit_shop import AuditReport, AuditShop
from novacart.application.ports.audit_reader import CheckResult, RecordedPayment
from novacart.application.ports.payment_gateway import OpenPaymentRequest, PaymentGateway
from novacart.domain.shared.ids import OrderId, PaymentId
from novacart.domain.shared.money import Money
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.support.clock import SetClock


@dataclass
class PaperBooks:
    """What a test writes down."""

    booked: list[RecordedPayment] = field(default_factory=list)
    net: dict[str, int] = field(default_factory=dict)
    broken: dict[int, str] = field(default_factory=dict)

    def inspect(self, number: int, *, now: datetime) -> CheckResult:  # noqa: ARG002
        said = self.broken.get(number)
        return CheckResult(looked_at=1, contradictions=[said] if said else [])

    def payments(self) -> Iterator[RecordedPayment]:
        yield from self.booked

    def net_captured(self) -> Mapping[str, int]:
        return self.net


@dataclass
class PaperResults:
    recorded: dict[str, tuple[bool, str]] = field(default_factory=dict)

    def record(self, name: str, *, ok: bool, summary: str, at: datetime) -> None:  # noqa: ARG002
        self.recorded[name] = (ok, summary)


@pytest.fixture
def books() -> PaperBooks:
    return PaperBooks()


@pytest.fixture
def results() -> PaperResults:
    return PaperResults()


@pytest.fixture
def gateway() -> FakePaymentGateway:
    return FakePaymentGateway(SetClock())


def audited(
    books: PaperBooks,
    gateway: PaymentGateway,
    results: PaperResults | None = None,
    *,
    fault: str | None = None,
) -> AuditReport:
    return AuditShop(
        books=books,
        gateway=gateway,
        trail_fault=lambda: fault,
        results=results or PaperResults(),
        clock=SetClock(),
    )()


def paid_at(gateway: FakePaymentGateway, amount: int) -> str:
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


def told(report: AuditReport, number: int) -> list[str]:
    (finding,) = (each for each in report.findings if each.invariant.number == number)
    return list(finding.inspection.contradictions)


def test_a_shop_whose_books_agree_holds(
    books: PaperBooks, gateway: FakePaymentGateway, results: PaperResults
) -> None:
    reference = paid_at(gateway, 500)
    books.booked = [
        RecordedPayment(reference=reference, order_number="NC-1", captured=Money(500, "INR"))
    ]
    books.net = {"INR": 500}
    report = audited(books, gateway, results)
    assert report.holds
    assert results.recorded["audit"] == (True, report.summary)
    assert "the provider's books agree" in report.summary


def test_a_contradiction_in_the_database_breaks_its_invariant(
    books: PaperBooks, gateway: FakePaymentGateway, results: PaperResults
) -> None:
    books.broken[6] = "Product 7 is not what its ledger says."
    report = audited(books, gateway, results)
    assert not report.holds
    assert told(report, 6) == ["Product 7 is not what its ledger says."]
    assert results.recorded["audit"][0] is False
    assert "stock ledger" in report.summary


def test_a_capture_that_belongs_to_no_order_is_told(
    books: PaperBooks, gateway: FakePaymentGateway
) -> None:
    paid_at(gateway, 500)
    report = audited(books, gateway)
    assert "belongs to no order" in told(report, 3)[0]
    assert "500 at the provider" in told(report, 5)[0]


def test_a_capture_of_another_amount_is_told(
    books: PaperBooks, gateway: FakePaymentGateway
) -> None:
    reference = paid_at(gateway, 500)
    books.booked = [
        RecordedPayment(reference=reference, order_number="NC-1", captured=Money(499, "INR"))
    ]
    assert "4.99 captured on record, 5.00 at the provider" in told(audited(books, gateway), 2)[0]


def test_a_capture_that_the_provider_never_made_is_told(
    books: PaperBooks, gateway: FakePaymentGateway
) -> None:
    books.booked = [
        RecordedPayment(reference="pi_x", order_number="NC-1", captured=Money(5, "INR"))
    ]
    assert "does not know pi_x" in told(audited(books, gateway), 2)[0]


def test_a_payment_that_was_only_opened_is_no_difference(
    books: PaperBooks, gateway: FakePaymentGateway
) -> None:
    books.booked = [
        RecordedPayment(reference="pi_x", order_number="NC-1", captured=Money(0, "INR"))
    ]
    assert audited(books, gateway).holds


def test_a_provider_that_does_not_answer_breaks_nothing_and_is_said(books: PaperBooks) -> None:
    report = audited(books, NoGateway())
    assert report.holds
    assert "could not be reached" in report.summary


def test_a_trail_that_was_tampered_with_is_told(
    books: PaperBooks, gateway: FakePaymentGateway
) -> None:
    report = audited(books, gateway, fault="Entry 3: it was changed.")
    assert told(report, 14) == ["Entry 3: it was changed."]
