"""Naive payment code for negative controls: each loses money when a process crashes."""

from dataclasses import replace

from injector import Module, provider, singleton

from novacart.adapters.stripe.gateway import StripeGateway
from novacart.application.payments.idempotency import new_key
from novacart.application.payments.open_at_provider import OpenAtProvider
from novacart.application.payments.open_payment import OpenPayment, OpenPaymentCommand
from novacart.application.payments.policy import FollowUpPolicy
from novacart.application.payments.queries import IntentView
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import (
    OpenPaymentRequest,
    PaymentGateway,
    RefundReport,
    RefundRequest,
)
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from tests.support.crash_harness import CrashHarness


class _ProviderFirst(OpenPayment):
    """Calls the provider before it records the intent."""

    def __call__(self, command: OpenPaymentCommand) -> IntentView:
        with self._begin() as work:
            order = work.orders.of_user(command.order_id, command.user_id)
            if work.payments.of_order(order.id) is not None:
                return super().__call__(command)
            payment = self._new(work, order)
        report = self._gateway.open_payment(
            OpenPaymentRequest(
                payment_id=payment.id,
                order_id=order.id,
                order_number=order.number,
                amount=payment.amount,
                email=order.email,
                key=payment.open_key,
            )
        )
        payment.opened(reference=report.reference, client_secret="secret")
        with self._begin() as work:
            work.payments.add(payment)
            work.commit()
        return super().__call__(command)


class ProviderFirst(Module):
    def __init__(self, _shop: CrashHarness) -> None:
        """Accept the harness, as the other modules do."""

    @provider
    @singleton
    def open_payment(
        self,
        begin: UnitOfWorkFactory,
        clock: Clock,
        gateway: PaymentGateway,
        open_at_provider: OpenAtProvider,
        policy: FollowUpPolicy,
    ) -> OpenPayment:
        return _ProviderFirst(
            begin=begin,
            clock=clock,
            gateway=gateway,
            open_at_provider=open_at_provider,
            policy=policy,
        )


class _KeyForEachCall:
    """Makes a new idempotency key for each call, as Stripe's library does by default."""

    def __init__(self, gateway: StripeGateway) -> None:
        self._gateway = gateway

    def __getattr__(self, name: str) -> object:
        return getattr(self._gateway, name)

    def refund(self, request: RefundRequest) -> RefundReport:
        return self._gateway.refund(replace(request, key=new_key("refund")))


class KeyForEachCall(Module):
    def __init__(self, shop: CrashHarness) -> None:
        self._shop = shop

    @provider
    @singleton
    def gateway(self) -> PaymentGateway:
        return _KeyForEachCall(self._shop.gateway())  # type: ignore[return-value]
