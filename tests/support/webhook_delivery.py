"""The events of a provider in memory: written when something happens there, delivered at will."""

from dataclasses import dataclass

from novacart.application.ports.payment_gateway import ProviderReport
from novacart.domain.payments.lifecycle import PaymentStatus, RefundStatus
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.support.clock import SetClock
from tests.support.stripe_objects import (
    BEGINNING,
    Json,
    books_of,
    charge_object,
    dispute_object,
    intent_object,
    refund_object,
)

_INTENT_EVENTS = {
    PaymentStatus.REQUIRES_ACTION: "requires_action",
    PaymentStatus.PROCESSING: "processing",
    PaymentStatus.FAILED: "payment_failed",
    PaymentStatus.SUCCEEDED: "succeeded",
    PaymentStatus.CANCELLED: "canceled",
}


@dataclass(frozen=True, kw_only=True)
class RenderedEmail:
    """One event; `created` is in Unix seconds."""

    id: str
    kind: str
    thing: Json
    created: int


class ProviderPost:
    """`collect` writes an event for everything that has changed since it was last called."""

    def __init__(self, provider: FakePaymentGateway, clock: SetClock) -> None:
        self._provider = provider
        self._clock = clock
        self._known: dict[str, ProviderReport] = {}
        self.written: list[RenderedEmail] = []

    def collect(self) -> None:
        for told in list(self._provider.payments_since(BEGINNING)):
            now = books_of(self._provider, told.reference)
            before = self._known.get(told.reference)
            self._of_payment(now, before)
            self._of_refunds(now, before)
            self._of_disputes(now, before)
            self._known[told.reference] = now

    def _of_payment(self, now: ProviderReport, before: ProviderReport | None) -> None:
        assert now.payment is not None
        status = now.payment.status
        old = before.payment.status if before and before.payment else PaymentStatus.CREATED
        if status is not old and status in _INTENT_EVENTS:
            thing = intent_object(self._provider, now.reference)
            self._write(f"payment_intent.{_INTENT_EVENTS[status]}", thing)

    def _of_refunds(self, now: ProviderReport, before: ProviderReport | None) -> None:
        old = {refund.reference: refund.status for refund in before.refunds} if before else {}
        for refund in now.refunds:
            thing = refund_object(self._provider, now.reference, refund.reference)
            if refund.reference not in old:
                self._write("refund.created", thing)
                self._write("charge.refunded", charge_object(now.reference))
            elif old[refund.reference] is not refund.status:
                failed = refund.status is RefundStatus.FAILED
                self._write("refund.failed" if failed else "charge.refund.updated", thing)

    def _of_disputes(self, now: ProviderReport, before: ProviderReport | None) -> None:
        old = before.disputes if before else ()
        if tuple(now.disputes) != tuple(old):
            thing = dispute_object(self._provider, now.reference)
            if not old:
                self._write("charge.dispute.created", thing)
                self._write("charge.dispute.funds_withdrawn", thing)
            elif now.disputes[0].reinstated:
                self._write("charge.dispute.funds_reinstated", thing)
                self._write("charge.dispute.closed", thing)
            else:
                self._write("charge.dispute.updated", thing)

    def _write(self, kind: str, thing: Json) -> None:
        created = int(self._clock.now().timestamp())
        number = len(self.written)
        self.written.append(
            RenderedEmail(id=f"evt_post_{number}", kind=kind, thing=thing, created=created)
        )
