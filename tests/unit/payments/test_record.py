"""What a payment tells of its own life, fact by fact, and how it words its refusals."""

from dataclasses import fields
from datetime import timedelta

import pytest

from novacart.domain.payments.dispute import Dispute
from novacart.domain.payments.errors import (
    ImpossiblePaymentMove,
    PaymentMismatch,
    RefundExceedsPayment,
)
from novacart.domain.payments.events import (
    DisputeClosed,
    DisputeOpened,
    LateMoneyReceived,
    PaymentAttemptFailed,
    PaymentCancelled,
    PaymentSucceeded,
    RefundFailed,
    RefundRequested,
    RefundSucceeded,
)
from novacart.domain.payments.lifecycle import DisputeStatus, PaymentStatus, RefundStatus
from novacart.domain.payments.payment import Payment
from novacart.domain.payments.refund import RefundOrigin
from novacart.domain.shared.events import DomainEvent
from novacart.domain.shared.ids import RefundId
from novacart.domain.shared.money import Money
from tests.support.builders.payments import NOON, a_paid_payment, a_payment

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


def happened(payment: Payment, *kinds: type[DomainEvent]) -> list[Facts]:
    """All that the events say, beside their names and versions."""
    events = payment.collect_events()
    assert tuple(type(event) for event in events) == kinds
    return [
        {field.name: getattr(event, field.name) for field in fields(event) if field.init}
        for event in events
    ]


def reported(payment: Payment, status: PaymentStatus, captured: Money = NOTHING) -> bool:
    return payment.report(
        status, amount=ALL, captured=captured, reported_at=LATER, failure="Declined."
    )


def requested(payment: Payment) -> RefundId:
    refund = payment.request_refund(
        id=RefundId(100),
        key="refund-100",
        amount=PART,
        origin=RefundOrigin.STAFF,
        at=LATER,
        reason="Broken.",
    )
    assert (refund.reason, refund.requested_at, refund.key) == ("Broken.", LATER, "refund-100")
    return refund.id


def test_a_success_is_told() -> None:
    payment = a_payment()
    assert reported(payment, PaymentStatus.SUCCEEDED, ALL) is True
    assert happened(payment, PaymentSucceeded) == [facts()]
    assert (payment.settled_at, payment.reported_at, payment.failure) == (LATER, LATER, None)


def test_an_end_without_money_is_told() -> None:
    payment = a_payment()
    assert reported(payment, PaymentStatus.CANCELLED) is True
    assert happened(payment, PaymentCancelled) == [facts()]


def test_an_attempt_that_failed_is_told() -> None:
    payment = a_payment()
    assert reported(payment, PaymentStatus.FAILED) is True
    assert happened(payment, PaymentAttemptFailed) == [facts()]
    assert payment.failure == "Declined."


def test_a_later_report_of_the_same_attempt_is_no_news() -> None:
    payment = a_payment()
    reported(payment, PaymentStatus.FAILED)
    payment.collect_events()
    again = payment.report(
        PaymentStatus.FAILED,
        amount=ALL,
        captured=NOTHING,
        reported_at=LATER + timedelta(seconds=1),
        failure="Declined.",
    )
    assert again is False
    assert happened(payment) == []


def test_a_refund_is_told_from_its_request_to_its_success() -> None:
    payment = a_paid_payment()
    refund_id = requested(payment)
    its = facts(PART) | {"refund_id": 100, "origin": str(RefundOrigin.STAFF)}
    assert happened(payment, RefundRequested) == [its]
    assert payment.report_refund(
        refund_id, RefundStatus.SUCCEEDED, reference="re_1", amount=PART, at=LATER
    )
    assert happened(payment, RefundSucceeded) == [its]
    assert payment.refund(refund_id).reference == "re_1"


def test_a_refund_that_failed_is_told_with_the_reason() -> None:
    payment = a_paid_payment()
    refund_id = requested(payment)
    payment.collect_events()
    payment.report_refund(
        refund_id,
        RefundStatus.FAILED,
        reference="re_1",
        amount=PART,
        at=LATER,
        failure="Account closed.",
    )
    assert happened(payment, RefundFailed) == [
        facts(PART)
        | {"refund_id": 100, "origin": str(RefundOrigin.STAFF), "failure": "Account closed."}
    ]
    assert payment.refund(refund_id).failure == "Account closed."


def test_late_money_is_told_with_the_refund_of_it() -> None:
    payment = a_paid_payment()
    refund = payment.return_late_money(id=RefundId(101), key="late-1", at=LATER)
    asked = facts() | {"refund_id": 101, "origin": str(RefundOrigin.LATE_MONEY)}
    assert happened(payment, RefundRequested, LateMoneyReceived) == [
        asked,
        facts() | {"refund_id": 101},
    ]
    assert (refund.key, refund.reason, refund.requested_at) == ("late-1", "", LATER)


def test_a_refund_made_at_the_provider_is_put_on_record() -> None:
    payment = a_paid_payment()
    refund = payment.adopt_refund(
        id=RefundId(102), reference="re_9", amount=PART, requested_at=LATER
    )
    assert (refund.key, refund.reference, refund.requested_at) == (
        "provider:re_9",
        "re_9",
        LATER,
    )
    with pytest.raises(RefundExceedsPayment) as refused:
        payment.adopt_refund(
            id=RefundId(103), reference="re_8", amount=Money(24_101, "INR"), requested_at=LATER
        )
    assert refused.value.details == {"requested": "241.01", "left": "241.00"}


def test_a_dispute_is_told_from_its_opening_to_its_close() -> None:
    payment = a_paid_payment()

    def disputed(status: DisputeStatus, *, withdrawn: bool = False) -> bool:
        return payment.report_dispute(
            "dp_1", status, amount=PART, withdrawn=withdrawn, reinstated=False, at=LATER
        )

    assert disputed(DisputeStatus.NEEDS_RESPONSE) is True
    its = facts(PART) | {"dispute": "dp_1"}
    assert happened(payment, DisputeOpened) == [its | {"status": "NEEDS_RESPONSE"}]
    assert disputed(DisputeStatus.NEEDS_RESPONSE) is False
    assert disputed(DisputeStatus.NEEDS_RESPONSE, withdrawn=True) is True
    assert happened(payment) == []
    assert disputed(DisputeStatus.LOST, withdrawn=True) is True
    assert happened(payment, DisputeClosed) == [its | {"status": "LOST"}]
    (dispute,) = payment.disputes
    assert (dispute.reference, dispute.opened_at, dispute.closed_at) == ("dp_1", LATER, LATER)


def test_what_contradicts_the_record_is_named() -> None:
    payment = a_paid_payment()
    refund_id = requested(payment)
    with pytest.raises(PaymentMismatch, match=r"^The refund amount reported by"):
        payment.report_refund(
            refund_id, RefundStatus.SUCCEEDED, reference=None, amount=ALL, at=LATER
        )


def test_a_step_that_no_lifecycle_has_is_told_from_what_to_what() -> None:
    payment = a_paid_payment()
    refund = payment.refund(requested(payment))
    refund.move(RefundStatus.SUCCEEDED, at=LATER)
    assert refund.settled_at == LATER
    impossible = r"^A refund that is SUCCEEDED cannot become REQUESTED\.$"
    with pytest.raises(ImpossiblePaymentMove, match=impossible):
        refund.move(RefundStatus.REQUESTED, at=LATER)
    with pytest.raises(ImpossiblePaymentMove, match=impossible):
        refund.use_new_key("another")
    dispute = Dispute(reference="dp_1", amount=PART, opened_at=NOON)
    assert (dispute.reference, dispute.opened_at, dispute.closed_at) == ("dp_1", NOON, None)
    assert (dispute.withdrawn, dispute.reinstated) == (False, False)
    dispute.move(DisputeStatus.LOST, at=LATER)
    with pytest.raises(ImpossiblePaymentMove, match=r"^A dispute that is LOST cannot become WON"):
        dispute.move(DisputeStatus.WON, at=LATER)


def test_a_dispute_is_stored_as_it_is() -> None:
    dispute = Dispute(
        reference="dp_1",
        amount=PART,
        opened_at=NOON,
        status=DisputeStatus.LOST,
        withdrawn=True,
        closed_at=LATER,
    )
    assert (dispute.withdrawn, dispute.reinstated, dispute.closed_at) == (True, False, LATER)
    assert dispute.learn(withdrawn=True, reinstated=False) is False
    assert dispute.learn(withdrawn=False, reinstated=True) is True


def test_what_is_open_at_the_provider_is_not_opened_again() -> None:
    sentence = r"^A payment that is opened cannot become opened again.$"
    with pytest.raises(ImpossiblePaymentMove, match=sentence):
        a_paid_payment().use_new_key("another")
