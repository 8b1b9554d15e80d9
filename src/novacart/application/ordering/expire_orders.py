"""Let go of orders that nobody paid."""

from typing import Final

from novacart.application.ordering.stock_claims import claims
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.errors import (
    InvalidTransition,
    OrderNotFound,
    OrderStillPayable,
)
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import OrderId

BATCH: Final = 100


class ExpireOrders:
    """Cancel every unpaid order whose time is over; gives how many were.

    Each is a unit of work of its own, so that one that was paid, cancelled or locked in the
    meantime keeps none of the others. Any number of workers may do this at once.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self) -> int:
        expired = 0
        while True:
            with self._begin() as work:
                due = work.orders.expired(self._clock.now(), limit=BATCH)
            done = sum(self._expire(order_id) for order_id in due)
            expired += done
            # A batch of which nothing could be done is left for the next round.
            if len(due) < BATCH or not done:
                return expired

    def _expire(self, order_id: OrderId) -> bool:
        now = self._clock.now()
        try:
            with self._begin() as work:
                order = work.orders.get(order_id)
                units = order.expire(at=now)
                work.stock.release(claims(order.id, units, "release"), at=now)
                work.orders.save(order)
                work.commit()
        except (OrderNotFound, OrderStillPayable, InvalidTransition, ConcurrentChange):
            return False
        return True
