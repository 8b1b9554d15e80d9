"""Put a product into the cart."""

from dataclasses import dataclass

from novacart.application.cart.policy import CartPolicy
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.cart.cart import Allowance, CartLine
from novacart.domain.shared.ids import CartLineId, ProductId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddToCartCommand:
    user_id: UserId
    product_id: ProductId
    quantity: int = 1


class AddToCart:
    """Add to what is in the cart already, and take the product off the wishlist.

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
            allowance = Allowance(
                orderable=work.carts.orderable(command.user_id, product.id),
                limit=self._policy.max_per_line,
            )
            present = cart.line_of(product.id)
            if present is None:
                line = cart.put(
                    product.id,
                    command.quantity,
                    line_id=CartLineId(work.ids.take()[0]),
                    allowance=allowance,
                    at=self._clock.now(),
                )
            else:
                line = cart.increase(present.id, command.quantity, allowance=allowance)
            work.carts.save(cart)
            wishlist = work.wishlists.of(command.user_id)
            wishlist.discard(product.id)
            work.wishlists.save(wishlist)
            work.commit()
        return line
