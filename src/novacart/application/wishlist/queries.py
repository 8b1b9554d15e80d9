"""Read models of wishlists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from novacart.application.ports.product_view import ProductView
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class WishlistItem:
    """A product on the wishlist with its current data. `created_at` is aware, UTC."""

    product: ProductView
    created_at: datetime


class WishlistQueries(Protocol):
    def wishlist_of(self, user_id: UserId) -> Sequence[WishlistItem]:
        """Newest first, without products that are not in the catalog."""
        ...
