"""Cancel orders that were not paid in time."""

from typing import Final

from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.errors import (
    InvalidTransition,
    OrderNotFound,
    OrderStillPayable,
)
from novacart.domain.services.stock_claims import stock_claims
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import OrderId

BATCH: Final = 100


class ExpireOrders:
    """Cancel every unpaid order whose `expires_at` has passed; return how many.

    Each order has its own unit of work, so that one that was paid, cancelled or locked in the
    meantime does not stop the others. Safe to run in several workers at once.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self) -> int:
        total = 0
        while True:
            with self._begin() as work:
                due = work.orders.expired(self._clock.now(), limit=BATCH)
            expired = sum(self._expire(order_id) for order_id in due)
            total += expired
            # A full batch of which none could be expired is left for the next run.
            if len(due) < BATCH or not expired:
                return total

    def _expire(self, order_id: OrderId) -> bool:
        now = self._clock.now()
        try:
            with self._begin() as work:
                order = work.orders.get(order_id)
                units = order.expire(at=now)
                work.stock.release(stock_claims(order.id, units, "release"), at=now)
                work.orders.save(order)
                work.commit()
        except (OrderNotFound, OrderStillPayable, InvalidTransition, ConcurrentChange):
            return False
        return True
