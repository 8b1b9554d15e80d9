"""Revoke the links to a guest's order."""

from dataclasses import dataclass

from novacart.application.authorization.actor import Actor
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeOrderLinksCommand:
    staff: Actor
    order_id: OrderId


class RevokeOrderLinks:
    """Make all links that were sent to a guest's order invalid, such as one that was forwarded.

    Raises `PermissionDenied`, `OrderNotFound`, and `InvalidOrderLink` for a user's order.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: RevokeOrderLinksCommand) -> None:
        command.staff.require("orders.cancel")
        with self._begin() as work:
            order = work.orders.get(command.order_id)
            order.revoke_links(at=self._clock.now())
            work.orders.save(order)
            work.commit()
