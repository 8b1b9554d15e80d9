"""Orders, and idempotent requests."""

from injector import Injector, Module, provider, singleton

from novacart.adapters.sandbox.unavailable_gateway import UnavailableGateway
from novacart.adapters.security.order_link_tokens import HmacOrderLinkTokens
from novacart.adapters.system.order_numbers import RandomOrderNumbers
from novacart.application.idempotency.idempotent_requests import (
    PurgeIdempotencyKeys,
)
from novacart.application.ordering.expire_orders import ExpireOrders
from novacart.application.ordering.policy import CheckoutPolicy
from novacart.application.ports.order_link_tokens import OrderLinkTokens
from novacart.application.ports.order_numbers import OrderNumbers
from novacart.application.ports.payment_gateway import PaymentGateway
from novacart.application.scheduled_jobs import ScheduledJob
from novacart.domain.ordering.limits import OrderLimits
from novacart.entrypoints.settings import Settings


class OrderingModule(Module):
    @provider
    @singleton
    def policy(self, settings: Settings, gateway: PaymentGateway) -> CheckoutPolicy:
        return CheckoutPolicy(
            pending_order_ttl=settings.pending_order_ttl,
            online_payments=not isinstance(gateway, UnavailableGateway),
            timezone=settings.shop_timezone,
            limits=OrderLimits(
                unpaid=settings.max_unpaid_orders,
                cod=settings.max_open_cod_orders,
                units=settings.max_reserved_units,
                renewals=settings.max_checkout_renewals if settings.ratelimit_enabled else None,
            ),
        )

    @provider
    @singleton
    def numbers(self, settings: Settings) -> OrderNumbers:
        return RandomOrderNumbers(settings.shop_timezone)

    @provider
    @singleton
    def link_tokens(self, settings: Settings) -> OrderLinkTokens:
        return HmacOrderLinkTokens(settings.signing_key)


def scheduled_jobs(injector: Injector) -> list[ScheduledJob]:
    """Cancel unpaid orders, and delete expired idempotency keys."""
    return [
        ScheduledJob(name="expire_orders", every_seconds=5, run=injector.get(ExpireOrders)),
        ScheduledJob(
            name="purge_idempotency_keys",
            every_seconds=3600,
            run=injector.get(PurgeIdempotencyKeys),
        ),
    ]
