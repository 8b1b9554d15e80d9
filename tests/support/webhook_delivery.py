"""Webhook events of the fake provider: written when its state changes, sent at will."""

from dataclasses import dataclass

from novacart.domain.payments.lifecycle import PaymentStatus, RefundStatus
from novacart.domain.payments.reports import ProviderReport
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.support.clock import SetClock
from tests.support.stripe_objects import (
    BEGINNING,
    Json,
    charge_object,
    dispute_object,
    intent_object,
    refund_object,
    report_on,
)

_INTENT_EVENTS = {
    PaymentStatus.REQUIRES_ACTION: "requires_action",
    PaymentStatus.PROCESSING: "processing",
    PaymentStatus.FAILED: "payment_failed",
    PaymentStatus.SUCCEEDED: "succeeded",
    PaymentStatus.CANCELLED: "canceled",
}


@dataclass(frozen=True, kw_only=True)
class WrittenEvent:
    """`created` is in Unix seconds."""

    id: str
    type: str
    obj: Json
    created: int


class EventWriter:
    """`collect` writes an event for each change since the last call."""

    def __init__(self, provider: FakePaymentGateway, clock: SetClock) -> None:
        self._provider = provider
        self._clock = clock
        self._known: dict[str, ProviderReport] = {}
        self.written: list[WrittenEvent] = []

    def collect(self) -> None:
        for listed in list(self._provider.payments_since(BEGINNING)):
            now = report_on(self._provider, listed.reference)
            before = self._known.get(listed.reference)
            self._write_payment_events(now, before)
            self._write_refund_events(now, before)
            self._write_dispute_events(now, before)
            self._known[listed.reference] = now

    def _write_payment_events(self, now: ProviderReport, before: ProviderReport | None) -> None:
        assert now.payment is not None
        status = now.payment.status
        old = before.payment.status if before and before.payment else PaymentStatus.CREATED
        if status is not old and status in _INTENT_EVENTS:
            intent = intent_object(self._provider, now.reference)
            self._write(f"payment_intent.{_INTENT_EVENTS[status]}", intent)

    def _write_refund_events(self, now: ProviderReport, before: ProviderReport | None) -> None:
        old = {refund.reference: refund.status for refund in before.refunds} if before else {}
        for refund in now.refunds:
            obj = refund_object(self._provider, now.reference, refund.reference)
            if refund.reference not in old:
                self._write("refund.created", obj)
                self._write("charge.refunded", charge_object(now.reference))
            elif old[refund.reference] is not refund.status:
                has_failed = refund.status is RefundStatus.FAILED
                self._write("refund.failed" if has_failed else "charge.refund.updated", obj)

    def _write_dispute_events(self, now: ProviderReport, before: ProviderReport | None) -> None:
        old = before.disputes if before else ()
        if tuple(now.disputes) != tuple(old):
            dispute = dispute_object(self._provider, now.reference)
            if not old:
                self._write("charge.dispute.created", dispute)
                self._write("charge.dispute.funds_withdrawn", dispute)
            elif now.disputes[0].reinstated:
                self._write("charge.dispute.funds_reinstated", dispute)
                self._write("charge.dispute.closed", dispute)
            else:
                self._write("charge.dispute.updated", dispute)

    def _write(self, event_type: str, obj: Json) -> None:
        event = WrittenEvent(
            id=f"evt_written_{len(self.written)}",
            type=event_type,
            obj=obj,
            created=int(self._clock.now().timestamp()),
        )
        self.written.append(event)
