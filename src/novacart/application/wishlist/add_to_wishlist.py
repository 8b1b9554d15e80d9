"""Add a variant to the wishlist."""

from dataclasses import dataclass

from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import ProductId, UserId, VariantId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddToWishlistCommand:
    """Name a variant, or a product for its default variant."""

    user_id: UserId
    product_id: ProductId | None = None
    variant_id: VariantId | None = None


class AddToWishlist:
    """Add a variant; return False if it is already on the wishlist.

    Raises `WishlistIsFull`, and as `Products.find_variant`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: AddToWishlistCommand) -> bool:
        with self._begin() as work:
            variant_id = work.products.find_variant(
                product_id=command.product_id, variant_id=command.variant_id
            )
            wishlist = work.wishlists.of(command.user_id)
            added = wishlist.add(variant_id, at=self._clock.now())
            work.wishlists.save(wishlist)
            work.commit()
        return added
