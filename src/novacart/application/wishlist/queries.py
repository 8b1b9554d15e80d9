"""Read models of wishlists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from novacart.application.ports.product_view import ProductView
from novacart.domain.shared.ids import UserId, VariantId


@dataclass(frozen=True, slots=True, kw_only=True)
class WishlistItem:
    """A variant on the wishlist with the current data of its product.

    `options` are the values of the variant on one line. `created_at` is aware, UTC.
    """

    product: ProductView
    variant_id: VariantId
    options: str
    created_at: datetime


class WishlistQueries(Protocol):
    def wishlist_of(self, user_id: UserId) -> Sequence[WishlistItem]:
        """Newest first, without variants that are not in the catalog."""
        ...
