"""Histories of a payment, whose events arrive in any order, repeated or not at all."""

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from novacart.application.payments.reconcile_payments import ReconcilePaymentsCommand
from novacart.application.ports.webhook_events import EventState
from novacart.domain.ordering.lifecycle import OrderStatus
from novacart.domain.payments.lifecycle import DisputeStatus, PaymentStatus, RefundStatus
from novacart.domain.shared.ids import OrderId
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.builders.ordering import rupees
from tests.support.clock import SetClock
from tests.support.payments_fixture import PaymentsFixture
from tests.support.stripe_objects import (
    Json,
    charge_object,
    dispute_object,
    intent_object,
    refund_object,
)

WrittenEvent = tuple[str, Json]

_EVENT_TYPES = {
    PaymentStatus.FAILED: "payment_intent.payment_failed",
    PaymentStatus.REQUIRES_ACTION: "payment_intent.requires_action",
    PaymentStatus.PROCESSING: "payment_intent.processing",
    PaymentStatus.SUCCEEDED: "payment_intent.succeeded",
}


@dataclass
class History:
    """A shop, a provider with a finished history, and the events of that history."""

    cancelled: bool
    store: FakeStore = field(default_factory=FakeStore)
    clock: SetClock = field(default_factory=SetClock)
    events: list[WrittenEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.provider = FakePaymentGateway(self.clock)
        self.payments = PaymentsFixture(
            begin=FakeUnitOfWorkFactory(self.store), gateway=self.provider, clock=self.clock
        )
        user_id, _ = self.payments.customer()
        self.product = self.payments.product(price=100, stock=5)
        self.order_id: OrderId = self.payments.place_order(user_id, {self.product: 3})
        self.reference = self.payments.intent(user_id, self.order_id).reference
        if self.cancelled:
            self.payments.cancel_order(self.order_id)
        self._run()

    def _run(self) -> None:
        for status, event_type in _EVENT_TYPES.items():
            self.clock.move(seconds=2)
            self.provider.pay(self.reference, status)
            self._write(event_type, intent_object(self.provider, self.reference))
        if self.cancelled:
            return
        self.clock.move(seconds=2)
        self.provider.refunds_begin = RefundStatus.PENDING
        first = self.provider.refund_in_dashboard(self.reference, rupees(120))
        self._write_refund_events(first, "refund.created", "charge.refunded")
        self.provider.settle_refund(self.reference, first, RefundStatus.SUCCEEDED)
        self._write_refund_events(first, "refund.updated", "charge.refund.updated")
        self.clock.move(seconds=2)
        second = self.provider.refund_in_dashboard(self.reference, rupees(180))
        self._write_refund_events(second, "refund.created", "charge.refunded")
        self.provider.settle_refund(self.reference, second, RefundStatus.FAILED)
        self._write_refund_events(second, "refund.updated", "refund.failed")
        self.clock.move(seconds=2)
        third = self.provider.refund_in_dashboard(self.reference, rupees(30))
        self.provider.settle_refund(self.reference, third, RefundStatus.SUCCEEDED)
        self._write_refund_events(third, "refund.created", "refund.updated")
        for step, dispute_status in (
            ("created", DisputeStatus.NEEDS_RESPONSE),
            ("funds_withdrawn", DisputeStatus.NEEDS_RESPONSE),
            ("updated", DisputeStatus.UNDER_REVIEW),
            ("funds_reinstated", DisputeStatus.WON),
            ("closed", DisputeStatus.WON),
        ):
            self.clock.move(seconds=2)
            self.provider.dispute(self.reference, dispute_status)
            self._write(f"charge.dispute.{step}", dispute_object(self.provider, self.reference))

    def _write(self, event_type: str, obj: Json) -> None:
        body = {
            "id": f"evt_{len(self.events)}",
            "object": "event",
            "type": event_type,
            "created": int(self.clock.now().timestamp()),
            "data": {"object": obj},
        }
        self.events.append((str(body["id"]), body))

    def _write_refund_events(self, refund_reference: str, *event_types: str) -> None:
        refund = refund_object(self.provider, self.reference, refund_reference)
        charge = charge_object(self.reference)
        for event_type in event_types:
            self._write(event_type, charge if event_type == "charge.refunded" else refund)

    def deliver(self, events: list[WrittenEvent]) -> None:
        for event_id, body in events:
            self.payments.send_event(
                body["type"], body["data"]["object"], id=event_id, at=body["created"]
            )

    def settle(self) -> None:
        """Run the worker three times in an hour."""
        for _ in range(3):
            self.clock.move(minutes=20)
            self.payments.process_events()
            self.payments.reconcile(ReconcilePaymentsCommand(look_back=timedelta(days=1)))

    def state(self) -> Json:
        """The stored state, without ids and times."""
        order, payment = self.payments.order(self.order_id), self.payments.payment(self.order_id)
        return {
            "order": (order.status, order.payment_status, order.refunded, order.refundable),
            "lines": [(line.status, line.refunded_amount) for line in order.lines],
            "payment": (payment.status, payment.captured, payment.refunded, payment.refundable),
            "refunds": sorted(
                (one.reference or "", one.status, one.amount.amount, one.origin)
                for one in payment.refunds
                if not self.cancelled
            ),
            "late": [(one.status, one.amount) for one in payment.refunds if self.cancelled],
            "disputes": [(one.status, one.withdrawn, one.reinstated) for one in payment.disputes],
            "stock": self.payments.available(self.product),
            "events": sorted(
                event.name
                for event in self.store.events
                if event.name
                in {
                    "order.confirmed",
                    "payment.succeeded",
                    "refund.succeeded",
                    "payment.late_money_received",
                }
            ),
        }


def _state_after(seed: int | None, *, cancelled: bool) -> Json:
    history = History(cancelled=cancelled)
    events = list(history.events)
    if seed is not None:
        random = Random(seed)
        events = [event for event in events * random.choice([1, 2, 3]) if random.random() < 0.8]
        random.shuffle(events)
    history.deliver(events)
    history.settle()
    stored = list(history.store.webhook_events.values())
    assert {event.state for event in stored} <= {EventState.HANDLED}
    return history.state()


def assert_events_in_any_order_lead_to_the_same_state(seeds: range, *, cancelled: bool) -> None:
    """Compare the state after the events in the order of each seed with that after all in order."""
    ordered = _state_after(None, cancelled=cancelled)
    expected = OrderStatus.CANCELLED if cancelled else OrderStatus.PAID
    assert ordered["order"][0] is expected
    for seed in seeds:
        assert _state_after(seed, cancelled=cancelled) == ordered, f"seed {seed}"
