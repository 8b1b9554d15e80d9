"""The addition of a product to a cart."""

from dataclasses import dataclass
from datetime import datetime

from novacart.domain.cart.cart import Cart, CartLine, QuantityLimits
from novacart.domain.catalog.errors import ProductNotFound
from novacart.domain.shared.ids import CartLineId, ProductId


@dataclass(frozen=True, slots=True, kw_only=True)
class CartAddition:
    """A cart and a product to add to it, read at one moment.

    `is_active` is whether the product is in the catalog; the customer can order `orderable` units
    of it now. A new line gets the id `new_line_id`.
    """

    cart: Cart
    product_id: ProductId
    is_active: bool
    orderable: int
    on_wishlist: bool
    new_line_id: CartLineId

    def add(self, quantity: int, *, limits: QuantityLimits, at: datetime) -> CartLine:
        """Add units to the product's line, or in a new line.

        Raises `ProductNotFound` for a product that is not in the catalog, and as `Cart.add`.
        """
        if not self.is_active:
            raise ProductNotFound
        return self.cart.add(
            self.product_id, quantity, line_id=self.new_line_id, limits=limits, at=at
        )
