"""What a payment tells of its own life, fact by fact, and how it words its refusals."""

import re
from collections.abc import Callable
from dataclasses import fields
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


def test_a_payment_is_of_something() -> None:
    assert a_payment(amount=1).version == 0
    with pytest.raises(InvalidValue, match=r"^A payment is more than nothing\.$") as refused:
        a_payment(amount=0)
    assert refused.value.field == "amount"


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
    asked = facts() | {"refund_id": 101, "origin": str(RefundOrigin.LATE_PAYMENT)}
    assert happened(payment, RefundRequested, LatePaymentReceived) == [
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


def test_what_contradicts_the_record_is_named_with_both_values() -> None:
    payment = a_paid_payment()
    refund_id = requested(payment)
    refund = payment.refund(refund_id)
    refund.is_called("re_1")

    def named(contradict: Callable[[], object]) -> tuple[str, object, object]:
        with pytest.raises(PaymentMismatch) as refused:
            contradict()
        what = re.fullmatch(
            r"The (.+) reported by the payment provider is not the one on record\.",
            str(refused.value),
        )
        assert what is not None
        details = refused.value.details
        return what[1], details["recorded"], details["reported"]

    def told(amount: Money, captured: Money, status: PaymentStatus) -> bool:
        return a_paid_payment().report(status, amount=amount, captured=captured, reported_at=LATER)

    succeeded, cancelled = PaymentStatus.SUCCEEDED, PaymentStatus.CANCELLED
    assert named(lambda: told(PART, PART, succeeded)) == ("amount", "241.00", "1.00")
    assert named(lambda: told(ALL, PART, succeeded)) == ("captured amount", "241.00", "1.00")
    assert named(lambda: told(ALL, NOTHING, cancelled)) == ("outcome", "SUCCEEDED", "CANCELLED")
    assert named(lambda: payment.opened(reference="pi_2", client_secret=None)) == (
        "payment",
        "pi_1",
        "pi_2",
    )
    assert named(lambda: refund.is_called("re_2")) == ("refund", "re_1", "re_2")
    assert named(
        lambda: payment.report_refund(
            refund_id, RefundStatus.SUCCEEDED, reference=None, amount=ALL, at=LATER
        )
    ) == ("refund amount", "1.00", "241.00")


def test_old_news_of_a_refund_is_passed_over_and_its_end_is_dated() -> None:
    payment = a_paid_payment()
    refund_id = requested(payment)
    for status, news in ((RefundStatus.SUCCEEDED, True), (RefundStatus.PENDING, False)):
        assert (
            payment.report_refund(refund_id, status, reference=None, amount=PART, at=LATER) is news
        )
    assert payment.refund(refund_id).settled_at == LATER


def test_a_part_is_refunded_of_late_money_that_was_refunded_in_part() -> None:
    payment = a_paid_payment()
    requested(payment)
    payment.collect_events()
    rest = ALL - PART
    payment.return_late_money(id=RefundId(101), key="late-1", at=LATER)
    assert happened(payment, RefundRequested, LatePaymentReceived)[1] == facts(rest) | {
        "refund_id": 101
    }


def test_a_refund_is_of_something_and_is_stored_as_it_is() -> None:
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
    with pytest.raises(InvalidValue, match=r"^A refund is more than nothing\.$") as refused:
        refund(NOTHING)
    assert refused.value.field == "amount"


def test_a_step_that_no_lifecycle_has_is_told_from_what_to_what() -> None:
    payment = a_paid_payment()
    refund = payment.refund(requested(payment))
    refund.move(RefundStatus.SUCCEEDED, at=LATER)
    assert refund.settled_at == LATER
    impossible = r"^A refund that is SUCCEEDED cannot become REQUESTED\.$"
    with pytest.raises(InvalidPaymentTransition, match=impossible):
        refund.move(RefundStatus.REQUESTED, at=LATER)
    with pytest.raises(InvalidPaymentTransition, match=impossible):
        refund.use_new_key("another")
    dispute = Dispute(reference="dp_1", amount=PART, opened_at=NOON)
    assert (dispute.reference, dispute.opened_at, dispute.closed_at) == ("dp_1", NOON, None)
    assert (dispute.withdrawn, dispute.reinstated) == (False, False)
    dispute.move(DisputeStatus.LOST, at=LATER)
    with pytest.raises(
        InvalidPaymentTransition, match=r"^A dispute that is LOST cannot become WON"
    ):
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
    with pytest.raises(InvalidPaymentTransition, match=sentence):
        a_paid_payment().use_new_key("another")
