"""Events of Stripe that are stored, and those that are not for this shop."""

import json
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest

from novacart.adapters.stripe.webhook import StripeEventReader, livemode_of
from novacart.application.payments.retry_event import RetryEventCommand
from novacart.application.ports.webhook_events import EventState, UnreadableEvent
from novacart.domain.payments.lifecycle import PaymentStatus, RefundStatus
from novacart.domain.payments.reports import RefundReport
from novacart.domain.shared.ids import OrderId, UserId
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.support.builders.ordering import rupees
from tests.support.payments_fixture import PaymentsFixture, owner
from tests.support.stripe_objects import refund_object, report_on

THIN_EVENT = (Path(__file__).parent / "cases" / "thin_v2_event.json").read_bytes()


@pytest.fixture
def order(payments: PaymentsFixture) -> OrderId:
    """An unpaid order of 100.00 whose payment is open as `pi_memory_1`."""
    user_id, _ = payments.customer()
    order_id = payments.place_order(user_id, {payments.product(): 1})
    payments.intent(user_id, order_id)
    return order_id


def send_paid(payments: PaymentsFixture, members: dict[str, object]) -> str:
    intent = {
        "id": "pi_memory_1",
        "status": "succeeded",
        "amount": 10_000,
        "amount_received": 10_000,
        "currency": "inr",
    }
    return payments.send_event("payment_intent.succeeded", intent, members=members)


def test_thin_event_is_stored_and_ignored(payments: PaymentsFixture) -> None:
    payments.send(THIN_EVENT)
    payments.send(THIN_EVENT)
    stored = payments.event("evt_test_65abc")
    assert stored.type == "v1.billing.meter.error_report_triggered"
    assert stored.payload == THIN_EVENT.decode()
    assert (stored.state, stored.note) == (
        EventState.HANDLED,
        "Events of this type are ignored.",
    )


def test_thin_event_has_the_time_of_its_creation() -> None:
    event = StripeEventReader(["s"]).read(THIN_EVENT)
    assert event.created_at.isoformat() == "2024-09-17T06:20:52.246000+00:00"


@pytest.mark.parametrize("created", ["yesterday", "2024-09-17T06:20:52", 1_726_554_052, None, ""])
def test_thin_event_without_a_time_is_unreadable(created: object) -> None:
    body = json.loads(THIN_EVENT) | {"created": created}
    with pytest.raises(UnreadableEvent):
        StripeEventReader(["s"]).read(json.dumps(body).encode())


@pytest.mark.parametrize("created", ["2024-09-17T06:20:52.246Z", None, 1e400, -1e18])
def test_event_without_unix_seconds_is_unreadable(created: object) -> None:
    body = {"id": "evt_1", "object": "event", "type": "charge.refunded", "created": created}
    with pytest.raises(UnreadableEvent):
        StripeEventReader(["s"]).read(json.dumps(body).encode())


@pytest.mark.parametrize(
    ("members", "note"),
    [
        (
            {"account": "acct_theirs"},
            "The event belongs to account acct_theirs, not to this shop's.",
        ),
        (
            {"context": "acct_theirs"},
            "The event belongs to account acct_theirs, not to this shop's.",
        ),
        ({"livemode": True}, "The event has livemode True, the shop's key False."),
        ({"livemode": "no"}, "The event has livemode no, the shop's key False."),
    ],
)
def test_event_of_another_account_or_mode_is_quarantined(
    payments: PaymentsFixture, order: OrderId, members: dict[str, object], note: str
) -> None:
    event = send_paid(payments, members)
    for _ in range(2):
        stored = payments.event(event)
        assert (stored.state, stored.note) == (EventState.QUARANTINED, note)
        assert payments.payment(order).status is PaymentStatus.CREATED
        payments.retry_event(RetryEventCommand(actor=owner(UserId(1)), event_id=event))


@pytest.mark.parametrize(
    "members",
    [{}, {"account": "acct_ours"}, {"account": None, "context": None}, {"livemode": False}],
)
def test_event_of_this_account_and_mode_is_applied(
    payments: PaymentsFixture, order: OrderId, members: dict[str, object]
) -> None:
    event = send_paid(payments, members)
    assert payments.event(event).state is EventState.HANDLED
    assert payments.payment(order).status is PaymentStatus.SUCCEEDED


def send_duplicate(
    payments: PaymentsFixture, order: OrderId, status: str, *, order_number: str | None = None
) -> str:
    """Send an event of a second payment that was opened for the same order, or another one."""
    payment = payments.payment(order)
    number = order_number or payment.order_number
    intent = {
        "id": "pi_duplicate",
        "status": status,
        "amount": 10_000,
        "amount_received": 10_000,
        "currency": "inr",
        "metadata": {"payment_id": str(payment.id), "order_number": number},
    }
    return payments.send_event(f"payment_intent.{status}", intent)


def test_cancellation_of_a_payment_that_was_opened_twice_is_no_alarm(
    payments: PaymentsFixture, order: OrderId
) -> None:
    event = send_duplicate(payments, order, "canceled")
    assert payments.event(event).state is EventState.HANDLED
    assert payments.payment(order).status is PaymentStatus.CREATED
    assert payments.payment(order).reference == "pi_memory_1"


def test_success_of_a_payment_that_was_opened_twice_is_quarantined(
    payments: PaymentsFixture, order: OrderId
) -> None:
    event = send_duplicate(payments, order, "succeeded")
    assert payments.event(event).state is EventState.QUARANTINED
    assert payments.payment(order).status is PaymentStatus.CREATED


def test_refund_of_a_payment_whose_reference_is_not_recorded_is_applied(
    payments: PaymentsFixture, provider: FakePaymentGateway, order: OrderId
) -> None:
    """The response to the request that opened it was lost."""
    with payments.begin() as work:
        payment = work.payments.get(payments.payment(order).id)
        payment.reference = None
        work.payments.save(payment)
        work.commit()
    provider.pay("pi_memory_1")
    refund = provider.refund_in_dashboard("pi_memory_1", rupees(30))
    event = payments.send_event("refund.created", refund_object(provider, "pi_memory_1", refund))
    assert payments.event(event).state is EventState.HANDLED
    assert payments.payment(order).refunded == rupees(30)


def test_refund_of_more_than_was_captured_is_quarantined(
    payments: PaymentsFixture,
    provider: FakePaymentGateway,
    order: OrderId,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The order was cancelled before the payment, so that its total is not the limit."""
    payments.cancel_order(order)
    provider.pay("pi_memory_1")
    send_paid(payments, {})
    report = report_on(provider, "pi_memory_1")
    refund = RefundReport(
        reference="re_1",
        status=RefundStatus.SUCCEEDED,
        amount=rupees(101),
        reported_at=payments.clock.now(),
    )
    retrieve = Mock(return_value=replace(report, refunds=(refund,)))
    monkeypatch.setattr(provider, "retrieve", retrieve)
    event = payments.send_event("charge.refunded", {"payment_intent": "pi_memory_1"})
    assert payments.event(event).state is EventState.QUARANTINED
    assert payments.payment(order).refund_by_reference("re_1") is None


def test_payment_with_an_id_of_a_database_that_was_recreated_is_no_alarm(
    payments: PaymentsFixture, order: OrderId
) -> None:
    event = send_duplicate(payments, order, "succeeded", order_number="NC-20260101-AAAAAA")
    stored = payments.event(event)
    assert (stored.state, stored.note) == (
        EventState.HANDLED,
        "The payment is not one of this shop.",
    )
    assert payments.payment(order).status is PaymentStatus.CREATED
    assert payments.payment(order).reference == "pi_memory_1"


def test_event_is_read_as_live_or_test_by_the_key_only() -> None:
    reader = StripeEventReader(["s"], livemode=livemode_of("sk_live_1"))
    body = {"id": "evt_1", "type": "charge.refunded", "created": 1, "livemode": True}
    assert reader.read(json.dumps(body).encode()).rejection is None
    rejected = reader.read(json.dumps(body | {"livemode": False}).encode())
    assert rejected.rejection == "The event has livemode False, the shop's key True."


@pytest.mark.parametrize(
    ("key", "livemode"),
    [
        ("sk_live_1", True),
        ("rk_live_1", True),
        ("sk_test_1", False),
        ("rk_test_1", False),
        ("", None),
        ("sk_1", None),
    ],
)
def test_livemode_follows_the_key(key: str, livemode: bool | None) -> None:  # noqa: FBT001
    assert livemode_of(key) is livemode
