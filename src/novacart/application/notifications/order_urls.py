"""Addresses of the pages of orders in the storefront."""

from datetime import datetime

from novacart.application.ports.order_link_tokens import OrderLinkTokens
from novacart.domain.ordering.order import Order
from novacart.domain.ordering.order_link import OrderLink


class OrderUrls:
    """`frontend_url` is the storefront; blank if the shop has none."""

    def __init__(self, *, frontend_url: str, tokens: OrderLinkTokens) -> None:
        self._frontend_url = frontend_url.rstrip("/")
        self._tokens = tokens

    def of(self, order: Order) -> str | None:
        """The page of the order in its account; a guest's order has a link from its placement."""
        if not self._frontend_url:
            return None
        if order.is_of_guest:
            return self.link(order, at=order.placed_at)
        return f"{self._frontend_url}/orders/{order.id}"

    def link(self, order: Order, *, at: datetime) -> str:
        """A link to a guest's order that was created at a time."""
        token = self._tokens.issue(OrderLink.to(order, at=at))
        return f"{self._frontend_url}/orders/link/{token}"
