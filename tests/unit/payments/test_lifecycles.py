"""Every pair of every lifecycle: a step is in the table, or it is refused."""

from collections.abc import Iterable
from itertools import product

import pytest

from novacart.domain.payments.dispute import Dispute
from novacart.domain.payments.errors import InvalidPaymentTransition
from novacart.domain.payments.lifecycle import (
    DISPUTE_LIFECYCLE,
    PAYMENT_LIFECYCLE,
    REFUND_LIFECYCLE,
    DisputeStatus,
    PaymentStatus,
    RefundStatus,
)
from novacart.domain.payments.refund import Refund, RefundOrigin
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import RefundId
from novacart.domain.shared.money import Money
from tests.support.builders.payments import NOON, a_payment

PAISE = Money(500, "INR")


def _pairs(states: Iterable[str]) -> list[tuple[str, str]]:
    known = list(states)
    return list(product(known, known))


def _refund(status: RefundStatus) -> Refund:
    return Refund(
        id=RefundId(9),
        key="k",
        amount=PAISE,
        origin=RefundOrigin.STAFF,
        requested_at=NOON,
        status=status,
    )


def test_each_table_names_every_state() -> None:
    assert set(PAYMENT_LIFECYCLE) == set(PaymentStatus)
    assert set(REFUND_LIFECYCLE) == set(RefundStatus)
    assert set(DISPUTE_LIFECYCLE) == set(DisputeStatus)


@pytest.mark.parametrize(("before", "after"), _pairs(PaymentStatus))
def test_a_payment_takes_the_steps_of_its_table_alone(
    before: PaymentStatus, after: PaymentStatus
) -> None:
    payment = a_payment()
    payment.status = before
    if after in PAYMENT_LIFECYCLE[before]:
        payment._move(after)
        assert payment.status is after
    else:
        with pytest.raises(InvalidPaymentTransition):
            payment._move(after)
        assert payment.status is before


@pytest.mark.parametrize(("before", "after"), _pairs(RefundStatus))
def test_a_refund_takes_the_steps_of_its_table_alone(
    before: RefundStatus, after: RefundStatus
) -> None:
    refund = _refund(before)
    if after in REFUND_LIFECYCLE[before]:
        refund.move(after, at=NOON)
        assert refund.status is after
        assert (refund.settled_at is None) == refund.is_open
    else:
        with pytest.raises(InvalidPaymentTransition):
            refund.move(after, at=NOON)
        assert refund.status is before


@pytest.mark.parametrize(("before", "after"), _pairs(DisputeStatus))
def test_a_dispute_takes_the_steps_of_its_table_alone(
    before: DisputeStatus, after: DisputeStatus
) -> None:
    dispute = Dispute(reference="dp_1", amount=PAISE, opened_at=NOON, status=before)
    if after in DISPUTE_LIFECYCLE[before]:
        dispute.move(after, at=NOON)
        assert dispute.status is after
        assert (dispute.closed_at is None) == dispute.is_open
    else:
        with pytest.raises(InvalidPaymentTransition):
            dispute.move(after, at=NOON)
        assert dispute.status is before


@pytest.mark.parametrize(
    "status", [status for status in RefundStatus if status is not RefundStatus.REQUESTED]
)
def test_only_a_refund_that_the_provider_does_not_know_gets_a_new_key(
    status: RefundStatus,
) -> None:
    with pytest.raises(InvalidPaymentTransition):
        _refund(status).use_new_key("other")


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_is_neither_paid_nor_refunded(amount: int) -> None:
    with pytest.raises(InvalidValue):
        a_payment(amount=amount)
    with pytest.raises(InvalidValue):
        Refund(
            id=RefundId(9),
            key="k",
            amount=Money(amount, "INR"),
            origin=RefundOrigin.STAFF,
            requested_at=NOON,
        )
