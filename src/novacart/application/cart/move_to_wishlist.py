"""Move lines of the cart to the wishlist."""

from collections.abc import Sequence
from dataclasses import dataclass

from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import CartLineId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveToWishlistCommand:
    user_id: UserId
    line_ids: Sequence[CartLineId]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveToWishlistResult:
    """How many products are new on the wishlist, and how many stood there already."""

    added: int
    already_there: int


class MoveToWishlist:
    """Raises `NoSuchCartLines` where none of them is in the cart, and `WishlistIsFull`."""

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: MoveToWishlistCommand) -> MoveToWishlistResult:
        with self._begin() as work:
            cart = work.carts.of(command.user_id)
            wishlist = work.wishlists.of(command.user_id)
            taken = cart.take_out(command.line_ids)
            now = self._clock.now()
            added = sum(wishlist.add(line.product_id, at=now) for line in taken)
            work.carts.save(cart)
            work.wishlists.save(wishlist)
            work.commit()
        return MoveToWishlistResult(added=added, already_there=len(taken) - added)
