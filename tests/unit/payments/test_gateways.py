"""Gateways that need no network."""

from datetime import datetime

import pytest

from novacart.adapters.sandbox.gateway import SandboxGateway
from novacart.adapters.sandbox.unavailable_gateway import UnavailableGateway
from novacart.application.ports.payment_gateway import GatewayUnavailable, PaymentGateway
from novacart.domain.payments.lifecycle import DisputeStatus, PaymentStatus
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.fakes.sandbox_ledger import FakeSandboxLedger
from tests.support.clock import SetClock
from tests.support.contracts.payment_gateway import (
    Bank,
    Customer,
    PaymentGatewayContract,
    request,
)


@pytest.fixture
def now(clock: SetClock) -> datetime:
    return clock.now()


class TestFakePaymentGateway(PaymentGatewayContract):
    @pytest.fixture
    def gateway(self, provider: FakePaymentGateway) -> PaymentGateway:
        return provider

    @pytest.fixture
    def customer(self, provider: FakePaymentGateway) -> Customer:
        def pay(reference: str, *, succeed: bool) -> None:
            provider.pay(reference, PaymentStatus.SUCCEEDED if succeed else PaymentStatus.FAILED)

        return pay

    @pytest.fixture
    def bank(self, provider: FakePaymentGateway) -> Bank:
        return provider.dispute


class TestSandboxGateway(PaymentGatewayContract):
    @pytest.fixture
    def gateway(self, clock: SetClock) -> SandboxGateway:
        return SandboxGateway(ledger=FakeSandboxLedger(), clock=clock)

    @pytest.fixture
    def customer(self, gateway: SandboxGateway) -> Customer:
        def pay(reference: str, *, succeed: bool) -> None:
            gateway.confirm(reference, succeed=succeed)

        return pay

    @pytest.fixture
    def bank(self, gateway: SandboxGateway) -> Bank:
        def dispute(reference: str, status: DisputeStatus) -> None:
            gateway.dispute(reference, status)

        return dispute


def test_unavailable_gateway_refuses_payments() -> None:
    with pytest.raises(GatewayUnavailable):
        UnavailableGateway().open_payment(request())
