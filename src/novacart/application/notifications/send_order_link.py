"""Send a link to a guest's order by email."""

from hmac import compare_digest

from novacart.application.notifications.order_urls import OrderUrls
from novacart.application.ports.email_renderer import EmailRenderer
from novacart.application.ports.mailer import Mail, Mailer
from novacart.application.ports.order_link_tokens import OrderLinkTokens
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.ordering.events import OrderLookupRequested
from novacart.domain.ordering.order import Order
from novacart.domain.ordering.order_link import LINK_LIFETIME


class SendOrderLink:
    """Handle `OrderLookupRequested`: send a link if a guest placed such an order with the address.

    Handling the event again sends the same email with the same Message-ID. Raises the mailer's
    errors, which cause a retry.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        tokens: OrderLinkTokens,
        renderer: EmailRenderer,
        mailer: Mailer,
        urls: OrderUrls,
    ) -> None:
        self._begin = begin
        self._tokens = tokens
        self._renderer = renderer
        self._mailer = mailer
        self._urls = urls

    def __call__(self, event: OrderLookupRequested) -> None:
        with self._begin() as work:
            order = work.orders.by_number(event.number)
        if order is None or not order.is_of_guest or not self._was_placed_with(order, event):
            return
        # From the time of the request, so that a repeated email has the same link.
        link = self._urls.link(order, at=event.occurred_at)
        email = self._renderer.render(
            "order_link",
            {
                "number": order.number,
                "link": link,
                "days": LINK_LIFETIME.days,
            },
        )
        self._mailer.send(
            Mail.of(email, to=order.email, message_id=f"order-link-{event.request_id}")
        )

    def _was_placed_with(self, order: Order, event: OrderLookupRequested) -> bool:
        digest = self._tokens.email_digest(EmailAddress(order.email).key)
        return compare_digest(digest, event.email_digest)
