"""Change the quantity of a cart line."""

from dataclasses import dataclass
from enum import StrEnum

from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.cart.cart import Cart, CartLine
from novacart.domain.cart.policy import CartPolicy
from novacart.domain.shared.ids import CartLineId, UserId


class QuantityStep(StrEnum):
    INCREASE = "increase"
    DECREASE = "decrease"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeQuantityCommand:
    """`change` is one step, or the new quantity (zero removes the line)."""

    user_id: UserId
    line_id: CartLineId
    change: QuantityStep | int


class ChangeQuantity:
    """Change the quantity of a line; return the new quantity, zero for a removed line.

    Raises `CartLineNotFound`, `CartLimitReached`, `NotEnoughInStock`, and `InvalidValue` for a
    quantity below zero.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, policy: CartPolicy) -> None:
        self._begin = begin
        self._policy = policy

    def __call__(self, command: ChangeQuantityCommand) -> int:
        with self._begin() as work:
            cart = work.carts.of(command.user_id)
            line = self._change(work, cart, command)
            work.carts.save(cart)
            work.commit()
        return line.quantity if line else 0

    def _change(
        self, work: UnitOfWork, cart: Cart, command: ChangeQuantityCommand
    ) -> CartLine | None:
        line = cart.line(command.line_id)
        if command.change is QuantityStep.DECREASE:
            return cart.decrease(line.id)
        limits = self._policy.limits(work.carts.orderable(command.user_id, line.variant_id))
        if isinstance(command.change, QuantityStep):
            return cart.increase(line.id, 1, limits=limits)
        return cart.set_quantity(line.id, command.change, limits=limits)
