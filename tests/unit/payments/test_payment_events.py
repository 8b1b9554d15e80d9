"""Events that a payment records, and the messages of its errors."""

import re
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta

import pytest

from novacart.domain.payments.dispute import Dispute
from novacart.domain.payments.errors import (
    InvalidPaymentTransition,
    PaymentMismatch,
    RefundExceedsPayment,
)
from novacart.domain.payments.events import (
    DisputeClosed,
    DisputeOpened,
    LatePaymentReceived,
    PaymentAttemptFailed,
    PaymentCancelled,
    PaymentSucceeded,
    RefundFailed,
    RefundRequested,
    RefundSucceeded,
)
from novacart.domain.payments.lifecycle import DisputeStatus, PaymentStatus, RefundStatus
from novacart.domain.payments.payment import Payment
from novacart.domain.payments.refund import Refund, RefundOrigin
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.events import DomainEvent
from novacart.domain.shared.ids import RefundId
from novacart.domain.shared.money import Money
from tests.support.builders.payments import (
    NOON,
    a_dispute_report,
    a_paid_payment,
    a_payment,
    a_refund_report,
    a_report,
)

LATER = NOON + timedelta(hours=5)
ALL, NOTHING = Money(24_100, "INR"), Money(0, "INR")
PART = Money(100, "INR")
Facts = dict[str, object]


def facts(amount: Money = ALL) -> Facts:
    return {
        "payment_id": 1,
        "order_id": 7,
        "order_number": "NC-20261102-7K3M9Q",
        "user_id": 3,
        "amount_minor": amount.amount,
        "currency": "INR",
        "occurred_at": LATER,
    }


def recorded(payment: Payment, *types: type[DomainEvent]) -> list[Facts]:
    """The fields of the recorded events, which must be of these types."""
    events = payment.collect_events()
    assert tuple(type(event) for event in events) == types
    return [
        {field.name: getattr(event, field.name) for field in fields(event) if field.init}
        for event in events
    ]


def report(payment: Payment, status: PaymentStatus) -> bool:
    declined = a_report(status, at=LATER, failure="Declined.")
    return payment.apply_report("pi_1", declined, at=LATER)


def request(payment: Payment) -> Refund:
    return payment.request_refund(
        id=RefundId(100),
        key="refund-100",
        amount=PART,
        origin=RefundOrigin.STAFF,
        at=LATER,
        reason="Broken.",
    )


def test_payment_of_zero_raises() -> None:
    assert a_payment(amount=1).version == 0
    with pytest.raises(InvalidValue, match=r"^A payment must be more than zero\.$") as error:
        a_payment(amount=0)
    assert error.value.field == "amount"


def test_success_is_recorded() -> None:
    payment = a_payment()
    assert report(payment, PaymentStatus.SUCCEEDED) is True
    assert recorded(payment, PaymentSucceeded) == [facts()]
    assert (payment.settled_at, payment.reported_at, payment.failure) == (LATER, LATER, None)


def test_cancellation_is_recorded() -> None:
    payment = a_payment()
    assert report(payment, PaymentStatus.CANCELLED) is True
    assert recorded(payment, PaymentCancelled) == [facts()]


def test_failed_attempt_is_recorded_once() -> None:
    payment = a_payment()
    assert report(payment, PaymentStatus.FAILED) is True
    assert recorded(payment, PaymentAttemptFailed) == [facts()]
    assert payment.failure == "Declined."
    again = a_report(PaymentStatus.FAILED, at=LATER + timedelta(seconds=1), failure="Declined.")
    assert payment.apply_report("pi_1", again, at=LATER) is False
    assert recorded(payment) == []


def test_requested_and_succeeded_refund_are_recorded() -> None:
    payment = a_paid_payment()
    refund = request(payment)
    assert (refund.reason, refund.requested_at, refund.key) == ("Broken.", LATER, "refund-100")
    expected = facts(PART) | {"refund_id": 100, "origin": str(RefundOrigin.STAFF)}
    assert recorded(payment, RefundRequested) == [expected]
    assert payment.apply_refund_report(refund.id, a_refund_report(100), at=LATER)
    assert recorded(payment, RefundSucceeded) == [expected]
    assert payment.refund(refund.id).reference == "re_1"


def test_failed_refund_is_recorded_with_its_reason() -> None:
    payment = a_paid_payment()
    refund = request(payment)
    payment.collect_events()
    failed = a_refund_report(100, RefundStatus.FAILED, failure="Account closed.")
    payment.apply_refund_report(refund.id, failed, at=LATER)
    assert recorded(payment, RefundFailed) == [
        facts(PART)
        | {"refund_id": 100, "origin": str(RefundOrigin.STAFF), "failure": "Account closed."}
    ]
    assert refund.failure == "Account closed."


def test_late_payment_is_recorded_with_its_refund() -> None:
    payment = a_paid_payment()
    refund = payment.refund_late_payment(id=RefundId(101), key="late-1", at=LATER)
    assert recorded(payment, RefundRequested, LatePaymentReceived) == [
        facts() | {"refund_id": 101, "origin": str(RefundOrigin.LATE_PAYMENT)},
        facts() | {"refund_id": 101},
    ]
    assert (refund.key, refund.reason, refund.requested_at) == ("late-1", "", LATER)


def test_late_payment_event_has_the_amount_that_is_left() -> None:
    payment = a_paid_payment()
    request(payment)
    payment.collect_events()
    payment.refund_late_payment(id=RefundId(101), key="late-1", at=LATER)
    events = recorded(payment, RefundRequested, LatePaymentReceived)
    assert events[1] == facts(ALL - PART) | {"refund_id": 101}


def test_adopted_refund_has_the_data_of_the_report() -> None:
    payment = a_paid_payment()
    made = replace(a_refund_report(100, reference="re_9"), reported_at=LATER)
    refund = payment.adopt_refund(made, id=RefundId(102))
    assert (refund.key, refund.reference, refund.requested_at) == (
        "provider:re_9",
        "re_9",
        LATER,
    )
    with pytest.raises(RefundExceedsPayment) as error:
        payment.adopt_refund(a_refund_report(24_101, reference="re_8"), id=RefundId(103))
    assert error.value.details == {"requested": "241.01", "left": "241.00"}


def test_opened_and_closed_dispute_are_recorded() -> None:
    payment = a_paid_payment()

    def apply(status: DisputeStatus, *, withdrawn: bool = False) -> bool:
        dispute_report = a_dispute_report(status, amount=100, withdrawn=withdrawn)
        return payment.apply_dispute_report(dispute_report, at=LATER)

    assert apply(DisputeStatus.NEEDS_RESPONSE) is True
    expected = facts(PART) | {"dispute": "dp_1"}
    assert recorded(payment, DisputeOpened) == [expected | {"status": "NEEDS_RESPONSE"}]
    assert apply(DisputeStatus.NEEDS_RESPONSE) is False
    assert apply(DisputeStatus.NEEDS_RESPONSE, withdrawn=True) is True
    assert recorded(payment) == []
    assert apply(DisputeStatus.LOST, withdrawn=True) is True
    assert recorded(payment, DisputeClosed) == [expected | {"status": "LOST"}]
    (dispute,) = payment.disputes
    assert (dispute.reference, dispute.opened_at, dispute.closed_at) == ("dp_1", LATER, LATER)


def test_mismatch_names_the_field_and_both_values() -> None:
    payment = a_paid_payment()
    refund = request(payment)
    refund.assign_reference("re_1")

    def mismatch(contradict: Callable[[], object]) -> tuple[str, object, object]:
        with pytest.raises(PaymentMismatch) as error:
            contradict()
        message = re.fullmatch(
            r"The (.+) reported by the payment provider differs from the one on record\.",
            str(error.value),
        )
        assert message is not None
        details = error.value.details
        return message[1], details["recorded"], details["reported"]

    def apply(amount: int, captured: int, status: PaymentStatus) -> bool:
        contradicting = a_report(status, amount=amount, captured=captured)
        return a_paid_payment().apply_report("pi_1", contradicting, at=LATER)

    succeeded, cancelled = PaymentStatus.SUCCEEDED, PaymentStatus.CANCELLED
    assert mismatch(lambda: apply(100, 100, succeeded)) == (
        "amount",
        "241.00 INR",
        "1.00 INR",
    )
    assert mismatch(lambda: apply(24_100, 100, succeeded)) == (
        "captured amount",
        "241.00 INR",
        "1.00 INR",
    )
    assert mismatch(lambda: apply(24_100, 0, cancelled)) == ("outcome", "SUCCEEDED", "CANCELLED")
    assert mismatch(lambda: payment.apply_report("pi_2", a_report(), at=LATER)) == (
        "payment",
        "pi_1",
        "pi_2",
    )
    other_order = a_report(order_number="NC-1")
    assert mismatch(lambda: payment.apply_report("pi_1", other_order, at=LATER)) == (
        "order",
        payment.order_number,
        "NC-1",
    )
    assert mismatch(lambda: refund.assign_reference("re_2")) == ("refund", "re_1", "re_2")
    assert mismatch(
        lambda: payment.apply_refund_report(refund.id, a_refund_report(24_100), at=LATER)
    ) == ("refund amount", "1.00 INR", "241.00 INR")
    dollars = a_report(currency="USD")
    assert mismatch(lambda: payment.apply_report("pi_1", dollars, at=LATER)) == (
        "amount",
        "241.00 INR",
        "241.00 USD",
    )


def test_report_of_an_earlier_refund_status_is_ignored() -> None:
    payment = a_paid_payment()
    refund = request(payment)
    for status, changed in ((RefundStatus.SUCCEEDED, True), (RefundStatus.PENDING, False)):
        applied = payment.apply_refund_report(refund.id, a_refund_report(100, status), at=LATER)
        assert applied is changed
    assert refund.settled_at == LATER


def test_refund_keeps_its_stored_fields() -> None:
    def refund(amount: Money) -> Refund:
        return Refund(
            id=RefundId(1),
            key="key",
            amount=amount,
            origin=RefundOrigin.STAFF,
            requested_at=NOON,
            status=RefundStatus.FAILED,
            failure="Account closed.",
            settled_at=LATER,
        )

    stored = refund(PART)
    assert (stored.reason, stored.failure, stored.settled_at) == ("", "Account closed.", LATER)
    with pytest.raises(InvalidValue, match=r"^A refund must be more than zero\.$") as error:
        refund(NOTHING)
    assert error.value.field == "amount"


def test_invalid_transition_names_both_statuses() -> None:
    payment = a_paid_payment()
    refund = request(payment)
    refund.change_status(RefundStatus.SUCCEEDED, at=LATER)
    assert refund.settled_at == LATER
    message = r"^A refund that is SUCCEEDED cannot become REQUESTED\.$"
    with pytest.raises(InvalidPaymentTransition, match=message):
        refund.change_status(RefundStatus.REQUESTED, at=LATER)
    with pytest.raises(InvalidPaymentTransition, match=message):
        refund.replace_key("another")
    dispute = Dispute(reference="dp_1", amount=PART, opened_at=NOON)
    assert (dispute.reference, dispute.opened_at, dispute.closed_at) == ("dp_1", NOON, None)
    assert (dispute.withdrawn, dispute.reinstated) == (False, False)
    dispute.change_status(DisputeStatus.LOST, at=LATER)
    with pytest.raises(InvalidPaymentTransition, match="A dispute that is LOST cannot become WON"):
        dispute.change_status(DisputeStatus.WON, at=LATER)
    with pytest.raises(
        InvalidPaymentTransition, match=r"^A payment that is opened cannot become opened again.$"
    ):
        payment.replace_open_key("another")


def test_dispute_keeps_its_stored_fields() -> None:
    dispute = Dispute(
        reference="dp_1",
        amount=PART,
        opened_at=NOON,
        status=DisputeStatus.LOST,
        due_by=LATER,
        withdrawn_at=NOON,
        closed_at=LATER,
    )
    assert (dispute.withdrawn, dispute.reinstated, dispute.closed_at) == (True, False, LATER)
    assert dispute.record_funds(withdrawn=True, reinstated=False, at=LATER) is False
    assert dispute.record_funds(withdrawn=False, reinstated=True, at=LATER) is True
