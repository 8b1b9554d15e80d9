"""Tokens of links to the orders of guests."""

from typing import Protocol

from novacart.domain.ordering.order_link import OrderLink


class OrderLinkTokens(Protocol):
    def issue(self, link: OrderLink) -> str:
        """Sign the link. The token is not stored: it is the same for an equal link."""
        ...

    def read(self, token: str) -> OrderLink:
        """Verify the signature, not the expiry. Raises `InvalidOrderLink`."""
        ...

    def email_digest(self, email_key: str) -> str:
        """A keyed digest of an email address, to compare addresses without storing them."""
        ...
