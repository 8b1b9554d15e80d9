"""Cancel orders that were not paid in time."""

import logging
from datetime import timedelta
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
TIME_LIMIT: Final = timedelta(seconds=45)

_log = logging.getLogger(__name__)


class ExpireOrders:
    """Cancel every unpaid order whose `expires_at` has passed; return how many.

    Each order has its own unit of work, so that one that was paid or cancelled in the meantime, or
    that fails, does not stop the others. The first failure is raised at the end. A run ends after
    `TIME_LIMIT`, since each order may wait for its locks. Safe to run in several workers at once.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self) -> int:
        end = self._clock.now() + TIME_LIMIT
        total = 0
        failures: list[Exception] = []
        while True:
            with self._begin() as work:
                due = work.orders.expired(self._clock.now(), limit=BATCH)
            expired = 0
            for order_id in due:
                if self._clock.now() >= end:
                    break
                try:
                    expired += self._expire(order_id)
                except Exception as error:  # noqa: BLE001 (one order must not stop the others)
                    _log.warning("order %s not expired", order_id, exc_info=error)
                    failures.append(error)
            total += expired
            # A full batch of which none could be expired is left for the next run.
            if len(due) < BATCH or not expired:
                break
        if failures:
            raise failures[0]
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
