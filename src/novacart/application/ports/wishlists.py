"""Repository of wishlists."""

from collections.abc import Collection
from typing import Protocol

from novacart.domain.shared.ids import UserId, VariantId
from novacart.domain.wishlist.wishlist import Wishlist


class Wishlists(Protocol):
    def of(self, user_id: UserId) -> Wishlist:
        """The user's wishlist, locked until the unit of work ends; empty if there is none."""
        ...

    def save(self, wishlist: Wishlist) -> None: ...

    def discard_everywhere(self, variant_ids: Collection[VariantId]) -> None:
        """Remove variants from all wishlists."""
        ...
