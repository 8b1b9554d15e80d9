"""Remove variants from the wishlist."""

from collections.abc import Sequence
from dataclasses import dataclass

from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.shared.ids import ProductId, UserId, VariantId


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveFromWishlistCommand:
    """Name a variant, or a product for all of its variants."""

    user_id: UserId
    product_id: ProductId | None = None
    variant_id: VariantId | None = None


class RemoveFromWishlist:
    """Remove a variant, or all variants of a product. Raises `NotOnWishlist`."""

    def __init__(self, *, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    def __call__(self, command: RemoveFromWishlistCommand) -> None:
        with self._begin() as work:
            wishlist = work.wishlists.of(command.user_id)
            wishlist.remove(_variants(work, command))
            work.wishlists.save(wishlist)
            work.commit()


def _variants(work: UnitOfWork, command: RemoveFromWishlistCommand) -> Sequence[VariantId]:
    if command.variant_id is not None:
        return [command.variant_id]
    return () if command.product_id is None else work.products.variant_ids(command.product_id)
