"""Add a product to the wishlist."""

from dataclasses import dataclass

from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import ProductId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddToWishlistCommand:
    user_id: UserId
    product_id: ProductId


class AddToWishlist:
    """Add a product; return False if it is already on the wishlist.

    Raises `ProductNotFound` for a product that is not in the catalog, and `WishlistIsFull`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: AddToWishlistCommand) -> bool:
        with self._begin() as work:
            work.products.ensure_active(command.product_id)
            wishlist = work.wishlists.of(command.user_id)
            added = wishlist.add(command.product_id, at=self._clock.now())
            work.wishlists.save(wishlist)
            work.commit()
        return added
