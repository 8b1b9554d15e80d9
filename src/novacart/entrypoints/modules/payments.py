"""Payments, refunds, and the provider that makes them."""

import hashlib
from datetime import timedelta

import structlog
from injector import Binder, Injector, Module, inject, provider, singleton

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.payments.queries import SqlPaymentQueries
from novacart.adapters.persistence.payments.sandbox_ledger import SqlSandboxLedger
from novacart.adapters.sandbox.customer import SandboxCustomer
from novacart.adapters.sandbox.gateway import SandboxGateway
from novacart.adapters.sandbox.unavailable_gateway import NoGateway
from novacart.adapters.stripe.gateway import StripeGateway
from novacart.adapters.stripe.webhook import StripeEvents
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.payments.routes import payments_blueprint
from novacart.adapters.web.payments.sandbox_routes import sandbox_blueprint
from novacart.adapters.web.payments.webhook_routes import webhooks_blueprint
from novacart.application.authorization.limits import StaffLimits
from novacart.application.idempotency.idempotent_requests import IdempotentRequests
from novacart.application.ordering.start_checkout import StartCheckout
from novacart.application.payments.cancel_payment import CancelPayment
from novacart.application.payments.handle_event import HandleEvent
from novacart.application.payments.handle_events import HandleEvents, RetryEvent
from novacart.application.payments.open_at_provider import OpenAtProvider
from novacart.application.payments.open_payment import OpenPayment
from novacart.application.payments.policy import FollowUpPolicy
from novacart.application.payments.queries import PaymentQueries
from novacart.application.payments.receive_event import ReceiveEvent, ReceiveEventCommand
from novacart.application.payments.reconcile_payments import (
    ReconcilePayments,
    ReconcilePaymentsCommand,
)
from novacart.application.payments.refund_line import RefundLine
from novacart.application.payments.request_refund import RequestRefund
from novacart.application.payments.send_refund import SendRefund
from novacart.application.payments.settle_payment import SettlePayment
from novacart.application.ports.clock import Clock
from novacart.application.ports.line_refunds import LineRefunds
from novacart.application.ports.payment_gateway import PaymentGateway
from novacart.application.ports.request_context import RequestContext
from novacart.application.ports.webhook_events import EventReader
from novacart.application.scheduled_jobs import ScheduledJob
from novacart.domain.ordering.events import OrderCancelled
from novacart.domain.payments.events import DisputeOpened, RefundFailed, RefundRequested
from novacart.domain.shared.ids import OrderId, RefundId
from novacart.domain.shared.money import Money
from novacart.entrypoints.modules.feature import Reactions
from novacart.entrypoints.settings import Settings

_USE_CASES = (
    CancelPayment,
    HandleEvent,
    HandleEvents,
    OpenAtProvider,
    OpenPayment,
    ReceiveEvent,
    ReconcilePayments,
    RefundLine,
    RequestRefund,
    RetryEvent,
    SendRefund,
    SettlePayment,
)
_log = structlog.get_logger("novacart.payments")

# Seconds. What was left half done must settle within a minute.
_RECONCILE = 15
_EVENTS = 10
_LOOK_BACK = 600
_BACK = timedelta(hours=3)


class PaymentsModule(Module):
    def configure(self, binder: Binder) -> None:
        for use_case in _USE_CASES:
            binder.bind(use_case, to=inject(use_case), scope=singleton)

    @provider
    @singleton
    def policy(self) -> FollowUpPolicy:
        return FollowUpPolicy()

    @provider
    @singleton
    def staff_limits(self, settings: Settings) -> StaffLimits:
        return StaffLimits(support=Money.parse(settings.support_refund_limit, settings.currency))

    @provider
    @singleton
    def gateway(self, settings: Settings, database: Database, clock: Clock) -> PaymentGateway:
        if settings.stripe_secret_key:
            return StripeGateway(
                secret_key=settings.stripe_secret_key,
                publishable_key=settings.stripe_publishable_key,
                clock=clock,
                api_base=settings.stripe_api_base,
            )
        if settings.debug:
            return SandboxGateway(books=SqlSandboxLedger(database), clock=clock)
        return NoGateway()

    @provider
    @singleton
    def reader(self, settings: Settings, gateway: PaymentGateway) -> EventReader:
        # Two secrets, parted by a comma, while one is rolled.
        secrets = [secret.strip() for secret in settings.stripe_webhook_secret.split(",")]
        if isinstance(gateway, SandboxGateway):
            secrets.append(_sandbox_secret(settings))
        return StripeEvents(secrets)

    @provider
    @singleton
    def queries(self, database: Database) -> PaymentQueries:
        return SqlPaymentQueries(database)

    @provider
    @singleton
    def refund_line(self, refund_line: RefundLine) -> LineRefunds:
        return refund_line


def _sandbox_secret(settings: Settings) -> str:
    return hashlib.sha256(f"sandbox webhook {settings.secret_key}".encode()).hexdigest()


def blueprints(injector: Injector) -> list[Blueprint]:
    """The routes of this feature; the sandbox's where it is the provider."""
    receive_event = injector.get(ReceiveEvent)
    contexts = injector.get(ContextVarRequestContexts)

    def receive(signed: ReceiveEventCommand) -> None:
        request_id = contexts.current().request_id
        with contexts.bind(RequestContext(actor="stripe", request_id=request_id)):
            receive_event(signed)

    made = [
        payments_blueprint(
            open_payment=injector.get(OpenPayment),
            start_checkout=injector.get(StartCheckout),
            request_refund=injector.get(RequestRefund),
            queries=injector.get(PaymentQueries),  # type: ignore[type-abstract]
            limits=injector.get(StaffLimits),
            once=injector.get(IdempotentRequests),
        ),
        webhooks_blueprint(receive=receive),
    ]
    gateway = injector.get(PaymentGateway)  # type: ignore[type-abstract]
    if isinstance(gateway, SandboxGateway):
        customer = SandboxCustomer(
            gateway=gateway,
            clock=injector.get(Clock),  # type: ignore[type-abstract]
            secret=_sandbox_secret(injector.get(Settings)),
            deliver=lambda payload, signature: receive(
                ReceiveEventCommand(payload=payload, signature=signature)
            ),
        )
        made.append(sandbox_blueprint(confirm=customer))
    return made


def event_handlers(injector: Injector) -> Reactions:
    """What must be done at the provider once it is committed here."""
    cancel_payment = injector.get(CancelPayment)
    send_refund = injector.get(SendRefund)

    def close_payment(event: OrderCancelled) -> None:
        cancel_payment(OrderId(event.order_id))

    def make_refund(event: RefundRequested) -> None:
        send_refund(RefundId(event.refund_id))

    return [
        (OrderCancelled, close_payment),
        (RefundRequested, make_refund),
        (RefundFailed, warn_of_failed_refund),
        (DisputeOpened, warn_of_dispute),
    ]


def warn_of_failed_refund(event: RefundFailed) -> None:
    """The money is still here, and somebody has to decide what becomes of it."""
    _log.warning(
        "refund_failed",
        order=event.order_number,
        refund_id=event.refund_id,
        amount_minor=event.amount_minor,
        reason=event.failure,
    )


def warn_of_dispute(event: DisputeOpened) -> None:
    """It is answered in the provider's dashboard, within days."""
    _log.warning("dispute_opened", order=event.order_number, dispute=event.dispute)


def schedules(injector: Injector) -> list[ScheduledJob]:
    """Asking the provider, and going through the events that were not handled at once."""
    if isinstance(injector.get(PaymentGateway), NoGateway):  # type: ignore[type-abstract]
        return []
    reconcile = injector.get(ReconcilePayments)
    return [
        ScheduledJob(name="handle_events", every_seconds=_EVENTS, run=injector.get(HandleEvents)),
        ScheduledJob(
            name="reconcile_payments",
            every_seconds=_RECONCILE,
            run=lambda: reconcile(ReconcilePaymentsCommand()),
        ),
        ScheduledJob(
            name="look_back_at_provider",
            every_seconds=_LOOK_BACK,
            run=lambda: reconcile(ReconcilePaymentsCommand(back=_BACK)),
        ),
    ]
