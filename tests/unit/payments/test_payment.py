"""The payment aggregate: reports, refunds, disputes and the next check."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from novacart.domain.payments.errors import (
    InvalidPaymentTransition,
    NothingToRefund,
    OrderDisputed,
    PaymentDisputed,
    PaymentMismatch,
    RefundExceedsPayment,
    RefundNotFound,
)
from novacart.domain.payments.events import RefundRetried, RefundSettledByHand, RefundSuperseded
from novacart.domain.payments.lifecycle import DisputeStatus, PaymentStatus, RefundStatus
from novacart.domain.payments.payment import (
    AWAITING_BANK,
    AWAITING_CUSTOMER,
    RETURN_PERIOD,
    REVERSIBLE,
    UNCONFIRMED_REQUEST,
    Payment,
)
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
    refund_of,
)

TOTAL = 24_100
LATER = NOON + timedelta(hours=1)


def _report(payment: Payment, status: PaymentStatus, *, seconds: int = 0) -> bool:
    report = a_report(status, at=NOON + timedelta(seconds=seconds))
    return payment.apply_report("pi_1", report, at=NOON)


def _event_names(payment: Payment) -> list[str]:
    return [event.name for event in payment.collect_events()]


# -- reports on the payment ----------------------------------------------------------------------


def test_success_captures_the_amount_and_records_one_event() -> None:
    payment = a_payment()
    assert _report(payment, PaymentStatus.SUCCEEDED)
    assert not _report(payment, PaymentStatus.SUCCEEDED, seconds=5)
    assert payment.captured == payment.amount == payment.refundable
    assert payment.settled_at == NOON
    assert _event_names(payment) == ["payment.succeeded"]


@pytest.mark.parametrize(
    ("amount", "captured"),
    [(TOTAL - 1, TOTAL - 1), (TOTAL + 1, TOTAL + 1), (TOTAL, TOTAL - 1), (TOTAL, 0)],
)
def test_report_of_another_amount_raises_and_changes_nothing(amount: int, captured: int) -> None:
    payment = a_payment()
    with pytest.raises(PaymentMismatch):
        payment.apply_report("pi_1", a_report(amount=amount, captured=captured), at=NOON)
    assert payment.status is PaymentStatus.CREATED
    assert payment.reference is None
    assert not payment.captured


def test_report_in_another_currency_raises() -> None:
    with pytest.raises(PaymentMismatch):
        a_payment().apply_report("pi_1", a_report(currency="USD"), at=NOON)


def test_report_for_another_order_raises() -> None:
    payment = a_payment()
    with pytest.raises(PaymentMismatch):
        payment.apply_report("pi_1", a_report(order_number="NC-20261102-AAAAAA"), at=NOON)
    assert payment.apply_report("pi_1", a_report(order_number=payment.order_number), at=NOON)


def test_report_under_another_reference_raises() -> None:
    payment = a_payment()
    _report(payment, PaymentStatus.CREATED)
    with pytest.raises(PaymentMismatch):
        payment.apply_report("pi_2", a_report(), at=NOON)
    assert payment.reference == "pi_1"


def test_contradicting_final_status_raises() -> None:
    payment = a_payment()
    _report(payment, PaymentStatus.CANCELLED)
    with pytest.raises(PaymentMismatch):
        _report(payment, PaymentStatus.SUCCEEDED)
    assert payment.status is PaymentStatus.CANCELLED
    assert _event_names(payment) == ["payment.cancelled"]


def test_reports_lead_to_the_same_status_in_any_order() -> None:
    reports = [
        (PaymentStatus.CREATED, 0),
        (PaymentStatus.REQUIRES_ACTION, 1),
        (PaymentStatus.FAILED, 2),
        (PaymentStatus.PROCESSING, 2),
        (PaymentStatus.PROCESSING, 4),
    ]
    results = set()
    for order in permutations(reports):
        payment = a_payment()
        for status, second in order:
            _report(payment, status, seconds=second)
            _report(payment, status, seconds=second)
        results.add((payment.status, payment.reported_at))
    assert results == {(PaymentStatus.PROCESSING, NOON + timedelta(seconds=4))}


def test_report_of_an_earlier_time_changes_nothing() -> None:
    payment = a_payment()
    assert _report(payment, PaymentStatus.PROCESSING, seconds=4)
    assert not _report(payment, PaymentStatus.FAILED, seconds=2)
    assert payment.status is PaymentStatus.PROCESSING


@pytest.mark.parametrize("later", sorted(set(PaymentStatus) - {PaymentStatus.CANCELLED}))
def test_success_wins_over_later_reports(later: PaymentStatus) -> None:
    payment = a_payment()
    _report(payment, PaymentStatus.SUCCEEDED, seconds=5)
    assert not _report(payment, later, seconds=9)
    assert payment.status is PaymentStatus.SUCCEEDED


def test_failed_attempt_can_be_followed_by_success() -> None:
    payment = a_payment()
    declined = a_report(PaymentStatus.FAILED, failure="Your card was declined.")
    payment.apply_report("pi_1", declined, at=NOON)
    failures = [payment.failure]
    _report(payment, PaymentStatus.SUCCEEDED, seconds=9)
    assert [*failures, payment.failure] == ["Your card was declined.", None]
    assert _event_names(payment) == ["payment.attempt_failed", "payment.succeeded"]


def test_client_secret_is_kept_if_a_later_report_has_none() -> None:
    payment = a_paid_payment()
    assert payment.client_secret == "pi_1_secret"


# -- opening and cancelling ----------------------------------------------------------------------


def test_open_key_can_be_replaced_until_the_provider_has_the_payment() -> None:
    payment = a_payment()
    payment.replace_open_key("other")
    assert payment.open_key == "other"
    _report(payment, PaymentStatus.CREATED)
    with pytest.raises(InvalidPaymentTransition):
        payment.replace_open_key("third")


def test_cancel_key_can_be_replaced_until_the_payment_is_cancelled() -> None:
    payment = a_payment()
    with pytest.raises(InvalidPaymentTransition):
        payment.replace_cancel_key("c0")
    payment.request_cancellation(key="c1", at=NOON)
    payment.replace_cancel_key("c2")
    assert payment.cancel_key == "c2"
    _report(payment, PaymentStatus.CANCELLED)
    with pytest.raises(InvalidPaymentTransition):
        payment.replace_cancel_key("c3")


def test_cancellation_is_requested_once_and_takes_effect_by_report() -> None:
    payment = a_payment()
    assert payment.request_cancellation(key="c1", at=NOON)
    assert not payment.request_cancellation(key="c2", at=NOON)
    assert payment.cancel_key == "c1"
    open_states = [payment.is_open]
    _report(payment, PaymentStatus.CANCELLED)
    assert [*open_states, payment.is_open] == [True, False]
    assert not a_paid_payment().request_cancellation(key="c", at=NOON)


def test_unopened_payment_is_cancelled_without_a_report() -> None:
    payment = a_payment()
    assert payment.cancel_unopened(at=NOON)
    assert not payment.cancel_unopened(at=NOON)
    assert payment.status is PaymentStatus.CANCELLED
    assert (payment.captured, payment.settled_at) == (Money(0, "INR"), NOON)
    assert _event_names(payment) == ["payment.cancelled"]


def test_opened_payment_is_not_cancelled_without_a_report() -> None:
    payment = a_payment()
    _report(payment, PaymentStatus.CREATED)
    assert not payment.cancel_unopened(at=NOON)
    assert payment.is_open


# -- the next check ------------------------------------------------------------------------------


def test_next_check_of_an_open_payment_depends_on_the_unconfirmed_request() -> None:
    payment = a_payment()
    assert payment.check_at == NOON + UNCONFIRMED_REQUEST
    _report(payment, PaymentStatus.CREATED)
    assert payment.check_at == NOON + AWAITING_CUSTOMER
    later = NOON + timedelta(hours=1)
    payment.postpone_check(at=later)
    assert payment.check_at == later + AWAITING_CUSTOMER
    payment.request_cancellation(key="c", at=NOON)
    assert payment.check_at == NOON + UNCONFIRMED_REQUEST
    _report(payment, PaymentStatus.CANCELLED)
    assert payment.check_at is None


def test_next_check_of_a_paid_payment_depends_on_its_refunds() -> None:
    payment = a_paid_payment()
    assert payment.check_at is None
    refund = refund_of(payment, 100)
    assert payment.check_at == NOON + UNCONFIRMED_REQUEST
    payment.apply_refund_report(refund.id, a_refund_report(100, RefundStatus.PENDING), at=NOON)
    assert payment.check_at == NOON + AWAITING_BANK
    payment.apply_refund_report(refund.id, a_refund_report(100), at=NOON)
    assert payment.check_at == NOON + REVERSIBLE
    payment.postpone_check(at=NOON + timedelta(days=29))
    assert payment.check_at == NOON + timedelta(days=29) + REVERSIBLE
    payment.postpone_check(at=NOON + RETURN_PERIOD)
    assert payment.check_at is None


def test_payment_is_checked_until_its_dispute_is_decided() -> None:
    payment = a_paid_payment()
    payment.apply_dispute_report(a_dispute_report(DisputeStatus.NEEDS_RESPONSE), at=NOON)
    assert payment.check_at == NOON + REVERSIBLE
    payment.apply_dispute_report(a_dispute_report(DisputeStatus.LOST), at=NOON)
    assert payment.check_at is None


def test_unopened_payment_that_is_cancelled_is_not_checked_again() -> None:
    payment = a_payment()
    payment.cancel_unopened(at=NOON)
    assert payment.check_at is None


# -- failed refunds ------------------------------------------------------------------------------


def _failed_refund(payment: Payment, *, id: int = 100) -> Refund:
    refund = refund_of(payment, 20_000, id=id)
    payment.fail_refund(refund.id, "No balance.", at=NOON)
    payment.collect_events()
    return refund


def _dated_notes(payment: Payment) -> list[tuple[type[DomainEvent], datetime, object]]:
    return [
        (type(event), event.occurred_at, event.payload().get("note"))
        for event in payment.collect_events()
    ]


def test_refund_that_was_settled_by_hand_is_recorded_with_its_note() -> None:
    payment = a_paid_payment()
    refund = _failed_refund(payment)
    with pytest.raises(InvalidValue) as error:
        payment.settle_refund_by_hand(refund.id, note=" ", at=LATER)
    assert error.value.field == "reason"
    payment.settle_refund_by_hand(refund.id, note=" UPI 17 ", at=LATER)
    assert (refund.resolution_note, refund.resolved_at) == ("UPI 17", LATER)
    assert payment.refundable == Money(TOTAL - 20_000, "INR")
    assert _dated_notes(payment) == [(RefundSettledByHand, LATER, "UPI 17")]


def test_refund_whose_amount_was_refunded_since_is_not_settled_by_hand() -> None:
    payment = a_paid_payment()
    failed = _failed_refund(payment)
    refund_of(payment, 4_101, id=101)
    with pytest.raises(RefundExceedsPayment) as error:
        payment.settle_refund_by_hand(failed.id, note="UPI 17", at=LATER)
    assert error.value.details == {"requested": "200.00", "left": "199.99"}


def test_superseded_refund_needs_a_note_unless_later_ones_cover_it() -> None:
    payment = a_paid_payment()
    first, second = _failed_refund(payment), _failed_refund(payment, id=101)
    # It was requested at the same time, and might be the other half of an order.
    refund_of(payment, 20_000, id=102)
    with pytest.raises(InvalidValue) as error:
        payment.supersede_refund(first.id, note="", at=LATER)
    assert error.value.field == "reason"
    payment.supersede_refund(second.id, note=" Order NC-2 ", at=LATER)
    assert second.resolution_note == "Order NC-2"
    assert _dated_notes(payment)[-1] == (RefundSuperseded, LATER, "Order NC-2")


def test_retried_refund_is_recorded_with_the_new_one() -> None:
    payment = a_paid_payment()
    failed = _failed_refund(payment)
    payment.retry_refund(failed, refund_of(payment, 20_000, id=101), at=LATER)
    event = payment.collect_events()[-1]
    assert isinstance(event, RefundRetried)
    assert (event.refund_id, event.new_refund_id, event.occurred_at) == (100, 101, LATER)


# -- refunds -------------------------------------------------------------------------------------


def test_requested_refund_reduces_the_refundable_amount() -> None:
    payment = a_paid_payment()
    refund_of(payment, 20_000)
    assert payment.refundable == Money(4_100, "INR")
    assert payment.refunded == Money(0, "INR")
    with pytest.raises(RefundExceedsPayment) as error:
        refund_of(payment, 4_101, id=101)
    assert error.value.details == {"requested": "41.01", "left": "41.00"}
    refund_of(payment, 4_100, id=102)
    with pytest.raises(NothingToRefund):
        refund_of(payment, 1, id=103)


def test_refund_of_another_payment_is_not_found() -> None:
    refund = refund_of(a_paid_payment(), TOTAL)
    with pytest.raises(RefundNotFound):
        a_paid_payment().refund(refund.id)


def test_refund_of_an_unpaid_payment_raises() -> None:
    with pytest.raises(NothingToRefund):
        refund_of(a_payment(), 1)


@pytest.mark.parametrize("outcome", [RefundStatus.FAILED, RefundStatus.CANCELLED])
@pytest.mark.parametrize("start", [RefundStatus.REQUESTED, RefundStatus.PENDING])
def test_unsuccessful_refund_can_be_made_again(start: RefundStatus, outcome: RefundStatus) -> None:
    payment = a_paid_payment()
    refund = refund_of(payment, TOTAL)
    payment.collect_events()
    payment.apply_refund_report(refund.id, a_refund_report(TOTAL, start), at=NOON)
    assert payment.apply_refund_report(refund.id, a_refund_report(TOTAL, outcome), at=NOON)
    assert payment.refundable == payment.captured
    assert not payment.refunded
    assert payment.refunds == (refund,)
    assert _event_names(payment) == ["refund.failed"]


def test_refund_that_the_bank_returns_can_be_made_again() -> None:
    payment = a_paid_payment()
    refund = refund_of(payment, TOTAL)
    payment.apply_refund_report(refund.id, a_refund_report(TOTAL), at=NOON)
    assert payment.returned == payment.amount
    payment.apply_refund_report(refund.id, a_refund_report(TOTAL, RefundStatus.FAILED), at=NOON)
    assert not payment.returned
    assert payment.refundable == payment.captured


def test_refund_reports_lead_to_the_same_status_in_any_order() -> None:
    statuses = [RefundStatus.PENDING, RefundStatus.SUCCEEDED, RefundStatus.FAILED]
    for order in permutations(statuses):
        payment = a_paid_payment()
        refund = refund_of(payment, 100)
        for status in (*order, *order):
            payment.apply_refund_report(refund.id, a_refund_report(100, status), at=NOON)
        assert refund.status is RefundStatus.FAILED
        assert payment.refundable == payment.captured


def test_refund_report_of_another_amount_or_reference_raises() -> None:
    payment = a_paid_payment()
    refund = refund_of(payment, 100)
    with pytest.raises(PaymentMismatch):
        payment.apply_refund_report(refund.id, a_refund_report(99), at=NOON)
    payment.apply_refund_report(refund.id, a_refund_report(100, RefundStatus.PENDING), at=NOON)
    with pytest.raises(PaymentMismatch):
        payment.apply_refund_report(refund.id, a_refund_report(100, reference="re_2"), at=NOON)
    assert refund.status is RefundStatus.PENDING


def test_refused_refund_fails_unless_the_provider_has_it() -> None:
    payment = a_paid_payment()
    refund = refund_of(payment, 100)
    assert payment.fail_refund(refund.id, "No balance.", at=NOON)
    assert (refund.status, refund.failure) == (RefundStatus.FAILED, "No balance.")
    made = refund_of(payment, 100, id=101)
    payment.apply_refund_report(made.id, a_refund_report(100), at=NOON)
    assert not payment.fail_refund(made.id, "No balance.", at=NOON)
    assert made.status is RefundStatus.SUCCEEDED


def test_dashboard_refund_reduces_the_refundable_amount() -> None:
    payment = a_paid_payment()
    report = a_refund_report(TOTAL, reference="re_9")
    refund = payment.adopt_refund(report, id=RefundId(5))
    assert refund.origin is RefundOrigin.PROVIDER
    assert payment.refund_by_reference("re_9") is refund
    assert payment.refund_by_reference("re_8") is None
    payment.apply_refund_report(refund.id, report, at=NOON)
    assert payment.returned == payment.amount
    with pytest.raises(RefundExceedsPayment):
        payment.adopt_refund(a_refund_report(1, reference="re_10"), id=RefundId(6))
    assert len(payment.refunds) == 1


def test_failed_dashboard_refund_is_recorded_whatever_is_left() -> None:
    payment = a_paid_payment()
    failed = a_refund_report(TOTAL + 1, RefundStatus.FAILED, reference="re_9")
    refund = payment.adopt_refund(failed, id=RefundId(5))
    payment.apply_refund_report(refund.id, failed, at=NOON)
    assert payment.refundable == payment.captured


def test_dashboard_refund_can_precede_one_that_is_only_requested() -> None:
    payment = a_paid_payment()
    refund_of(payment, TOTAL)
    report = a_refund_report(TOTAL, reference="re_9")
    refund = payment.adopt_refund(report, id=RefundId(5))
    payment.apply_refund_report(refund.id, report, at=NOON)
    assert payment.refunded == payment.captured
    assert payment.refundable == Money(0, "INR")


def test_late_payment_is_refunded_in_full() -> None:
    payment = a_paid_payment()
    refund = payment.refund_late_payment(id=RefundId(8), key="k", at=NOON)
    assert refund.amount == payment.captured
    assert refund.origin is RefundOrigin.LATE_PAYMENT
    assert _event_names(payment) == ["refund.requested", "payment.late_money_received"]


# -- disputes ------------------------------------------------------------------------------------


def test_withheld_amount_cannot_be_refunded() -> None:
    payment = a_paid_payment()
    assert payment.apply_dispute_report(a_dispute_report(withdrawn=True), at=NOON)
    with pytest.raises(PaymentDisputed):
        refund_of(payment, 1)
    won = a_dispute_report(DisputeStatus.WON, withdrawn=True, reinstated=True)
    assert payment.apply_dispute_report(won, at=NOON)
    assert payment.refundable == payment.captured
    assert _event_names(payment) == ["dispute.opened", "dispute.closed"]


def test_dispute_reports_lead_to_the_same_state_in_any_order() -> None:
    reports = [
        a_dispute_report(),
        a_dispute_report(withdrawn=True),
        a_dispute_report(DisputeStatus.UNDER_REVIEW),
        a_dispute_report(DisputeStatus.WON, reinstated=True),
        a_dispute_report(DisputeStatus.WON),
    ]
    for order in permutations(reports):
        payment = a_paid_payment()
        for report in (*order, *order):
            payment.apply_dispute_report(report, at=NOON)
        (dispute,) = payment.disputes
        assert dispute.status is DisputeStatus.WON
        assert dispute.withdrawn
        assert dispute.reinstated
        assert sorted(_event_names(payment)) == ["dispute.closed", "dispute.opened"]


def test_latest_deadline_of_a_dispute_is_kept() -> None:
    payment = a_paid_payment()
    week, fortnight = NOON + timedelta(days=7), NOON + timedelta(days=14)
    changes = [
        payment.apply_dispute_report(replace(a_dispute_report(), due_by=due_by), at=NOON)
        for due_by in (None, week, fortnight, fortnight, week, None)
    ]
    assert changes == [True, True, True, False, False, False]
    assert payment.disputes[0].due_by == fortnight


def test_money_of_a_dispute_has_the_times_of_its_withdrawal_and_return() -> None:
    payment = a_paid_payment()
    won_at = NOON + timedelta(days=30)
    payment.apply_dispute_report(a_dispute_report(withdrawn=True), at=NOON)
    won = a_dispute_report(DisputeStatus.WON, withdrawn=True, reinstated=True)
    payment.apply_dispute_report(won, at=won_at)
    payment.apply_dispute_report(won, at=won_at + timedelta(days=1))
    (dispute,) = payment.disputes
    assert (dispute.withdrawn_at, dispute.reinstated_at) == (NOON, won_at)


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        (DisputeStatus.NEEDS_RESPONSE, "is in a dispute over 241.00 INR"),
        (DisputeStatus.UNDER_REVIEW, "is in a dispute over 241.00 INR"),
        (DisputeStatus.LOST, "lost a dispute over 241.00 INR"),
        (DisputeStatus.WON, None),
        (DisputeStatus.CLOSED, None),
    ],
)
def test_goods_of_an_open_or_lost_dispute_are_at_risk(
    status: DisputeStatus, problem: str | None
) -> None:
    payment = a_paid_payment()
    payment.apply_dispute_report(a_dispute_report(status), at=NOON)
    if problem is None:
        payment.ensure_undisputed()
    else:
        with pytest.raises(OrderDisputed, match=problem):
            payment.ensure_undisputed()
