"""What a wishlist looks like to its owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from novacart.application.ports.product_view import ProductView
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class WishlistItem:
    """A product on the wishlist as the catalogue shows it now."""

    product: ProductView
    created_at: datetime


class WishlistQueries(Protocol):
    def wishlist_of(self, user_id: UserId) -> Sequence[WishlistItem]:
        """Newest first; products that left the catalogue are not shown."""
        ...
