"""Processing a stored webhook event."""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Final

from novacart.application.payments.payment_recorder import InTransaction, PaymentRecorder
from novacart.application.payments.policy import EventRetryPolicy
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import PaymentGateway
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.application.ports.webhook_events import (
    EventReader,
    EventState,
    ProviderEvent,
    StoredEvent,
    UnreadableEvent,
)
from novacart.domain.ordering.errors import RefundExceedsOrder
from novacart.domain.payments.errors import (
    DuplicateCancelled,
    IncompleteReport,
    PaymentMismatch,
    PaymentNotFound,
    RefundExceedsPayment,
)

ACTOR: Final = "stripe"

_NOT_OURS: Final = "The payment is not one of this shop."
_DUPLICATE: Final = "The order has another payment, and this one was cancelled."

_log = logging.getLogger(__name__)


class EventProcessor:
    """Applies an event to its payment and marks it as handled, in one transaction.

    If the event is not conclusive the provider is asked, outside of any transaction. An event that
    contradicts the record is quarantined. Any other error schedules a retry; after the last
    attempt the event is parked. The caller has counted the attempt. Raises only if the
    database fails.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        gateway: PaymentGateway,
        reader: EventReader,
        recorder: PaymentRecorder,
        policy: EventRetryPolicy,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._gateway = gateway
        self._reader = reader
        self._recorder = recorder
        self._policy = policy

    def process(self, event: ProviderEvent) -> None:
        try:
            self._apply(event)
        except (PaymentMismatch, RefundExceedsOrder, RefundExceedsPayment) as contradiction:
            self._quarantine(event.id, str(contradiction), contradiction.details)
        except DuplicateCancelled:
            self._settle(event.id, EventState.HANDLED, _DUPLICATE)
        except Exception as error:  # noqa: BLE001 (no error may lose the event)
            self._retry_later(event.id, error)

    def process_stored(self, stored: StoredEvent) -> None:
        try:
            event = self._reader.read(stored.payload.encode())
        except UnreadableEvent as error:
            self._quarantine(stored.id, str(error), {})
        else:
            self.process(event)

    def _apply(self, event: ProviderEvent) -> None:
        report = event.report
        if event.rejection is not None:
            self._quarantine(event.id, event.rejection, {})
            return
        if report is None:
            self._settle(event.id, EventState.HANDLED, "Events of this type are ignored.")
            return
        apply_report = partial(
            self._recorder.apply_report, actor=ACTOR, in_transaction=self._mark_handled(event.id)
        )
        try:
            if event.conclusive:
                apply_report(report)
                return
        except IncompleteReport:
            pass
        except PaymentNotFound:
            # A report on a payment carries our ids, so this payment is not ours. One on a
            # refund or a dispute does not: the payment may be one without a recorded reference.
            if report.payment is not None:
                self._settle(event.id, EventState.HANDLED, _NOT_OURS)
                return
        current = self._gateway.retrieve(report.reference)
        try:
            apply_report(current or report)
        except PaymentNotFound:
            self._settle(event.id, EventState.HANDLED, _NOT_OURS)

    def _mark_handled(self, event_id: str) -> InTransaction:
        def mark(work: UnitOfWork) -> None:
            stored = work.webhook_events.get(event_id)
            stored.settle(EventState.HANDLED, at=self._clock.now())
            work.webhook_events.save(stored)

        return mark

    def _quarantine(self, event_id: str, message: str, details: Mapping[str, object]) -> None:
        _log.error("webhook event %s quarantined: %s %s", event_id, message, dict(details))
        note = f"{message} {dict(details)}" if details else message
        self._settle(event_id, EventState.QUARANTINED, note)

    def _settle(self, event_id: str, state: EventState, note: str) -> None:
        with self._begin() as work:
            stored = work.webhook_events.get(event_id)
            if stored.state is EventState.PENDING:
                stored.settle(state, at=self._clock.now(), note=note)
                work.webhook_events.save(stored)
                work.commit()

    def _retry_later(self, event_id: str, error: Exception) -> None:
        _log.warning("webhook event %s failed", event_id, exc_info=error)
        now = self._clock.now()
        with self._begin() as work:
            stored = work.webhook_events.get(event_id)
            if stored.state is not EventState.PENDING:
                return
            stored.note = f"{type(error).__name__}: {error}"
            stored.next_attempt_at = self._policy.next_attempt(stored.attempts, at=now)
            if stored.attempts >= self._policy.max_attempts:
                _log.error("webhook event %s parked: %s", event_id, stored.note)
                stored.settle(EventState.PARKED, at=now, note=stored.note)
            work.webhook_events.save(stored)
            work.commit()
