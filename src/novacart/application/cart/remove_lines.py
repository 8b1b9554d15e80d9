"""Remove lines from the cart."""

from collections.abc import Sequence
from dataclasses import dataclass

from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import CartLineId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveLineCommand:
    user_id: UserId
    line_id: CartLineId


class RemoveLine:
    """Remove one line. Raises `CartLineNotFound`."""

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
    """Remove those of the lines that are in the cart; return how many were removed."""

    def __init__(self, *, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    def __call__(self, command: RemoveLinesCommand) -> int:
        with self._begin() as work:
            cart = work.carts.of(command.user_id)
            removed = cart.remove_lines(command.line_ids)
            work.carts.save(cart)
            work.commit()
        return len(removed)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearCartCommand:
    user_id: UserId


class ClearCart:
    """Remove every line.

    An unpaid order that was created from the cart stays referenced, so that its units still
    count as orderable for this customer.
    """

    def __init__(self, *, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    def __call__(self, command: ClearCartCommand) -> None:
        with self._begin() as work:
            cart = work.carts.of(command.user_id)
            cart.remove_lines([line.id for line in cart.lines])
            work.carts.save(cart)
            work.commit()
