"""Add a variant to the cart."""

from dataclasses import dataclass

from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.cart.cart import CartLine
from novacart.domain.cart.policy import CartPolicy
from novacart.domain.shared.ids import ProductId, UserId, VariantId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddToCartCommand:
    """Name a variant, or a product for its default variant."""

    user_id: UserId
    product_id: ProductId | None = None
    variant_id: VariantId | None = None
    quantity: int = 1


class AddToCart:
    """Add units of a variant to the cart, and remove the variant from the wishlist.

    Raises as `Products.find_variant`, and `CartIsFull`, `CartLimitReached`, `NotEnoughInStock`,
    and `InvalidValue` for a quantity below one.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock, policy: CartPolicy) -> None:
        self._begin = begin
        self._clock = clock
        self._policy = policy

    def __call__(self, command: AddToCartCommand) -> CartLine:
        with self._begin() as work:
            addition = work.carts.addition(
                command.user_id, product_id=command.product_id, variant_id=command.variant_id
            )
            line = addition.add(
                command.quantity,
                limits=self._policy.limits(addition.orderable),
                at=self._clock.now(),
            )
            work.carts.save_addition(addition)
            work.commit()
        return line
