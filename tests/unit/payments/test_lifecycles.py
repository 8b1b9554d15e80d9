"""Lifecycles: every transition that is not in the table raises."""

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
    every = list(states)
    return list(product(every, every))


def _refund(status: RefundStatus) -> Refund:
    return Refund(
        id=RefundId(9),
        key="k",
        amount=PAISE,
        origin=RefundOrigin.STAFF,
        requested_at=NOON,
        status=status,
    )


def test_tables_are_complete() -> None:
    assert set(PAYMENT_LIFECYCLE) == set(PaymentStatus)
    assert set(REFUND_LIFECYCLE) == set(RefundStatus)
    assert set(DISPUTE_LIFECYCLE) == set(DisputeStatus)


@pytest.mark.parametrize(("before", "after"), _pairs(PaymentStatus))
def test_payment_makes_only_the_transitions_of_its_table(
    before: PaymentStatus, after: PaymentStatus
) -> None:
    payment = a_payment()
    payment.status = before
    if after in PAYMENT_LIFECYCLE[before]:
        payment._change_status(after)
        assert payment.status is after
    else:
        with pytest.raises(InvalidPaymentTransition, match=f"payment.*{before}.*{after}"):
            payment._change_status(after)
        assert payment.status is before


@pytest.mark.parametrize(("before", "after"), _pairs(RefundStatus))
def test_refund_makes_only_the_transitions_of_its_table(
    before: RefundStatus, after: RefundStatus
) -> None:
    refund = _refund(before)
    if after in REFUND_LIFECYCLE[before]:
        refund.change_status(after, at=NOON)
        assert refund.status is after
        assert (refund.settled_at is None) == refund.is_open
    else:
        with pytest.raises(InvalidPaymentTransition):
            refund.change_status(after, at=NOON)
        assert refund.status is before


@pytest.mark.parametrize(("before", "after"), _pairs(DisputeStatus))
def test_dispute_makes_only_the_transitions_of_its_table(
    before: DisputeStatus, after: DisputeStatus
) -> None:
    dispute = Dispute(reference="dp_1", amount=PAISE, opened_at=NOON, status=before)
    if after in DISPUTE_LIFECYCLE[before]:
        dispute.change_status(after, at=NOON)
        assert dispute.status is after
        assert (dispute.closed_at is None) == dispute.is_open
    else:
        with pytest.raises(InvalidPaymentTransition):
            dispute.change_status(after, at=NOON)
        assert dispute.status is before


@pytest.mark.parametrize(
    "status", [status for status in RefundStatus if status is not RefundStatus.REQUESTED]
)
def test_replace_key_after_the_request_raises(
    status: RefundStatus,
) -> None:
    with pytest.raises(InvalidPaymentTransition):
        _refund(status).replace_key("other")


@pytest.mark.parametrize("amount", [0, -1])
def test_amount_that_is_not_positive_raises(amount: int) -> None:
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
