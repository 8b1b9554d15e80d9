"""Take things out of the cart."""

from collections.abc import Sequence
from dataclasses import dataclass

from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import CartLineId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveLineCommand:
    user_id: UserId
    line_id: CartLineId


class RemoveLine:
    """Raises `CartLineNotFound`."""

    def __init__(self, *, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    def __call__(self, command: RemoveLineCommand) -> None:
        with self._begin() as work:
            cart = work.carts.of(command.user_id)
            cart.remove(command.line_id)
            work.carts.save(cart)
            work.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveLinesCommand:
    user_id: UserId
    line_ids: Sequence[CartLineId]


class RemoveLines:
    """Take out those of the lines that are in the cart; gives how many they were."""

    def __init__(self, *, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    def __call__(self, command: RemoveLinesCommand) -> int:
        with self._begin() as work:
            cart = work.carts.of(command.user_id)
            removed = cart.remove_known(command.line_ids)
            work.carts.save(cart)
            work.commit()
        return len(removed)


class ClearCart:
    """Take everything out of the cart, an empty one included."""

    def __init__(self, *, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    def __call__(self, user_id: UserId) -> None:
        with self._begin() as work:
            cart = work.carts.of(user_id)
            cart.remove_known([line.id for line in cart.lines])
            work.carts.save(cart)
            work.commit()
