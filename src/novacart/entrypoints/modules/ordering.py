"""Orders, and idempotent requests."""

from injector import Injector, Module, provider, singleton

from novacart.adapters.persistence.database import QueryDatabase
from novacart.adapters.persistence.ordering.queries import SqlOrderQueries
from novacart.adapters.sandbox.unavailable_gateway import UnavailableGateway
from novacart.adapters.security.order_link_tokens import HmacOrderLinkTokens
from novacart.adapters.system.order_numbers import RandomOrderNumbers
from novacart.application.idempotency.idempotent_requests import (
    IdempotentRequests,
    PurgeIdempotencyKeys,
)
from novacart.application.ordering.cancel_item import CancelItem
from novacart.application.ordering.cancel_order import CancelOrder
from novacart.application.ordering.estimate_delivery import EstimateDelivery
from novacart.application.ordering.expire_orders import ExpireOrders
from novacart.application.ordering.fulfil_order import DeliverOrder, ShipOrder, StartProcessing
from novacart.application.ordering.guest_checkout import PlaceGuestOrder, StartGuestCheckout
from novacart.application.ordering.merge_guest_cart import MergeGuestCart
from novacart.application.ordering.order_links import (
    CancelOrderByLink,
    ClaimOrder,
    ReadOrderByLink,
)
from novacart.application.ordering.place_order import PlaceOrder
from novacart.application.ordering.policy import CheckoutPolicy
from novacart.application.ordering.queries import OrderQueries
from novacart.application.ordering.request_order_lookup import RequestOrderLookup
from novacart.application.ordering.return_goods import ReceiveReturnedGoods, ReturnOrder
from novacart.application.ordering.revoke_order_links import RevokeOrderLinks
from novacart.application.ordering.start_checkout import StartCheckout
from novacart.application.ports.order_link_tokens import OrderLinkTokens
from novacart.application.ports.order_numbers import OrderNumbers
from novacart.application.ports.payment_gateway import PaymentGateway
from novacart.application.scheduled_jobs import ScheduledJob
from novacart.domain.ordering.limits import OrderLimits
from novacart.entrypoints.settings import Settings

USE_CASES = (
    PlaceOrder,
    PlaceGuestOrder,
    StartCheckout,
    StartGuestCheckout,
    MergeGuestCart,
    CancelOrder,
    CancelItem,
    ExpireOrders,
    StartProcessing,
    ShipOrder,
    DeliverOrder,
    ReturnOrder,
    ReceiveReturnedGoods,
    EstimateDelivery,
    RequestOrderLookup,
    ReadOrderByLink,
    CancelOrderByLink,
    ClaimOrder,
    RevokeOrderLinks,
    IdempotentRequests,
    PurgeIdempotencyKeys,
)


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

    @provider
    @singleton
    def queries(self, database: QueryDatabase) -> OrderQueries:
        return SqlOrderQueries(database)


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
