"""Ask the provider about whatever is not settled, and finish what was left half done."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from novacart.application.payments.cancel_payment import CancelPayment
from novacart.application.payments.open_at_provider import OpenAtProvider
from novacart.application.payments.policy import FollowUpPolicy
from novacart.application.payments.send_refund import SendRefund
from novacart.application.payments.settle_payment import SettlePayment
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import PaymentGateway
from novacart.application.ports.payments import PaymentLocator
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.lifecycle import OrderStatus
from novacart.domain.payments.lifecycle import RefundStatus
from novacart.domain.payments.payment import Payment

_log = logging.getLogger(__name__)

BATCH = 50
ROUND = timedelta(seconds=45)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcilePaymentsCommand:
    """`force` asks about what is not due yet, too.

    `back` is how far to look for refunds and disputes that began at the provider.
    """

    force: bool = False
    back: timedelta | None = None


class ReconcilePayments:
    """Bring every payment to where the provider says it is; gives how many it asked about.

    With every event of the provider lost, everything settles by this alone. One payment that
    fails does not keep the others; it is asked about again. Unless forced, a round ends after
    `ROUND`, since each payment may wait for a provider that is out of reach.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        gateway: PaymentGateway,
        settle: SettlePayment,
        open_at_provider: OpenAtProvider,
        cancel_payment: CancelPayment,
        send_refund: SendRefund,
        policy: FollowUpPolicy,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._gateway = gateway
        self._settle = settle
        self._open_at_provider = open_at_provider
        self._cancel_payment = cancel_payment
        self._send_refund = send_refund
        self._policy = policy

    def __call__(self, command: ReconcilePaymentsCommand) -> int:
        horizon = self._clock.now() + (timedelta(days=400) if command.force else timedelta())
        end = self._clock.now() + (timedelta(days=1) if command.force else ROUND)
        asked: set[PaymentLocator] = set()
        while True:
            with self._begin() as work:
                due = work.payments.to_check(horizon, limit=BATCH + len(asked))
            fresh = [place for place in due if place not in asked][:BATCH]
            for place in fresh:
                if self._clock.now() >= end:
                    return len(asked)
                self._guarded(place)
                asked.add(place)
            if not fresh:
                break
        return len(asked) + (self._look_back(command.back) if command.back else 0)

    def _guarded(self, place: PaymentLocator) -> None:
        try:
            self._finish(place)
        except Exception as error:  # noqa: BLE001 (one must not keep the others)
            _log.warning("payment %s not reconciled", place.payment_id, exc_info=error)
            self._postpone(place)

    def _finish(self, place: PaymentLocator) -> None:
        with self._begin() as work:
            order = work.orders.get(place.order_id)
            payment = work.payments.get(place.payment_id)
        closed = order.status is OrderStatus.CANCELLED
        if payment.is_open and payment.reference is None and closed:
            self._cancel_payment(order.id)
            return
        if payment.is_open:
            payment = self._open_at_provider(payment, email=order.email)
        known = self._gateway.retrieve(payment.reference) if payment.reference else None
        if known is not None:
            payment = self._settle(place, known, actor="system")
        if payment.is_open and closed:
            self._cancel_payment(order.id)
        for refund in payment.refunds:
            if refund.status is RefundStatus.REQUESTED:
                self._send_refund(refund.id)
        if known is None:
            self._postpone(place)

    def _postpone(self, place: PaymentLocator) -> None:
        now = self._clock.now()
        with self._begin() as work:
            work.orders.get(place.order_id)
            payment: Payment = work.payments.get(place.payment_id)
            if payment.check_at is not None and payment.check_at <= now:
                payment.check_at = self._policy.next_check(payment, at=now)
                work.payments.save(payment)
                work.commit()

    def _look_back(self, back: timedelta) -> int:
        """Refunds and disputes that began at the provider are known to nobody here."""
        asked = 0
        for reference in self._gateway.changed_since(self._clock.now() - back):
            with self._begin() as work:
                place = work.payments.by_reference(reference)
            known = self._gateway.retrieve(reference) if place is not None else None
            if place is None or known is None:
                continue
            asked += 1
            try:
                self._settle(place, known, actor="system")
            except Exception as error:  # noqa: BLE001 (one must not keep the others)
                _log.warning("payment %s not reconciled", place.payment_id, exc_info=error)
        return asked
