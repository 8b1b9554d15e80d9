"""What a payment believes, and what it gives back."""

from datetime import timedelta
from itertools import permutations

import pytest

from novacart.domain.payments.errors import (
    InvalidPaymentTransition,
    NothingToRefund,
    PaymentMismatch,
    RefundExceedsPayment,
)
from novacart.domain.payments.lifecycle import DisputeStatus, PaymentStatus, RefundStatus
from novacart.domain.payments.payment import Payment
from novacart.domain.payments.refund import RefundOrigin
from novacart.domain.shared.ids import RefundId
from novacart.domain.shared.money import Money
from tests.support.builders.payments import NOON, a_paid_payment, a_payment, refund_of

INR = 24_100


def _report(
    payment: Payment,
    status: PaymentStatus,
    *,
    seconds: int = 0,
    amount: int = INR,
    captured: int | None = None,
) -> bool:
    if captured is None:
        captured = amount if status is PaymentStatus.SUCCEEDED else 0
    return payment.report(
        status,
        amount=Money(amount, "INR"),
        captured=Money(captured, "INR"),
        reported_at=NOON + timedelta(seconds=seconds),
    )


def _names(payment: Payment) -> list[str]:
    return [event.name for event in payment.collect_events()]


def test_success_captures_the_amount_and_tells_once() -> None:
    payment = a_payment()
    assert _report(payment, PaymentStatus.SUCCEEDED)
    assert not _report(payment, PaymentStatus.SUCCEEDED, seconds=5)
    assert payment.captured == payment.amount == payment.left
    assert payment.settled_at == NOON
    assert _names(payment) == ["payment.succeeded"]


@pytest.mark.parametrize(
    ("amount", "captured"), [(INR - 1, INR - 1), (INR + 1, INR + 1), (INR, INR - 1), (INR, 0)]
)
def test_another_amount_is_not_believed(amount: int, captured: int) -> None:
    payment = a_payment()
    with pytest.raises(PaymentMismatch):
        _report(payment, PaymentStatus.SUCCEEDED, amount=amount, captured=captured)
    assert payment.status is PaymentStatus.CREATED
    assert not payment.captured


def test_another_currency_is_not_believed() -> None:
    payment = a_payment()
    with pytest.raises(PaymentMismatch):
        payment.report(
            PaymentStatus.SUCCEEDED,
            amount=Money(INR, "USD"),
            captured=Money(INR, "USD"),
            reported_at=NOON,
        )


def test_two_ends_contradict_each_other() -> None:
    payment = a_payment()
    _report(payment, PaymentStatus.CANCELLED)
    with pytest.raises(PaymentMismatch):
        _report(payment, PaymentStatus.SUCCEEDED)
    assert payment.status is PaymentStatus.CANCELLED
    assert _names(payment) == ["payment.cancelled"]


def test_reports_of_one_life_lead_to_one_end_in_every_order() -> None:
    life = [
        (PaymentStatus.CREATED, 0),
        (PaymentStatus.REQUIRES_ACTION, 1),
        (PaymentStatus.FAILED, 2),
        (PaymentStatus.PROCESSING, 2),
        (PaymentStatus.PROCESSING, 4),
    ]
    ends = set()
    for told in permutations(life):
        payment = a_payment()
        for status, second in told:
            _report(payment, status, seconds=second)
            _report(payment, status, seconds=second)
        ends.add((payment.status, payment.reported_at))
    assert ends == {(PaymentStatus.PROCESSING, NOON + timedelta(seconds=4))}


def test_success_wins_over_whatever_is_told_after_it() -> None:
    for late in PaymentStatus:
        if late is PaymentStatus.CANCELLED:
            continue
        payment = a_payment()
        _report(payment, PaymentStatus.SUCCEEDED, seconds=5)
        assert not _report(payment, late, seconds=9)
        assert payment.status is PaymentStatus.SUCCEEDED


def test_a_failed_attempt_can_be_followed_by_a_good_one() -> None:
    payment = a_payment()
    payment.report(
        PaymentStatus.FAILED,
        amount=payment.amount,
        captured=Money.zero("INR"),
        reported_at=NOON,
        failure="Your card was declined.",
    )
    told = [payment.failure]
    _report(payment, PaymentStatus.SUCCEEDED, seconds=9)
    assert [*told, payment.failure] == ["Your card was declined.", None]
    assert _names(payment) == ["payment.attempt_failed", "payment.succeeded"]


def test_the_provider_has_one_name_for_it() -> None:
    payment = a_payment()
    payment.opened(reference="pi_1", client_secret="s")
    payment.opened(reference="pi_1", client_secret=None)
    assert payment.client_secret == "s"
    with pytest.raises(PaymentMismatch):
        payment.opened(reference="pi_2", client_secret="t")
    with pytest.raises(InvalidPaymentTransition):
        payment.use_new_key("other")


def test_a_key_is_changed_while_the_provider_knows_of_nothing() -> None:
    payment = a_payment()
    payment.use_new_key("other")
    assert payment.open_key == "other"


def test_cancelling_is_wished_once_and_done_by_the_provider() -> None:
    payment = a_payment()
    assert payment.cancel_at_provider(key="c1")
    assert not payment.cancel_at_provider(key="c2")
    assert payment.cancel_key == "c1"
    opens = [payment.is_open]
    _report(payment, PaymentStatus.CANCELLED)
    assert [*opens, payment.is_open] == [True, False]
    assert not a_paid_payment().cancel_at_provider(key="c")


def test_what_is_promised_is_not_left() -> None:
    payment = a_paid_payment()
    refund_of(payment, 20_000)
    assert payment.left == Money(4_100, "INR")
    assert payment.refunded == Money(0, "INR")
    with pytest.raises(RefundExceedsPayment) as refusal:
        refund_of(payment, 4_101, id=101)
    assert refusal.value.details == {"requested": "41.01", "left": "41.00"}
    refund_of(payment, 4_100, id=102)
    with pytest.raises(NothingToRefund):
        refund_of(payment, 1, id=103)


def test_an_unpaid_payment_has_nothing_to_refund() -> None:
    with pytest.raises(NothingToRefund):
        refund_of(a_payment(), 1)


@pytest.mark.parametrize("end", [RefundStatus.FAILED, RefundStatus.CANCELLED])
@pytest.mark.parametrize("start", [RefundStatus.REQUESTED, RefundStatus.PENDING])
def test_a_refund_that_came_to_nothing_restores_what_is_left(
    start: RefundStatus, end: RefundStatus
) -> None:
    payment = a_paid_payment()
    refund = refund_of(payment, INR)
    payment.collect_events()
    payment.report_refund(refund.id, start, reference="re_1", amount=refund.amount, at=NOON)
    assert payment.report_refund(refund.id, end, reference="re_1", amount=refund.amount, at=NOON)
    assert payment.left == payment.captured
    assert not payment.refunded
    assert payment.refunds == (refund,)
    assert _names(payment) == ["refund.failed"]


def test_a_refund_that_the_bank_sends_back_restores_what_is_left() -> None:
    payment = a_paid_payment()
    refund = refund_of(payment, INR)
    _refunded(payment, refund.id, RefundStatus.SUCCEEDED)
    told = [payment.is_fully_refunded]
    _refunded(payment, refund.id, RefundStatus.FAILED)
    assert [*told, payment.is_fully_refunded] == [True, False]
    assert payment.left == payment.captured


def _refunded(payment: Payment, refund_id: RefundId, status: RefundStatus) -> bool:
    amount = payment.refund(refund_id).amount
    return payment.report_refund(refund_id, status, reference="re_1", amount=amount, at=NOON)


def test_reports_of_one_refund_lead_to_one_end_in_every_order() -> None:
    told = [RefundStatus.PENDING, RefundStatus.SUCCEEDED, RefundStatus.FAILED]
    for order in permutations(told):
        payment = a_paid_payment()
        refund = refund_of(payment, 100)
        for status in (*order, *order):
            _refunded(payment, refund.id, status)
        assert refund.status is RefundStatus.FAILED
        assert payment.left == payment.captured


def test_a_refund_of_another_amount_or_name_is_not_believed() -> None:
    payment = a_paid_payment()
    refund = refund_of(payment, 100)
    with pytest.raises(PaymentMismatch):
        payment.report_refund(
            refund.id, RefundStatus.SUCCEEDED, reference="re_1", amount=Money(99, "INR"), at=NOON
        )
    _refunded(payment, refund.id, RefundStatus.PENDING)
    with pytest.raises(PaymentMismatch):
        payment.report_refund(
            refund.id, RefundStatus.SUCCEEDED, reference="re_2", amount=refund.amount, at=NOON
        )
    assert refund.status is RefundStatus.PENDING


def test_a_refund_made_in_the_dashboard_counts_like_our_own() -> None:
    payment = a_paid_payment()
    found = payment.adopt_refund(
        id=RefundId(5), reference="re_9", amount=Money(INR, "INR"), requested_at=NOON
    )
    assert found.origin is RefundOrigin.PROVIDER
    assert payment.refund_called("re_9") is found
    assert payment.refund_called("re_8") is None
    payment.report_refund(
        found.id, RefundStatus.SUCCEEDED, reference="re_9", amount=found.amount, at=NOON
    )
    assert payment.is_fully_refunded
    with pytest.raises(RefundExceedsPayment):
        payment.adopt_refund(
            id=RefundId(6), reference="re_10", amount=Money(1, "INR"), requested_at=NOON
        )


def test_a_dashboard_refund_may_overtake_one_that_is_only_promised_here() -> None:
    payment = a_paid_payment()
    refund_of(payment, INR)
    found = payment.adopt_refund(
        id=RefundId(5), reference="re_9", amount=Money(INR, "INR"), requested_at=NOON
    )
    _ = payment.report_refund(
        found.id, RefundStatus.SUCCEEDED, reference="re_9", amount=found.amount, at=NOON
    )
    assert payment.refunded == payment.captured
    assert payment.left == Money(0, "INR")


def test_late_money_is_promised_back_in_full() -> None:
    payment = a_paid_payment()
    refund = payment.return_late_money(id=RefundId(8), key="k", at=NOON)
    assert refund.amount == payment.captured
    assert refund.origin is RefundOrigin.LATE_PAYMENT
    assert _names(payment) == ["refund.requested", "payment.late_money_received"]


def _dispute(
    payment: Payment, status: DisputeStatus, *, out: bool = False, back: bool = False
) -> bool:
    return payment.report_dispute(
        "dp_1", status, amount=payment.amount, withdrawn=out, reinstated=back, at=NOON
    )


def test_what_a_bank_holds_can_not_be_refunded() -> None:
    payment = a_paid_payment()
    assert _dispute(payment, DisputeStatus.NEEDS_RESPONSE, out=True)
    with pytest.raises(NothingToRefund):
        refund_of(payment, 1)
    assert _dispute(payment, DisputeStatus.WON, out=True, back=True)
    assert payment.left == payment.captured
    assert _names(payment) == ["dispute.opened", "dispute.closed"]


def test_reports_of_one_dispute_lead_to_one_end_in_every_order() -> None:
    told = [
        (DisputeStatus.NEEDS_RESPONSE, False, False),
        (DisputeStatus.NEEDS_RESPONSE, True, False),
        (DisputeStatus.UNDER_REVIEW, False, False),
        (DisputeStatus.WON, False, True),
        (DisputeStatus.WON, False, False),
    ]
    for order in permutations(told):
        payment = a_paid_payment()
        for status, out, back in (*order, *order):
            _dispute(payment, status, out=out, back=back)
        (dispute,) = payment.disputes
        assert dispute.status is DisputeStatus.WON
        assert dispute.withdrawn
        assert dispute.reinstated
        assert sorted(_names(payment)) == ["dispute.closed", "dispute.opened"]
