"""Naive implementations that lose money when a process dies, as negative controls."""

from dataclasses import replace

from injector import Module, provider, singleton

from novacart.adapters.stripe.gateway import StripeGateway
from novacart.application.payments.new_payment import add_payment
from novacart.application.payments.open_payment import OpenPayment, OpenPaymentCommand
from novacart.application.payments.payment_opener import PaymentOpener
from novacart.application.payments.policy import DeclinePolicy
from novacart.application.payments.queries import PaymentIntent
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import (
    OpenPaymentRequest,
    PaymentGateway,
    RefundRequest,
    new_key,
)
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.payments.reports import RefundReport
from tests.support.crash_harness import CrashHarness


class _ProviderFirst(OpenPayment):
    """Opens the payment at the provider before it is stored."""

    def __call__(self, command: OpenPaymentCommand) -> PaymentIntent:
        with self._begin() as work:
            order = work.orders.of_user(command.order_id, command.user_id)
            if work.payments.of_order(order.id) is not None:
                return super().__call__(command)
            payment = add_payment(work, order, at=self._clock.now())
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
        assert report.payment is not None
        payment.apply_report(report.reference, report.payment, at=self._clock.now())
        with self._begin() as work:
            work.payments.add(payment)
            work.commit()
        return super().__call__(command)


class ProviderFirst(Module):
    def __init__(self, _shop: CrashHarness) -> None:
        """Has the signature of every naive module."""

    @provider
    @singleton
    def open_payment(
        self,
        begin: UnitOfWorkFactory,
        clock: Clock,
        gateway: PaymentGateway,
        opener: PaymentOpener,
    ) -> OpenPayment:
        return _ProviderFirst(
            begin=begin,
            clock=clock,
            gateway=gateway,
            opener=opener,
            declines=DeclinePolicy(),
        )


class _KeyForEachCall:
    """Uses a new idempotency key for each call, as the library does by default."""

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
