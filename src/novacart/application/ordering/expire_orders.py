"""Cancel orders that were not paid in time."""

import logging
from datetime import datetime, timedelta
from typing import Final

from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import GatewayRefused, GatewayUnavailable
from novacart.application.ports.payment_updates import PaymentUpdates
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.stock import MovementKind
from novacart.domain.ordering.errors import (
    InvalidTransition,
    OrderNotFound,
    OrderStillPayable,
)
from novacart.domain.payments.lifecycle import PaymentStatus
from novacart.domain.payments.payment import Payment
from novacart.domain.services.stock_claims import stock_claims
from novacart.domain.shared.errors import ConcurrentChange, DomainError
from novacart.domain.shared.ids import OrderId

BATCH: Final = 100
TIME_LIMIT: Final = timedelta(seconds=45)
# How long a provider that can't be reached is not asked: each request may take 20 seconds.
PROVIDER_PAUSE: Final = timedelta(minutes=1)
# After this time in a run no more requests begin, since messages and other jobs wait for it.
ASKING_TIME: Final = timedelta(seconds=10)
# How long an order whose payment is in processing is not read again.
PROCESSING_PAUSE: Final = timedelta(minutes=5)

_log = logging.getLogger(__name__)


class ExpireOrders:
    """Cancel every unpaid order whose `expires_at` has passed; return how many.

    Asks the payment provider first, since the customer may have paid during an outage of the
    shop. An order waits while its payment is in processing, or is open and the provider can't be
    reached, but no longer than `Order.may_wait_for_payment`.

    Each order has its own unit of work, so that one that was paid or cancelled in the meantime, or
    that fails, does not stop the others. The first failure is raised at the end. A run ends after
    `TIME_LIMIT`, since each order may wait for its locks. After `ASKING_TIME` it expires only
    orders for which the provider need not be asked. Those for which the provider failed are asked
    last, so that a response that is never usable delays no others. Safe to run in several workers
    at once.
    """

    def __init__(
        self, *, begin: UnitOfWorkFactory, clock: Clock, update_payment: PaymentUpdates
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._update_payment = update_payment
        self._ask_from = self._ask_until = clock.now()
        # When to read again an order that waits for its payment, in the order of these decisions.
        self._later: dict[OrderId, datetime] = {}

    def __call__(self) -> int:
        start = self._clock.now()
        end = start + TIME_LIMIT
        self._ask_until = start + ASKING_TIME
        total = 0
        left: set[OrderId] = set()
        failures: list[Exception] = []
        while self._clock.now() < end and (batch := self._due(left)):
            for order_id in batch:
                if self._clock.now() >= end:
                    break
                try:
                    is_expired = self._expire(order_id)
                except Exception as error:  # noqa: BLE001 (one order must not stop the others)
                    _log.warning("order %s not expired", order_id, exc_info=error)
                    failures.append(error)
                    is_expired = False
                if is_expired:
                    total += 1
                else:
                    left.add(order_id)
        if failures:
            raise failures[0]
        return total

    def _due(self, left: set[OrderId]) -> list[OrderId]:
        """The next orders of this run: first those that do not wait for their payment."""
        now = self._clock.now()
        others = left | self._later.keys()
        with self._begin() as work:
            due = work.orders.expired(now, limit=BATCH + len(others))
        if batch := [order_id for order_id in due if order_id not in others]:
            return batch
        # These are all orders that are due.
        all_due = set(due)
        self._later = {each: at for each, at in self._later.items() if each in all_due}
        return [each for each, at in self._later.items() if at <= now and each not in left]

    def _expire(self, order_id: OrderId) -> bool:
        try:
            if self._waits_for_payment(order_id):
                return False
            now = self._clock.now()
            with self._begin() as work:
                order = work.orders.get(order_id)
                units = order.expire(at=now)
                work.stock.release(stock_claims(order.id, units, MovementKind.RELEASE), at=now)
                work.orders.save(order)
                work.commit()
        except (OrderNotFound, OrderStillPayable, InvalidTransition, ConcurrentChange):
            return False
        return True

    def _waits_for_payment(self, order_id: OrderId) -> bool:
        payment = self._open_payment(order_id)
        if payment is not None and payment.status is not PaymentStatus.PROCESSING:
            if not self._update(order_id):
                return True
            payment = self._open_payment(order_id)
        if payment is None or payment.status is not PaymentStatus.PROCESSING:
            return False
        # It can't be cancelled, and reconciliation asks for its outcome.
        self._leave(order_id, PROCESSING_PAUSE)
        return True

    def _leave(self, order_id: OrderId, pause: timedelta) -> None:
        self._later.pop(order_id, None)
        self._later[order_id] = self._clock.now() + pause

    def _open_payment(self, order_id: OrderId) -> Payment | None:
        """The payment for which the order waits at this time."""
        with self._begin() as work:
            order = work.orders.get(order_id)
            payment = work.payments.of_order(order_id)
        if payment is None or not payment.is_open or payment.reference is None:
            return None
        return payment if order.may_wait_for_payment(at=self._clock.now()) else None

    def _update(self, order_id: OrderId) -> bool:
        """Return False if the provider cannot be reached, or is not to be asked now."""
        if not self._ask_from <= self._clock.now() < self._ask_until:
            return False
        try:
            self._update_payment(order_id)
        except GatewayUnavailable as error:
            _log.warning("order %s not expired: %s", order_id, error)
            self._leave(order_id, PROVIDER_PAUSE)
            self._ask_from = self._clock.now() + PROVIDER_PAUSE
            return False
        except ConcurrentChange:
            # The payment may have succeeded.
            raise
        except (GatewayRefused, DomainError) as error:
            # The order expires all the same. Reconciliation and the audit report the difference.
            _log.warning("payment of order %s not updated", order_id, exc_info=error)
        return True
