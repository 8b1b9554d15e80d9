"""Bindings of payments, refunds and the payment provider."""

import hashlib
from datetime import timedelta

import structlog
from injector import Injector, Module, provider, singleton

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.payments.sandbox_ledger import SqlSandboxLedger
from novacart.adapters.sandbox.gateway import SandboxGateway
from novacart.adapters.sandbox.unavailable_gateway import UnavailableGateway
from novacart.adapters.stripe.webhook import StripeEventReader, livemode_of
from novacart.application.authorization.limits import StaffLimits
from novacart.application.payments.cancel_payment import CancelPayment, CancelPaymentCommand
from novacart.application.payments.policy import DeclinePolicy, EventRetryPolicy
from novacart.application.payments.process_events import ProcessEvents
from novacart.application.payments.reconcile_payments import (
    ReconcilePayments,
    ReconcilePaymentsCommand,
)
from novacart.application.payments.refund_order_line import RefundOrderLine
from novacart.application.payments.send_refund import SendRefund, SendRefundCommand
from novacart.application.payments.update_payment import UpdatePayment
from novacart.application.ports.clock import Clock
from novacart.application.ports.line_refunds import LineRefunds
from novacart.application.ports.payment_gateway import PaymentGateway
from novacart.application.ports.payment_updates import PaymentUpdates
from novacart.application.ports.webhook_events import EventReader
from novacart.application.scheduled_jobs import ScheduledJob
from novacart.domain.ordering.events import OrderCancelled
from novacart.domain.payments.events import DisputeOpened, RefundFailed, RefundRequested
from novacart.domain.shared.ids import OrderId, RefundId
from novacart.domain.shared.money import Money
from novacart.entrypoints.modules.feature import EventHandlers
from novacart.entrypoints.settings import PaymentProvider, Settings

_log = structlog.get_logger("novacart.payments")

# Seconds. An interrupted request must be settled within a minute.
_RECONCILE = 15
_EVENTS = 10
_SEARCH = 600
_LOOK_BACK = timedelta(hours=3)


class PaymentsModule(Module):
    @provider
    @singleton
    def event_retry_policy(self) -> EventRetryPolicy:
        return EventRetryPolicy()

    @provider
    @singleton
    def decline_policy(self, settings: Settings) -> DeclinePolicy:
        return DeclinePolicy(
            per_order=settings.max_declines_per_order,
            per_account=settings.max_declines_per_account if settings.ratelimit_enabled else None,
        )

    @provider
    @singleton
    def staff_limits(self, settings: Settings) -> StaffLimits:
        return StaffLimits(
            support=Money.parse(settings.support_refund_limit, settings.currency),
            timezone=settings.shop_timezone,
        )

    @provider
    @singleton
    def gateway(self, settings: Settings, database: Database, clock: Clock) -> PaymentGateway:
        if settings.payment_provider is PaymentProvider.STRIPE:
            # Imported only where it is used, to save memory.
            from novacart.adapters.stripe.gateway import StripeGateway  # noqa: PLC0415

            return StripeGateway(
                secret_key=settings.stripe_secret_key,
                publishable_key=settings.stripe_publishable_key,
                clock=clock,
                api_base=settings.stripe_api_base,
            )
        if settings.payment_provider is PaymentProvider.SANDBOX:
            return SandboxGateway(ledger=SqlSandboxLedger(database), clock=clock)
        return UnavailableGateway()

    @provider
    @singleton
    def reader(self, settings: Settings, gateway: PaymentGateway) -> EventReader:
        # Two secrets, separated by a comma, while one is being rolled.
        secrets = [secret.strip() for secret in settings.stripe_webhook_secret.split(",")]
        livemode = livemode_of(settings.stripe_secret_key)
        if isinstance(gateway, SandboxGateway):
            secrets.append(sandbox_secret(settings))
            livemode = False
        return StripeEventReader(secrets, account=settings.stripe_account_id, livemode=livemode)

    @provider
    @singleton
    def line_refunds(self, refund_order_line: RefundOrderLine) -> LineRefunds:
        return refund_order_line

    @provider
    @singleton
    def payment_updates(self, update_payment: UpdatePayment) -> PaymentUpdates:
        return update_payment


def sandbox_secret(settings: Settings) -> str:
    """Return the secret that signs the webhook events of the sandbox."""
    return hashlib.sha256(f"sandbox webhook {settings.signing_key}".encode()).hexdigest()


def event_handlers(injector: Injector) -> EventHandlers:
    """Requests to the provider after a commit, and warnings for staff."""
    cancel_payment = injector.get(CancelPayment)
    send_refund = injector.get(SendRefund)

    def cancel_order_payment(event: OrderCancelled) -> None:
        cancel_payment(CancelPaymentCommand(order_id=OrderId(event.order_id)))

    def send_requested_refund(event: RefundRequested) -> None:
        send_refund(SendRefundCommand(refund_id=RefundId(event.refund_id)))

    return [
        (OrderCancelled, cancel_order_payment),
        (RefundRequested, send_requested_refund),
        (RefundFailed, warn_of_failed_refund),
        (DisputeOpened, warn_of_dispute),
    ]


def warn_of_failed_refund(event: RefundFailed) -> None:
    """Staff must decide how to refund the customer."""
    _log.warning(
        "refund_failed",
        order=event.order_number,
        refund_id=event.refund_id,
        amount_minor=event.amount_minor,
        reason=event.failure,
    )


def warn_of_dispute(event: DisputeOpened) -> None:
    """Staff must respond in the provider's dashboard within days."""
    _log.warning("dispute_opened", order=event.order_number, dispute=event.dispute)


def scheduled_jobs(injector: Injector) -> list[ScheduledJob]:
    """Reconciliation, and the retries of webhook events."""
    if isinstance(injector.get(PaymentGateway), UnavailableGateway):  # type: ignore[type-abstract]
        return []
    reconcile = injector.get(ReconcilePayments)
    return [
        ScheduledJob(name="handle_events", every_seconds=_EVENTS, run=injector.get(ProcessEvents)),
        ScheduledJob(
            name="reconcile_payments",
            every_seconds=_RECONCILE,
            run=lambda: reconcile(ReconcilePaymentsCommand()),
        ),
        ScheduledJob(
            name="look_back_at_provider",
            every_seconds=_SEARCH,
            is_long=True,
            run=lambda: reconcile(ReconcilePaymentsCommand(look_back=_LOOK_BACK)),
        ),
    ]
