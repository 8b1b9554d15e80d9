"""Remove a product from the wishlist."""

from dataclasses import dataclass

from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import ProductId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveFromWishlistCommand:
    user_id: UserId
    product_id: ProductId


class RemoveFromWishlist:
    """Raises `NotOnWishlist`."""

    def __init__(self, *, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    def __call__(self, command: RemoveFromWishlistCommand) -> None:
        with self._begin() as work:
            wishlist = work.wishlists.of(command.user_id)
            wishlist.remove(command.product_id)
            work.wishlists.save(wishlist)
            work.commit()
