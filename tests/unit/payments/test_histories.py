"""One order's life as its events tell it: in any order, twice, or not at all, it ends the same."""

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import pytest

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
from tests.support.payments_fixture import PaymentDesk

SEEDS = 200
CHUNK = 500

Json = dict[str, Any]
Telling = tuple[str, Json]

_INTENT = {
    PaymentStatus.CREATED: "requires_payment_method",
    PaymentStatus.FAILED: "requires_payment_method",
    PaymentStatus.REQUIRES_ACTION: "requires_action",
    PaymentStatus.PROCESSING: "processing",
    PaymentStatus.SUCCEEDED: "succeeded",
    PaymentStatus.CANCELLED: "canceled",
}
_KINDS = {
    PaymentStatus.FAILED: "payment_intent.payment_failed",
    PaymentStatus.REQUIRES_ACTION: "payment_intent.requires_action",
    PaymentStatus.PROCESSING: "payment_intent.processing",
    PaymentStatus.SUCCEEDED: "payment_intent.succeeded",
}


@dataclass
class Life:
    """A shop, a provider at which everything has happened, and what the provider would tell."""

    cancelled: bool
    store: FakeStore = field(default_factory=FakeStore)
    clock: SetClock = field(default_factory=SetClock)
    told: list[Telling] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.provider = FakePaymentGateway(self.clock)
        self.desk = PaymentDesk(
            begin=FakeUnitOfWorkFactory(self.store), gateway=self.provider, clock=self.clock
        )
        user_id, _ = self.desk.customer()
        self.product = self.desk.product(price=100, stock=5)
        self.order_id: OrderId = self.desk.ordered(user_id, {self.product: 3})
        self.reference = self.desk.intent(user_id, self.order_id).reference
        if self.cancelled:
            self.desk.call_off(self.order_id)
        self._happen()

    def _happen(self) -> None:
        for status, kind in _KINDS.items():
            self.clock.move(seconds=2)
            self.provider.pay(self.reference, status)
            self._tell(kind, self._intent())
        if self.cancelled:
            return
        self.clock.move(seconds=2)
        self.provider.refunds_begin = RefundStatus.PENDING
        first = self.provider.refund_in_dashboard(self.reference, rupees(120))
        self._refund(first, "refund.created", "charge.refunded")
        self.provider.settle_refund(self.reference, first, RefundStatus.SUCCEEDED)
        self._refund(first, "refund.updated", "charge.refund.updated")
        self.clock.move(seconds=2)
        second = self.provider.refund_in_dashboard(self.reference, rupees(180))
        self._refund(second, "refund.created", "charge.refunded")
        self.provider.settle_refund(self.reference, second, RefundStatus.FAILED)
        self._refund(second, "refund.updated", "refund.failed")
        self.clock.move(seconds=2)
        third = self.provider.refund_in_dashboard(self.reference, rupees(30))
        self.provider.settle_refund(self.reference, third, RefundStatus.SUCCEEDED)
        self._refund(third, "refund.created", "refund.updated")
        for step, decided in (
            ("created", DisputeStatus.NEEDS_RESPONSE),
            ("funds_withdrawn", DisputeStatus.NEEDS_RESPONSE),
            ("updated", DisputeStatus.UNDER_REVIEW),
            ("funds_reinstated", DisputeStatus.WON),
            ("closed", DisputeStatus.WON),
        ):
            self.clock.move(seconds=2)
            self.provider.dispute(self.reference, decided)
            self._tell(f"charge.dispute.{step}", self._dispute(decided))

    def _tell(self, kind: str, thing: Json) -> None:
        body = {
            "id": f"evt_{len(self.told)}",
            "object": "event",
            "type": kind,
            "created": int(self.clock.now().timestamp()),
            "data": {"object": thing},
        }
        self.told.append((str(body["id"]), body))

    def _intent(self) -> Json:
        report = self.provider.retrieve(self.reference)
        assert report is not None
        assert report.payment is not None
        payment = report.payment
        return {
            "id": self.reference,
            "status": _INTENT[payment.status],
            "amount": payment.amount.amount,
            "amount_received": payment.captured.amount,
            "currency": "inr",
            "last_payment_error": {"message": payment.failure} if payment.failure else None,
            "metadata": {"order_number": payment.order_number},
        }

    def _refund(self, name: str, *kinds: str) -> None:
        report = self.provider.retrieve(self.reference)
        assert report is not None
        told = next(one for one in report.refunds if one.reference == name)
        status = {"CANCELLED": "canceled"}.get(told.status, told.status.lower())
        thing = {
            "id": name,
            "object": "refund",
            "payment_intent": self.reference,
            "amount": told.amount.amount,
            "currency": "inr",
            "created": int(told.reported_at.timestamp()),
            "status": status,
            "metadata": {},
        }
        for kind in kinds:
            charge = {"id": "ch_1", "payment_intent": self.reference}
            self._tell(kind, charge if kind == "charge.refunded" else thing)

    def _dispute(self, status: DisputeStatus) -> Json:
        report = self.provider.retrieve(self.reference)
        assert report is not None
        (told,) = report.disputes
        return {
            "id": told.reference,
            "payment_intent": self.reference,
            "amount": 30_000,
            "currency": "inr",
            "created": int(self.clock.now().timestamp()),
            "status": status.lower(),
            "balance_transactions": [],
        }

    def hear(self, events: list[Telling]) -> None:
        for event_id, body in events:
            self.desk.told(body["type"], body["data"]["object"], id=event_id, at=body["created"])

    def settle(self) -> None:
        """An hour of a worker that comes by now and then."""
        for _ in range(3):
            self.clock.move(minutes=20)
            self.desk.handle_events()
            self.desk.reconcile(ReconcilePaymentsCommand(back=timedelta(days=1)))

    def end(self) -> Json:
        """What does not depend on when it was heard of, and on ids given out meanwhile."""
        order, payment = self.desk.order(self.order_id), self.desk.payment(self.order_id)
        return {
            "order": (order.status, order.payment_status, order.refunded, order.refundable),
            "lines": [(line.status, line.refunded_amount) for line in order.lines],
            "payment": (payment.status, payment.captured, payment.refunded, payment.left),
            "refunds": sorted(
                (one.reference or "", one.status, one.amount.amount, one.origin)
                for one in payment.refunds
                if not self.cancelled
            ),
            "late": [(one.status, one.amount) for one in payment.refunds if self.cancelled],
            "disputes": [(one.status, one.withdrawn, one.reinstated) for one in payment.disputes],
            "stock": self.desk.available(self.product),
            "mails": sorted(
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


def _heard(seed: int | None, *, cancelled: bool) -> Json:
    life = Life(cancelled=cancelled)
    events = list(life.told)
    if seed is not None:
        chance = Random(seed)
        events = [event for event in events * chance.choice([1, 2, 3]) if chance.random() < 0.8]
        chance.shuffle(events)
    life.hear(events)
    life.settle()
    stored = list(life.store.webhook_events.values())
    assert {event.state for event in stored} <= {EventState.HANDLED}
    return life.end()


def _assert_one_end(seeds: range, *, cancelled: bool) -> None:
    ordered = _heard(None, cancelled=cancelled)
    expected = OrderStatus.CANCELLED if cancelled else OrderStatus.PAID
    assert ordered["order"][0] is expected
    for seed in seeds:
        assert _heard(seed, cancelled=cancelled) == ordered, f"seed {seed}"


@pytest.mark.slow
@pytest.mark.parametrize("cancelled", [False, True])
def test_every_telling_of_one_life_has_one_end(cancelled: bool) -> None:  # noqa: FBT001 (a parameter)
    _assert_one_end(range(SEEDS), cancelled=cancelled)


@pytest.mark.stress
@pytest.mark.parametrize("first", range(0, 5_000, CHUNK))
@pytest.mark.parametrize("cancelled", [False, True])
def test_ten_thousand_tellings_have_one_end(cancelled: bool, first: int) -> None:  # noqa: FBT001 (a parameter)
    _assert_one_end(range(first, first + CHUNK), cancelled=cancelled)
