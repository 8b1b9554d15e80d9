"""The addition of a variant to a cart."""

from dataclasses import dataclass
from datetime import datetime

from novacart.domain.cart.cart import Cart, CartLine, QuantityLimits
from novacart.domain.shared.ids import CartLineId, VariantId


@dataclass(frozen=True, slots=True, kw_only=True)
class CartAddition:
    """A cart and a variant to add to it, read at one moment.

    The customer can order `orderable` units of the variant now. A new line gets the id
    `new_line_id`.
    """

    cart: Cart
    variant_id: VariantId
    orderable: int
    on_wishlist: bool
    new_line_id: CartLineId

    def add(self, quantity: int, *, limits: QuantityLimits, at: datetime) -> CartLine:
        """Add units to the variant's line, or in a new line.

        Raises as `Cart.add`.
        """
        return self.cart.add(
            self.variant_id, quantity, line_id=self.new_line_id, limits=limits, at=at
        )
