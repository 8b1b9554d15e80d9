"""Refunds that the provider refuses, fails or does not respond to."""

import pytest

from novacart.application.payments.request_refund import RequestRefundCommand
from novacart.application.payments.send_refund import SendRefundCommand
from novacart.application.ports.payment_gateway import (
    GatewayFailed,
    GatewayRefused,
    GatewayUnavailable,
    RefundRequest,
)
from novacart.domain.ordering.lifecycle import OrderPaymentStatus
from novacart.domain.payments.errors import RefundRefused
from novacart.domain.payments.lifecycle import RefundStatus
from novacart.domain.payments.refund import Refund
from novacart.domain.payments.reports import RefundReport
from novacart.domain.shared.ids import OrderId, RefundId
from tests.fakes.failing_payment_gateway import FailingPaymentGateway
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.support.clock import SetClock
from tests.support.payments_fixture import PaymentsFixture, customer

NO_RESPONSE = GatewayUnavailable("There was no response.")
FAILED = GatewayFailed("The provider failed.")
REFUSED = GatewayRefused("The charge cannot be refunded.")


@pytest.fixture
def provider(clock: SetClock) -> FailingPaymentGateway:
    return FailingPaymentGateway(clock)


@pytest.fixture
def order_id(payments: PaymentsFixture, provider: FailingPaymentGateway) -> OrderId:
    """The id of a paid order of 100.00."""
    buyer, _ = payments.customer()
    order_id = payments.place_order(buyer, {payments.product(price=100): 1})
    provider.pay(payments.intent(buyer, order_id).reference)
    payments.run_reconciliation(force=True)
    provider.keys, provider.lookups = [], 0
    return order_id


def request_refund(payments: PaymentsFixture, order_id: OrderId) -> Refund:
    buyer = payments.order(order_id).user_id
    return payments.request_refund(RequestRefundCommand(actor=customer(buyer), order_id=order_id))


def stored(payments: PaymentsFixture, order_id: OrderId) -> Refund:
    (refund,) = payments.payment(order_id).refunds
    return refund


def test_refund_without_a_response_is_sent_again_under_the_same_key(
    payments: PaymentsFixture, provider: FailingPaymentGateway, order_id: OrderId
) -> None:
    provider.errors = [NO_RESPONSE, NO_RESPONSE]
    provider.makes = True
    refund = request_refund(payments, order_id)
    assert (refund.status, provider.keys) == (RefundStatus.REQUESTED, [refund.key])
    provider.is_down = True
    with pytest.raises(GatewayUnavailable):
        payments.send_refund(SendRefundCommand(refund_id=refund.id))
    sent = payments.send_refund(SendRefundCommand(refund_id=refund.id))
    assert sent is not None
    assert sent.status is RefundStatus.SUCCEEDED
    assert provider.keys == [refund.key] * 3
    assert provider.net_captured() == {"INR": 0}


def test_refund_that_was_not_made_is_sent_under_a_new_key_at_once_after_a_failure(
    payments: PaymentsFixture, provider: FailingPaymentGateway, order_id: OrderId
) -> None:
    provider.errors = [FAILED]
    refund = request_refund(payments, order_id)
    assert refund.status is RefundStatus.SUCCEEDED
    first, second = provider.keys
    assert first != second == stored(payments, order_id).key
    assert provider.net_captured() == {"INR": 0}


@pytest.mark.parametrize("attempts", [1, 2])
def test_refund_that_was_made_in_spite_of_a_failure_is_not_sent_again(
    payments: PaymentsFixture, provider: FailingPaymentGateway, order_id: OrderId, attempts: int
) -> None:
    provider.refunds_begin = RefundStatus.PENDING
    provider.errors = [FAILED] * attempts
    provider.makes = True
    refund = request_refund(payments, order_id)
    assert refund.status is RefundStatus.PENDING
    assert (len(provider.keys), provider.keys[-1]) == (attempts, refund.key)
    assert stored(payments, order_id).reference is not None


def test_refund_that_fails_twice_is_left_to_reconciliation_under_a_third_key(
    payments: PaymentsFixture, provider: FailingPaymentGateway, order_id: OrderId
) -> None:
    provider.errors = [FAILED, FAILED]
    assert request_refund(payments, order_id).status is RefundStatus.REQUESTED
    assert len(provider.keys) == 2
    payments.clock.move(seconds=26)
    payments.run_reconciliation()
    assert stored(payments, order_id).status is RefundStatus.SUCCEEDED
    assert len(set(provider.keys)) == len(provider.keys) == 3
    assert provider.net_captured() == {"INR": 0}


def test_key_of_a_failed_refund_is_kept_while_the_provider_cannot_be_asked_whether_it_was_made(
    payments: PaymentsFixture, provider: FailingPaymentGateway, order_id: OrderId
) -> None:
    provider.errors = [FAILED]
    provider.makes = provider.is_down = True
    refund = request_refund(payments, order_id)
    assert refund.status is RefundStatus.REQUESTED
    assert set(provider.keys) == {stored(payments, order_id).key} == {refund.key}
    provider.is_down = False
    sent = payments.send_refund(SendRefundCommand(refund_id=refund.id))
    assert sent is not None
    assert sent.status is RefundStatus.SUCCEEDED
    assert provider.net_captured() == {"INR": 0}


def test_key_that_another_process_has_replaced_is_not_replaced_again(
    payments: PaymentsFixture,
    provider: FailingPaymentGateway,
    order_id: OrderId,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The other process may be sending the refund under its new key at this moment."""
    provider.errors = [FAILED]
    make_refund = provider.refund

    def replace_key_meanwhile(request: RefundRequest) -> RefundReport:
        if not provider.keys:
            with payments.begin() as work:
                payment = work.payments.get(payments.payment(order_id).id)
                payment.refund(request.refund_id).replace_key("refund-other")
                work.payments.save(payment)
                work.commit()
        return make_refund(request)

    monkeypatch.setattr(provider, "refund", replace_key_meanwhile)
    assert request_refund(payments, order_id).status is RefundStatus.SUCCEEDED
    assert provider.keys[1:] == ["refund-other"]
    assert stored(payments, order_id).key == "refund-other"


def test_refused_refund_fails_with_the_message_of_the_provider_and_is_not_sent_again(
    payments: PaymentsFixture, provider: FailingPaymentGateway, order_id: OrderId
) -> None:
    provider.errors = [REFUSED]
    with pytest.raises(RefundRefused):
        request_refund(payments, order_id)
    refund = stored(payments, order_id)
    assert (refund.status, refund.failure) == (RefundStatus.FAILED, REFUSED.message)
    payments.clock.move(minutes=1)
    payments.run_reconciliation(force=True)
    assert provider.keys == [refund.key]
    assert payments.order(order_id).payment_status is OrderPaymentStatus.PAID


def test_refused_refund_that_the_provider_has_made_does_not_fail(
    payments: PaymentsFixture, provider: FailingPaymentGateway, order_id: OrderId
) -> None:
    provider.errors = [REFUSED]
    provider.makes = True
    refund = request_refund(payments, order_id)
    assert (refund.status, refund.failure) == (RefundStatus.SUCCEEDED, None)
    assert payments.order(order_id).payment_status is OrderPaymentStatus.REFUNDED
    assert provider.net_captured() == {"INR": 0}


def test_refund_fails_that_is_refused_because_the_provider_does_not_have_the_payment(
    payments: PaymentsFixture, order_id: OrderId
) -> None:
    payments.gateway = FakePaymentGateway(payments.clock)
    with pytest.raises(RefundRefused):
        request_refund(payments, order_id)
    assert stored(payments, order_id).failure == "There is no such payment."


def test_refund_is_looked_up_before_it_is_sent_once_its_key_may_be_forgotten(
    payments: PaymentsFixture, provider: FailingPaymentGateway, order_id: OrderId
) -> None:
    provider.errors = [NO_RESPONSE, NO_RESPONSE]
    refund = request_refund(payments, order_id)
    payments.clock.move(hours=23)
    with pytest.raises(GatewayUnavailable):
        payments.send_refund(SendRefundCommand(refund_id=refund.id))
    assert provider.lookups == 0
    payments.clock.move(seconds=1)
    sent = payments.send_refund(SendRefundCommand(refund_id=refund.id))
    assert provider.lookups == 1
    assert sent is not None
    assert sent.status is RefundStatus.SUCCEEDED
    assert provider.keys == [refund.key] * 3


def test_refund_that_was_made_or_is_unknown_is_not_sent(
    payments: PaymentsFixture, provider: FailingPaymentGateway, order_id: OrderId
) -> None:
    refund = request_refund(payments, order_id)
    sent = payments.send_refund(SendRefundCommand(refund_id=refund.id))
    assert sent is not None
    assert sent.status is RefundStatus.SUCCEEDED
    assert payments.send_refund(SendRefundCommand(refund_id=RefundId(987_654))) is None
    assert provider.keys == [refund.key]
