"""Move cart lines to the wishlist."""

from collections.abc import Sequence
from dataclasses import dataclass

from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.cart.errors import NoSuchCartLines
from novacart.domain.shared.ids import CartLineId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveToWishlistCommand:
    user_id: UserId
    line_ids: Sequence[CartLineId]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveToWishlistResult:
    """The number of variants added to the wishlist, and of those that were already on it."""

    added: int
    already_present: int


class MoveToWishlist:
    """Move those of the lines that are in the cart.

    Raises `NoSuchCartLines` if none of them is, and `WishlistIsFull`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: MoveToWishlistCommand) -> MoveToWishlistResult:
        now = self._clock.now()
        with self._begin() as work:
            cart = work.carts.of(command.user_id)
            wishlist = work.wishlists.of(command.user_id)
            removed = cart.remove_lines(command.line_ids)
            if not removed:
                raise NoSuchCartLines
            added = sum(wishlist.add(line.variant_id, at=now) for line in removed)
            work.carts.save(cart)
            work.wishlists.save(wishlist)
            work.commit()
        return MoveToWishlistResult(added=added, already_present=len(removed) - added)
