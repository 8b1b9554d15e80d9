"""Read models of carts."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from novacart.application.ports.product_view import ImageSizes
from novacart.domain.shared.ids import ProductId, UserId, VariantId


class CartItem(NamedTuple):
    """A cart line with the current data of its variant.

    `options` are the values of the variant on one line, empty for a product without options.
    `price_minor` is the price of one unit in minor units of `currency`. `stock` is the number of
    units that this user can order, including those reserved by the unpaid order that was created
    from this cart.
    """

    id: int
    product_id: ProductId
    variant_id: VariantId
    quantity: int
    title: str
    subtitle: str
    sku: str | None
    options: str
    price_minor: int
    currency: str
    image: str | None
    image_sizes: ImageSizes
    stock: int


class CartQueries(Protocol):
    def cart_of(self, user_id: UserId) -> Sequence[CartItem]:
        """Oldest first, without variants that are not in the catalog."""
        ...
