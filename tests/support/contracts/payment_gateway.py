"""Contract of the payment gateway."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Protocol

import pytest

from novacart.application.ports.payment_gateway import (
    GatewayRefused,
    OpenPaymentRequest,
    PaymentGateway,
    RefundRequest,
)
from novacart.domain.payments.lifecycle import DisputeStatus, PaymentStatus, RefundStatus
from novacart.domain.payments.reports import DisputeReport, PaymentReport, ProviderReport
from novacart.domain.shared.ids import OrderId, PaymentId, RefundId
from novacart.domain.shared.money import Money

PRICE = Money(24_100, "INR")
_numbers = count(1)


class Customer(Protocol):
    def __call__(self, reference: str, *, succeed: bool) -> None:
        """Pay with a card that is accepted or declined."""
        ...


def request(*, key: str | None = None, payment: int = 1) -> OpenPaymentRequest:
    return OpenPaymentRequest(
        payment_id=PaymentId(payment),
        order_id=OrderId(7),
        order_number="NC-20261102-7K3M9Q",
        amount=PRICE,
        email="asha@example.com",
        key=key or f"open-{next(_numbers)}",
    )


def _paid(report: ProviderReport | None) -> PaymentReport:
    assert report is not None
    assert report.payment is not None
    return report.payment


class Bank(Protocol):
    def __call__(self, reference: str, status: DisputeStatus) -> None:
        """Open a dispute (`NEEDS_RESPONSE`), or move the one that is open."""
        ...


class PaymentGatewayContract:
    """Subclasses provide the fixtures `gateway`, `customer` and `bank`.

    `write` commits a write of the shop; those with a database override it.
    """

    @pytest.fixture
    def write(self) -> Callable[[], None]:
        return lambda: None

    @pytest.fixture
    def paid(self, gateway: PaymentGateway, customer: Customer) -> str:
        reference = gateway.open_payment(request()).reference
        customer(reference, succeed=True)
        return reference

    def test_opened_payment_has_our_ids_and_is_unpaid(self, gateway: PaymentGateway) -> None:
        report = gateway.open_payment(request(payment=5))
        payment = _paid(report)
        assert payment.status is PaymentStatus.CREATED
        assert (payment.amount, payment.captured) == (PRICE, Money(0, "INR"))
        assert payment.payment_id == 5
        assert payment.order_number == "NC-20261102-7K3M9Q"
        assert payment.client_secret
        assert gateway.publishable_key

    def test_one_key_opens_one_payment(self, gateway: PaymentGateway) -> None:
        first = gateway.open_payment(request(key="k"))
        assert gateway.open_payment(request(key="k")).reference == first.reference
        assert gateway.open_payment(request(key="l")).reference != first.reference

    def test_reused_key_with_another_request_raises(self, gateway: PaymentGateway) -> None:
        gateway.open_payment(request(key="k"))
        with pytest.raises(GatewayRefused):
            gateway.open_payment(request(key="k", payment=2))

    def test_unknown_payment_is_none(self, gateway: PaymentGateway) -> None:
        assert gateway.retrieve("pi_unknown") is None

    def test_paid_payment_is_captured_in_full(self, gateway: PaymentGateway, paid: str) -> None:
        payment = _paid(gateway.retrieve(paid))
        assert payment.status is PaymentStatus.SUCCEEDED
        assert payment.captured == PRICE

    def test_declined_card_can_be_followed_by_an_accepted_one(
        self, gateway: PaymentGateway, customer: Customer
    ) -> None:
        reference = gateway.open_payment(request()).reference
        customer(reference, succeed=False)
        failed = _paid(gateway.retrieve(reference))
        assert failed.status is PaymentStatus.FAILED
        assert failed.failure
        customer(reference, succeed=True)
        assert _paid(gateway.retrieve(reference)).status is PaymentStatus.SUCCEEDED

    def test_unpaid_payment_can_be_cancelled_twice(self, gateway: PaymentGateway) -> None:
        reference = gateway.open_payment(request()).reference
        for _ in range(2):
            report = gateway.cancel(reference, key="cancel-1")
            assert _paid(report).status is PaymentStatus.CANCELLED
        assert _paid(gateway.retrieve(reference)).status is PaymentStatus.CANCELLED

    def test_cancel_of_a_paid_payment_raises(self, gateway: PaymentGateway, paid: str) -> None:
        with pytest.raises(GatewayRefused):
            gateway.cancel(paid, key="cancel-1")

    def test_refund_has_our_id_and_is_retrieved_with_its_payment(
        self, gateway: PaymentGateway, paid: str
    ) -> None:
        refund = gateway.refund(_refund(paid, 100, id=88))
        assert refund.refund_id == 88
        assert refund.amount == Money(100, "INR")
        assert refund.status is RefundStatus.SUCCEEDED
        report = gateway.retrieve(paid)
        assert report is not None
        assert report.complete
        assert [one.reference for one in report.refunds] == [refund.reference]

    def test_one_key_refunds_once(self, gateway: PaymentGateway, paid: str) -> None:
        first = gateway.refund(_refund(paid, 100))
        assert gateway.refund(_refund(paid, 100)).reference == first.reference
        assert gateway.net_captured() == {"INR": PRICE.amount - 100}

    def test_refund_above_what_is_left_raises(self, gateway: PaymentGateway, paid: str) -> None:
        gateway.refund(_refund(paid, 20_000, key="a"))
        with pytest.raises(GatewayRefused):
            gateway.refund(_refund(paid, 4_101, key="b"))
        gateway.refund(_refund(paid, 4_100, key="c"))
        assert gateway.net_captured() == {"INR": 0}

    def test_refund_of_an_unpaid_payment_raises(self, gateway: PaymentGateway) -> None:
        reference = gateway.open_payment(request()).reference
        with pytest.raises(GatewayRefused):
            gateway.refund(_refund(reference, 1))

    def test_payment_is_found_by_its_ids(self, gateway: PaymentGateway, now: datetime) -> None:
        reference = gateway.open_payment(request(payment=6)).reference
        since = now - timedelta(hours=1)
        found = gateway.find(PaymentId(6), "NC-20261102-7K3M9Q", since=since)
        assert found == reference
        assert gateway.find(PaymentId(6), "NC-20261102-AAAAAA", since=since) is None
        assert gateway.find(PaymentId(7), "NC-20261102-7K3M9Q", since=since) is None

    def test_payments_and_changes_are_listed(
        self, gateway: PaymentGateway, paid: str, now: datetime
    ) -> None:
        other = gateway.open_payment(request()).reference
        since = now - timedelta(hours=1)
        listed = {report.reference for report in gateway.payments_since(since)}
        assert listed == {paid, other}
        assert list(gateway.changed_since(since)) == []
        gateway.refund(_refund(paid, 100))
        assert list(gateway.changed_since(since)) == [paid]
        assert list(gateway.changed_since(now + timedelta(hours=1))) == []

    def test_disputed_payment_reports_its_dispute_and_refuses_refunds(
        self, gateway: PaymentGateway, paid: str, bank: Bank, now: datetime
    ) -> None:
        def dispute() -> DisputeReport:
            report = gateway.retrieve(paid)
            assert report is not None
            (dispute,) = report.disputes
            return dispute

        bank(paid, DisputeStatus.NEEDS_RESPONSE)
        opened = dispute()
        assert (opened.status, opened.amount) == (DisputeStatus.NEEDS_RESPONSE, PRICE)
        assert opened.withdrawn
        assert not opened.reinstated
        assert opened.due_by is not None
        assert opened.due_by > now
        assert list(gateway.changed_since(now - timedelta(hours=1))) == [paid]
        with pytest.raises(GatewayRefused):
            gateway.refund(_refund(paid, 1))
        bank(paid, DisputeStatus.WON)
        assert (dispute().status, dispute().reinstated) == (DisputeStatus.WON, True)
        assert gateway.refund(_refund(paid, 1, key="after")).amount == Money(1, "INR")

    def test_lists_allow_requests_and_writes_between_their_items(
        self,
        gateway: PaymentGateway,
        customer: Customer,
        write: Callable[[], None],
        now: datetime,
    ) -> None:
        references = refunded_payments(gateway, customer)
        since = now - timedelta(hours=1)
        changed = request_between(gateway.changed_since(since), gateway, write)
        assert sorted(changed) == sorted(references)
        listed = (report.reference for report in gateway.payments_since(since))
        assert sorted(request_between(listed, gateway, write)) == sorted(references)


def refunded_payments(gateway: PaymentGateway, customer: Customer) -> list[str]:
    """Pay two payments and refund a part of each."""
    references = []
    for number in (1, 2):
        reference = gateway.open_payment(request(payment=number)).reference
        customer(reference, succeed=True)
        gateway.refund(_refund(reference, 100, key=f"part-{number}", id=number))
        references.append(reference)
    return references


def request_between(
    references: Iterator[str], gateway: PaymentGateway, write: Callable[[], None]
) -> list[str]:
    """Consume the list one item at a time, with a request and a write after each."""
    seen = []
    for reference in references:
        seen.append(reference)
        assert gateway.retrieve(reference) is not None
        gateway.refund(_refund(reference, 1, key=f"again-{reference}"))
        write()
    return seen


def _refund(reference: str, amount: int, *, key: str = "refund-1", id: int = 88) -> RefundRequest:
    return RefundRequest(
        refund_id=RefundId(id), reference=reference, amount=Money(amount, "INR"), key=key
    )
