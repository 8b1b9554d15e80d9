"""Add a product to the cart."""

from dataclasses import dataclass

from novacart.application.cart.policy import CartPolicy
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.cart.cart import CartLine
from novacart.domain.shared.ids import CartLineId, ProductId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddToCartCommand:
    user_id: UserId
    product_id: ProductId
    quantity: int = 1


class AddToCart:
    """Add units of a product to the cart, and remove the product from the wishlist.

    Raises `ProductNotFound`, `CartLimitReached`, `NotEnoughInStock`, and `InvalidValue` for a
    quantity below one.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock, policy: CartPolicy) -> None:
        self._begin = begin
        self._clock = clock
        self._policy = policy

    def __call__(self, command: AddToCartCommand) -> CartLine:
        with self._begin() as work:
            cart = work.carts.of(command.user_id)
            product = work.products.get_active(command.product_id)
            existing = cart.line_of(product.id)
            line = cart.add(
                product.id,
                command.quantity,
                line_id=existing.id if existing else CartLineId(work.ids.take()[0]),
                limits=self._policy.limits(work.carts.orderable(command.user_id, product.id)),
                at=self._clock.now(),
            )
            work.carts.save(cart)
            wishlist = work.wishlists.of(command.user_id)
            wishlist.discard(product.id)
            work.wishlists.save(wishlist)
            work.commit()
        return line
