"""Do what a stored event asks for."""

import logging

from novacart.application.payments.policy import FollowUpPolicy
from novacart.application.payments.settle_payment import Also, SettlePayment
from novacart.application.payments.settle_refunds import Inconclusive
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import PaymentGateway, ProviderReport
from novacart.application.ports.payments import PaymentLocator
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.application.ports.webhook_events import (
    EventReader,
    EventState,
    ProviderEvent,
    UnreadableEvent,
)
from novacart.domain.payments.errors import PaymentMismatch, RefundExceedsPayment
from novacart.domain.payments.payment import Payment
from novacart.domain.shared.ids import PaymentId

_log = logging.getLogger(__name__)


class HandleEvent:
    """Bring the payment that an event speaks of to where the event says it is.

    An event is a hint where its order matters or where it tells too little: then the provider
    is asked, outside of any transaction. What contradicts the record is quarantined. What
    can't be handled now is tried again later, and in the end parked; only where even that
    can't be written down does this raise. Whoever calls this has counted the attempt.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        gateway: PaymentGateway,
        reader: EventReader,
        settle: SettlePayment,
        policy: FollowUpPolicy,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._gateway = gateway
        self._reader = reader
        self._settle = settle
        self._policy = policy

    def __call__(self, event_id: str) -> None:
        with self._begin() as work:
            stored = work.webhook_events.get(event_id)
        if stored.state is not EventState.PENDING:
            return
        try:
            event = self._reader.read(stored.payload.encode())
            self._handle(event)
        except (PaymentMismatch, RefundExceedsPayment, UnreadableEvent) as contradiction:
            self._quarantine(event_id, contradiction)
        except Exception as error:  # noqa: BLE001 (whatever it is, it must not be lost)
            _log.warning("webhook event %s not handled", event_id, exc_info=error)
            self._try_later(event_id, error)

    def _handle(self, event: ProviderEvent) -> None:
        report = event.report
        if report is None:
            self._finish(event.id, "It is of no concern to the shop.")
            return
        place, found = self._place(report)
        if place is None:
            self._finish(event.id, "It is of no payment of this shop.")
            return
        done = self._done(event.id)
        if found is not None or not event.conclusive:
            self._settle(place, found or self._asked(report), actor="stripe", also=done)
            return
        try:
            self._settle(place, report, actor="stripe", also=done)
        except Inconclusive:
            self._settle(place, self._asked(report), actor="stripe", also=done)

    def _place(self, report: ProviderReport) -> tuple[PaymentLocator | None, ProviderReport | None]:
        """Which payment it is, and what the provider said where it had to be asked for that."""
        place = self._known(report)
        if place is not None or report.payment is not None:
            return place, None
        # The intent may be one whose name is not on record yet.
        found = self._gateway.retrieve(report.reference)
        return (None, None) if found is None else (self._known(found), found)

    def _known(self, report: ProviderReport) -> PaymentLocator | None:
        with self._begin() as work:
            place = work.payments.by_reference(report.reference)
            if place is not None or report.payment is None or report.payment.payment_id is None:
                return place
            place = work.payments.place(report.payment.payment_id)
            if place is None:
                return None
            payment = work.payments.get(PaymentId(place.payment_id))
        # The ids of a database that was set up anew are those of another shop's payments.
        return place if _is_same(payment, report) else None

    def _asked(self, report: ProviderReport) -> ProviderReport:
        return self._gateway.retrieve(report.reference) or report

    def _done(self, event_id: str) -> Also:
        def mark(work: UnitOfWork) -> None:
            stored = work.webhook_events.get(event_id)
            stored.settle(EventState.HANDLED, at=self._clock.now())
            work.webhook_events.save(stored)

        return mark

    def _finish(self, event_id: str, note: str) -> None:
        self._mark(event_id, EventState.HANDLED, note)

    def _quarantine(self, event_id: str, why: Exception) -> None:
        details = getattr(why, "details", {})
        _log.error("webhook event %s quarantined: %s %s", event_id, why, dict(details))
        self._mark(event_id, EventState.QUARANTINED, f"{why} {dict(details)}")

    def _mark(self, event_id: str, state: EventState, note: str) -> None:
        with self._begin() as work:
            stored = work.webhook_events.get(event_id)
            if stored.state is EventState.PENDING:
                stored.settle(state, at=self._clock.now(), note=note)
                work.webhook_events.save(stored)
                work.commit()

    def _try_later(self, event_id: str, error: Exception) -> None:
        now = self._clock.now()
        with self._begin() as work:
            stored = work.webhook_events.get(event_id)
            if stored.state is not EventState.PENDING:
                return
            stored.note = f"{type(error).__name__}: {error}"
            stored.next_attempt_at = self._policy.next_attempt(stored.attempts, at=now)
            if stored.attempts >= self._policy.event_attempts:
                _log.error("webhook event %s parked: %s", event_id, stored.note)
                stored.settle(EventState.PARKED, at=now, note=stored.note)
            work.webhook_events.save(stored)
            work.commit()


def _is_same(payment: Payment, report: ProviderReport) -> bool:
    told = report.payment
    return told is not None and told.order_number == payment.order_number
