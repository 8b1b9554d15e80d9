"""Delete guests without orders whose session has expired."""

from typing import Final

from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory

BATCH: Final = 1000


class PurgeGuests:
    """Delete guests who have no orders, with their carts, and return how many.

    A session expires 30 days after it was last renewed. A guest with orders stays, since orders
    refer to their customer.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self) -> int:
        now, total = self._clock.now(), 0
        while True:
            # Small transactions, since each locks the writers of SQLite.
            with self._begin() as work:
                deleted = work.guests.delete_empty(before=now, limit=BATCH)
                work.commit()
            total += deleted
            if deleted < BATCH:
                return total
