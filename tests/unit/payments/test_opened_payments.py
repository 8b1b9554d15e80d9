"""Payments whose opening the provider declines, fails or does not respond to."""

import pytest

from novacart.application.ports.payment_gateway import (
    GatewayFailed,
    GatewayRefused,
    GatewayUnavailable,
    OpenPaymentRequest,
)
from novacart.domain.payments.errors import OrderNotPayable, PaymentDeclined
from novacart.domain.payments.reports import ProviderReport
from novacart.domain.shared.ids import OrderId, UserId
from tests.fakes.failing_payment_gateway import FailingPaymentGateway
from tests.support.clock import SetClock
from tests.support.payments_fixture import PaymentsFixture
from tests.support.stripe_objects import BEGINNING

NO_RESPONSE = GatewayUnavailable("There was no response.")
FAILED = GatewayFailed("The provider failed.")


@pytest.fixture
def provider(clock: SetClock) -> FailingPaymentGateway:
    return FailingPaymentGateway(clock)


@pytest.fixture
def buyer(payments: PaymentsFixture) -> UserId:
    return payments.customer()[0]


@pytest.fixture
def order_id(payments: PaymentsFixture, buyer: UserId) -> OrderId:
    return payments.place_order(buyer, {payments.product(): 1})


def opened(provider: FailingPaymentGateway) -> list[str]:
    """The references of the payments at the provider."""
    return [report.reference for report in provider.payments_since(BEGINNING)]


def test_payment_without_a_response_is_opened_again_under_the_same_key(
    payments: PaymentsFixture, provider: FailingPaymentGateway, buyer: UserId, order_id: OrderId
) -> None:
    provider.errors = [NO_RESPONSE]
    provider.makes = True
    with pytest.raises(GatewayUnavailable):
        payments.intent(buyer, order_id)
    intent = payments.intent(buyer, order_id)
    assert provider.keys == [payments.payment(order_id).open_key] * 2
    assert opened(provider) == [intent.reference]


def test_payment_that_was_not_opened_is_opened_under_a_new_key_at_once_after_a_failure(
    payments: PaymentsFixture, provider: FailingPaymentGateway, buyer: UserId, order_id: OrderId
) -> None:
    provider.errors = [FAILED]
    intent = payments.intent(buyer, order_id)
    first, second = provider.keys
    assert first != second == payments.payment(order_id).open_key
    assert opened(provider) == [intent.reference]


@pytest.mark.parametrize("attempts", [1, 2])
def test_payment_that_was_opened_in_spite_of_a_failure_is_not_opened_again(
    payments: PaymentsFixture,
    provider: FailingPaymentGateway,
    buyer: UserId,
    order_id: OrderId,
    attempts: int,
) -> None:
    provider.errors = [FAILED] * attempts
    provider.makes = True
    intent = payments.intent(buyer, order_id)
    assert opened(provider) == [intent.reference]
    assert len(provider.keys) == attempts


def test_payment_that_fails_twice_is_left_to_reconciliation_under_a_third_key(
    payments: PaymentsFixture, provider: FailingPaymentGateway, buyer: UserId, order_id: OrderId
) -> None:
    provider.errors = [FAILED, FAILED]
    with pytest.raises(GatewayFailed):
        payments.intent(buyer, order_id)
    assert len(provider.keys) == 2
    payments.clock.move(seconds=26)
    payments.run_reconciliation()
    assert opened(provider) == [payments.payment(order_id).reference]
    assert len(set(provider.keys)) == len(provider.keys) == 3


def test_key_of_a_failed_opening_is_kept_while_the_provider_cannot_be_asked_for_the_payment(
    payments: PaymentsFixture, provider: FailingPaymentGateway, buyer: UserId, order_id: OrderId
) -> None:
    provider.errors = [FAILED]
    provider.makes = provider.is_down = True
    with pytest.raises(GatewayUnavailable):
        payments.intent(buyer, order_id)
    assert provider.keys == [payments.payment(order_id).open_key]
    provider.is_down = False
    intent = payments.intent(buyer, order_id)
    assert opened(provider) == [intent.reference]


def test_declined_payment_is_opened_under_a_new_key_by_the_next_request_only(
    payments: PaymentsFixture, provider: FailingPaymentGateway, buyer: UserId, order_id: OrderId
) -> None:
    provider.errors = [PaymentDeclined("Your card was declined.")]
    with pytest.raises(PaymentDeclined):
        payments.intent(buyer, order_id)
    assert len(provider.keys) == 1
    assert opened(provider) == []
    intent = payments.intent(buyer, order_id)
    assert opened(provider) == [intent.reference]
    assert len(set(provider.keys)) == 2


def test_payment_that_another_process_opened_meanwhile_is_returned_without_a_response(
    payments: PaymentsFixture,
    provider: FailingPaymentGateway,
    buyer: UserId,
    order_id: OrderId,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_payment = provider.open_payment

    def open_in_another_process(_request: OpenPaymentRequest) -> ProviderReport:
        monkeypatch.setattr(provider, "open_payment", open_payment)
        payments.intent(buyer, order_id)
        raise NO_RESPONSE

    monkeypatch.setattr(provider, "open_payment", open_in_another_process)
    intent = payments.intent(buyer, order_id)
    assert opened(provider) == [intent.reference]


def test_open_key_that_another_process_has_replaced_is_not_replaced_again(
    payments: PaymentsFixture,
    provider: FailingPaymentGateway,
    buyer: UserId,
    order_id: OrderId,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The other process may be opening the payment under its new key at this moment."""
    provider.errors = [FAILED]
    open_payment = provider.open_payment

    def replace_key_meanwhile(request: OpenPaymentRequest) -> ProviderReport:
        if not provider.keys:
            with payments.begin() as work:
                payment = work.payments.get(request.payment_id)
                payment.replace_open_key("open-other")
                work.payments.save(payment)
                work.commit()
        return open_payment(request)

    monkeypatch.setattr(provider, "open_payment", replace_key_meanwhile)
    payments.intent(buyer, order_id)
    assert provider.keys[1:] == ["open-other"]
    assert payments.payment(order_id).open_key == "open-other"


def test_refused_payment_of_a_cancelled_order_is_settled_by_reconciliation(
    payments: PaymentsFixture, provider: FailingPaymentGateway, buyer: UserId, order_id: OrderId
) -> None:
    provider.errors = [GatewayRefused("No."), GatewayRefused("No.")]
    with pytest.raises(OrderNotPayable):
        payments.intent(buyer, order_id)
    payments.cancel_order(order_id)
    payments.run_reconciliation(force=True)
    with payments.begin() as work:
        assert work.payments.of_order(order_id) is None
    assert opened(provider) == []
