"""Take goods that came back into stock."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from novacart.application.authorization.actor import Actor
from novacart.application.ports.clock import Clock
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.services.stock_claims import return_claims
from novacart.domain.shared.errors import ConcurrentChange, InvalidValue
from novacart.domain.shared.ids import OrderId
from novacart.domain.shared.refunds import LineQuantity

_PERMISSION = "orders.return"
_CHANGED: Final = (
    "The order was changed after the page was loaded. Check which items are back in stock before"
    " you receive more."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnOrderCommand:
    staff: Actor
    order_id: OrderId
    reason: str


class ReturnOrder:
    """Cancel a shipped COD order that the customer did not accept; its units are back in stock.

    Raises `PermissionDenied`, `OrderNotFound`, `InvalidTransition`, and `InvalidValue` without
    a reason.
    """

    def __init__(
        self, *, begin: UnitOfWorkFactory, clock: Clock, contexts: RequestContexts
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._contexts = contexts

    def __call__(self, command: ReturnOrderCommand) -> None:
        command.staff.require(_PERMISSION)
        reason = _required(command.reason)
        now = self._clock.now()
        with self._begin() as work:
            order = work.orders.get(command.order_id)
            units = order.return_undelivered(
                reason=reason, at=now, actor=self._contexts.current().actor
            )
            work.stock.take_back(return_claims(order, units, note=reason), at=now)
            work.orders.save(order)
            work.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveReturnedGoodsCommand:
    """Without `units`, all that were refunded after shipping and are not back in stock.

    `expected_version` is the version of the order that the editor read; None skips the check.
    """

    staff: Actor
    order_id: OrderId
    reason: str
    units: Sequence[LineQuantity] = ()
    expected_version: int | None = None


class ReceiveReturnedGoods:
    """Take units into stock that were refunded after they were shipped, each unit once.

    Raises `PermissionDenied`, `OrderNotFound`, `ConcurrentChange`, `OrderLineNotFound`,
    `NotReturnable`, and `InvalidValue`, also without a reason.
    """

    def __init__(
        self, *, begin: UnitOfWorkFactory, clock: Clock, contexts: RequestContexts
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._contexts = contexts

    def __call__(self, command: ReceiveReturnedGoodsCommand) -> None:
        command.staff.require(_PERMISSION)
        reason = _required(command.reason)
        now = self._clock.now()
        with self._begin() as work:
            order = work.orders.get(command.order_id)
            if command.expected_version not in {None, order.version}:
                raise ConcurrentChange(_CHANGED)
            units = order.receive_returned(command.units, reason=reason, at=now)
            work.stock.take_back(return_claims(order, units, note=reason), at=now)
            work.orders.save(order)
            work.commit()


def _required(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise InvalidValue("reason", "Enter a reason.")
    return reason
