"""Checking out a cart, as the payment of it asks for it."""

from typing import Protocol

from novacart.domain.shared.ids import AddressId, OrderId, UserId


class CartCheckout(Protocol):
    def __call__(self, user_id: UserId, address_id: AddressId) -> OrderId:
        """The unpaid order of the present cart, sent to that address; the cart keeps its lines.

        The same order while the cart and the address are unchanged; else a new one, and the
        old one is cancelled.
        """
        ...
