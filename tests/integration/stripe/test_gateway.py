"""The Stripe gateway and Stripe's library against the fake Stripe."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from novacart.adapters.stripe.gateway import API_VERSION, RETRIES, StripeGateway
from novacart.adapters.stripe.http_client import BoundedClient
from novacart.adapters.system.clock import SystemClock
from novacart.application.ports.payment_gateway import (
    GatewayFailed,
    GatewayRefused,
    GatewayUnavailable,
    RefundRequest,
)
from novacart.domain.payments.errors import (
    AmountNotPayable,
    AmountTooLarge,
    PaymentDeclined,
    RefundRefused,
)
from novacart.domain.payments.lifecycle import DisputeStatus, PaymentStatus, RefundStatus
from novacart.domain.shared.ids import RefundId
from novacart.domain.shared.money import Money
from tests.support.contracts.payment_gateway import (
    Bank,
    Customer,
    PaymentGatewayContract,
    request,
)
from tests.support.fake_stripe.faults import Effect
from tests.support.fake_stripe.fixtures import API_KEY, fake_stripe
from tests.support.fake_stripe.server import FakeStripe

__all__ = ["fake_stripe"]


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def gateway(fake_stripe: FakeStripe) -> StripeGateway:
    return StripeGateway(
        secret_key=API_KEY,
        publishable_key="pk_test_of_the_shop",
        clock=SystemClock(),
        api_base=fake_stripe.url,
        http_client=BoundedClient(budget=2.0, attempt=0.5, pause=0.05),
    )


class TestStripeGateway(PaymentGatewayContract):
    @pytest.fixture
    def customer(self, fake_stripe: FakeStripe) -> Customer:
        def pay(reference: str, *, succeed: bool) -> None:
            fake_stripe.pay(reference, "succeed" if succeed else "decline")

        return pay

    @pytest.fixture
    def bank(self, fake_stripe: FakeStripe) -> Bank:
        disputes: dict[str, str] = {}

        def dispute(reference: str, status: DisputeStatus) -> None:
            if status is DisputeStatus.NEEDS_RESPONSE:
                disputes[reference] = fake_stripe.open_dispute(reference)["id"]
            else:
                won = status is DisputeStatus.WON
                fake_stripe.close_dispute(disputes[reference], won=won)

        return dispute


def test_payment_intent_has_amount_receipt_and_metadata(
    gateway: StripeGateway,
    fake_stripe: FakeStripe,
) -> None:
    gateway.open_payment(request(key="k"))
    (call,) = fake_stripe.requests("POST", "/v1/payment_intents")
    parameters = call["parameters"]
    assert parameters["amount"] == "24100"
    assert parameters["currency"] == "inr"
    assert parameters["automatic_payment_methods"] == {"enabled": "true"}
    assert parameters["receipt_email"] == "asha@example.com"
    assert parameters["metadata"]["order_number"] == "NC-20261102-7K3M9Q"
    assert parameters["metadata"]["order_id"] == "7"
    assert API_VERSION in str(call)


@pytest.mark.parametrize("effect", ["hang", "close", "reset", "garbage", "server_error"])
def test_single_failure_is_retried_under_the_same_key(
    gateway: StripeGateway,
    fake_stripe: FakeStripe,
    effect: Effect,
) -> None:
    fake_stripe.fault(effect, method="POST", seconds=3.0, stored=False)
    try:
        report = gateway.open_payment(request(key="k"))
    except GatewayUnavailable:
        report = gateway.open_payment(request(key="k"))
    assert fake_stripe.remaining_faults() == 0
    assert list(fake_stripe.ledger()["intents"]) == [report.reference]


@pytest.mark.parametrize("effect", ["hang", "close", "reset", "garbage"])
def test_lost_response_is_repeated(
    gateway: StripeGateway,
    fake_stripe: FakeStripe,
    effect: Effect,
) -> None:
    fake_stripe.fault(effect, when="after", method="POST", seconds=3.0)
    try:
        report = gateway.open_payment(request(key="k"))
    except GatewayUnavailable:
        report = gateway.open_payment(request(key="k"))
    assert list(fake_stripe.ledger()["intents"]) == [report.reference]


def test_failure_that_stripe_stores_raises_gateway_failed(
    gateway: StripeGateway,
    fake_stripe: FakeStripe,
) -> None:
    fake_stripe.fault("server_error", when="after", method="POST")
    with pytest.raises(GatewayFailed):
        gateway.open_payment(request(key="k"))
    assert len(fake_stripe.ledger()["intents"]) == 1


@pytest.mark.parametrize(
    "effect", ["hang", "slow", "server_error", "conflict", "rate_limit", "redirect", "garbage"]
)
def test_outage_raises_while_it_lasts(
    gateway: StripeGateway,
    fake_stripe: FakeStripe,
    effect: Effect,
) -> None:
    # Held requests are held for longer than a test may take.
    fake_stripe.fault(effect, times=50, seconds=3600.0)
    with pytest.raises(GatewayUnavailable) as error:
        gateway.open_payment(request())
    assert error.value.retry_after > 0
    assert fake_stripe.remaining_faults() >= 50 - (1 + RETRIES)
    fake_stripe.resume()


def test_redirect_is_not_followed(
    gateway: StripeGateway,
    fake_stripe: FakeStripe,
) -> None:
    fake_stripe.fault("redirect", times=50)
    with pytest.raises(GatewayUnavailable):
        gateway.retrieve("pi_1")
    assert fake_stripe.requests(path="/elsewhere") == []


def test_unreachable_host_raises() -> None:
    gateway = StripeGateway(
        secret_key=API_KEY,
        publishable_key="pk",
        clock=SystemClock(),
        api_base="http://127.0.0.1:9",
        http_client=BoundedClient(budget=1.0, attempt=0.5, pause=0.05),
    )
    with pytest.raises(GatewayUnavailable):
        gateway.retrieve("pi_1")


def test_402_declines_a_payment_and_refuses_a_refund(
    gateway: StripeGateway,
    fake_stripe: FakeStripe,
) -> None:
    fake_stripe.fault("card_declined", method="POST", path="/v1/payment_intents")
    with pytest.raises(PaymentDeclined):
        gateway.open_payment(request(key="a"))
    reference = gateway.open_payment(request(key="b")).reference
    fake_stripe.pay(reference)
    fake_stripe.fault("card_declined", method="POST", path="/v1/refunds")
    with pytest.raises(GatewayRefused):
        gateway.refund(_refund(reference, 100))


def test_payment_above_the_highest_amount_raises(gateway: StripeGateway) -> None:
    with pytest.raises(AmountTooLarge):
        gateway.open_payment(replace(request(), amount=Money(100_000_000, "INR")))


@pytest.mark.parametrize(("amount", "accepted"), [(5120, True), (5124, False)])
def test_amount_with_three_decimal_places_must_end_in_zero(
    gateway: StripeGateway, amount: int, *, accepted: bool
) -> None:
    opening = replace(request(), amount=Money(amount, "KWD"))
    if accepted:
        assert gateway.open_payment(opening).payment is not None
    else:
        with pytest.raises(AmountNotPayable):
            gateway.open_payment(opening)


def test_refund_with_three_decimal_places_must_end_in_zero(gateway: StripeGateway) -> None:
    for possible in (Money(1010, "KWD"), Money(1005, "INR"), Money(1005, "JPY")):
        gateway.ensure_refundable(possible)
    with pytest.raises(RefundRefused, match="ends in 0"):
        gateway.ensure_refundable(Money(1005, "KWD"))


def _refund(reference: str, amount: int) -> RefundRequest:
    return RefundRequest(
        refund_id=RefundId(88), reference=reference, amount=Money(amount, "INR"), key="r"
    )


@pytest.mark.parametrize(
    ("stripe_status", "expected"),
    [("pending", RefundStatus.PENDING), ("requires_action", RefundStatus.PENDING)],
)
def test_slow_refund_is_pending(
    gateway: StripeGateway,
    fake_stripe: FakeStripe,
    stripe_status: str,
    expected: RefundStatus,
) -> None:
    reference = gateway.open_payment(request()).reference
    fake_stripe.pay(reference)
    fake_stripe.set_refund_status(stripe_status)
    refund = gateway.refund(_refund(reference, 100))
    assert refund.status is expected
    fake_stripe.fail_refund(refund.reference)
    report = gateway.retrieve(reference)
    assert report is not None
    assert [(one.status, one.failure) for one in report.refunds] == [
        (RefundStatus.FAILED, "unknown")
    ]


def test_status_of_each_attempt_is_reported(
    gateway: StripeGateway,
    fake_stripe: FakeStripe,
) -> None:
    reference = gateway.open_payment(request()).reference
    seen = []
    for outcome in ("require_action", "decline", "process"):
        fake_stripe.pay(reference, outcome)
        report = gateway.retrieve(reference)
        assert report is not None
        assert report.payment is not None
        seen.append(report.payment.status)
    assert seen == [PaymentStatus.REQUIRES_ACTION, PaymentStatus.FAILED, PaymentStatus.PROCESSING]
    with pytest.raises(GatewayRefused):
        gateway.cancel(reference, key="c")


def test_disputes_are_reported_with_their_funds(
    gateway: StripeGateway,
    fake_stripe: FakeStripe,
) -> None:
    reference = gateway.open_payment(request()).reference
    fake_stripe.pay(reference)
    dispute = fake_stripe.open_dispute(reference)["id"]
    seen = []
    for step in ("open", "evidence", "won"):
        if step == "evidence":
            fake_stripe.submit_evidence(dispute)
        if step == "won":
            fake_stripe.close_dispute(dispute, won=True)
        report = gateway.retrieve(reference)
        assert report is not None
        (dispute_report,) = report.disputes
        seen.append((dispute_report.status, dispute_report.withdrawn, dispute_report.reinstated))
    assert seen == [
        (DisputeStatus.NEEDS_RESPONSE, True, False),
        (DisputeStatus.UNDER_REVIEW, True, False),
        (DisputeStatus.WON, True, True),
    ]
    assert gateway.net_captured() == {"INR": 24_100}


def test_long_list_is_read_in_pages(
    gateway: StripeGateway,
    fake_stripe: FakeStripe,
    now: datetime,
) -> None:
    for number in range(103):
        gateway.open_payment(request(key=f"long-{number}"))
    assert len(list(gateway.payments_since(now.replace(year=2020)))) == 103
    assert len(fake_stripe.requests("GET", "/v1/payment_intents")) == 2
