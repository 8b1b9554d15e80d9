"""E-mails to customers about orders and refunds."""

from injector import Injector, Module, provider, singleton

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.ordering.mailed_orders import SqlMailedOrders
from novacart.application.notifications.order_urls import OrderUrls
from novacart.application.notifications.send_order_emails import (
    SendCancellationEmail,
    SendConfirmationEmail,
    SendGoodsReceivedEmail,
    SendLineCancellationEmail,
    SendReturnEmail,
    SendShippingEmail,
)
from novacart.application.notifications.send_order_link import SendOrderLink
from novacart.application.notifications.send_refund_emails import (
    SendLatePaymentEmail,
    SendRefundEmail,
    SendRefundStartedEmail,
)
from novacart.application.ports.mailed_orders import MailedOrders
from novacart.application.ports.order_link_tokens import OrderLinkTokens
from novacart.domain.ordering.events import (
    OrderCancelled,
    OrderConfirmed,
    OrderLineCancelled,
    OrderLookupRequested,
    OrderReturned,
    OrderShipped,
    ReturnedGoodsReceived,
)
from novacart.domain.payments.events import LatePaymentReceived, RefundRequested, RefundSucceeded
from novacart.entrypoints.modules.feature import EventHandlers
from novacart.entrypoints.settings import EmailBackend, Settings


class NotificationsModule(Module):
    @provider
    @singleton
    def order_urls(self, settings: Settings, tokens: OrderLinkTokens) -> OrderUrls:
        return OrderUrls(frontend_url=settings.frontend_url, tokens=tokens)

    @provider
    @singleton
    def orders(self, database: Database) -> MailedOrders:
        return SqlMailedOrders(database)


def event_handlers(injector: Injector) -> EventHandlers:
    """The events that cause an e-mail; none if the shop sends no e-mail."""
    if injector.get(Settings).email_backend is EmailBackend.NONE:
        return []
    return [
        (OrderConfirmed, injector.get(SendConfirmationEmail)),
        (OrderLookupRequested, injector.get(SendOrderLink)),
        (OrderShipped, injector.get(SendShippingEmail)),
        (OrderCancelled, injector.get(SendCancellationEmail)),
        (OrderLineCancelled, injector.get(SendLineCancellationEmail)),
        (OrderReturned, injector.get(SendReturnEmail)),
        (ReturnedGoodsReceived, injector.get(SendGoodsReceivedEmail)),
        (RefundRequested, injector.get(SendRefundStartedEmail)),
        (RefundSucceeded, injector.get(SendRefundEmail)),
        (LatePaymentReceived, injector.get(SendLatePaymentEmail)),
    ]
