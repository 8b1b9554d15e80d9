"""Applying provider reports to a payment and its order."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest

from novacart.domain.catalog.stock import StockClaim
from novacart.domain.ordering.lifecycle import LineStatus, OrderPaymentStatus, OrderStatus
from novacart.domain.ordering.order import Order
from novacart.domain.payments.errors import IncompleteReport
from novacart.domain.payments.lifecycle import DisputeStatus, PaymentStatus, RefundStatus
from novacart.domain.payments.payment import Payment
from novacart.domain.payments.refund import RefundOrigin, RefundResolution
from novacart.domain.payments.reports import (
    DisputeReport,
    PaymentReport,
    ProviderReport,
    RefundReport,
)
from novacart.domain.services.refund_planning import plan_refund
from novacart.domain.services.settlement import (
    DECLINED,
    LATE_REFUND,
    MADE_AT_PROVIDER,
    REFUNDED,
    RETURNED,
    SETTLED_BY_HAND,
    SUPERSEDED,
    Settlement,
)
from novacart.domain.shared.ids import RefundId
from novacart.domain.shared.money import Money
from novacart.domain.shared.refunds import LineQuantity
from tests.support.builders.ordering import an_order, an_order_line, rupees
from tests.support.builders.payments import (
    NOON,
    a_dispute_report,
    a_payment,
    a_refund_report,
    a_report,
)

TOTAL = 20_000
LATER = NOON + timedelta(minutes=3)


class Scenario:
    """An order of two units at 100 rupees and its payment."""

    def __init__(self) -> None:
        self.order: Order = an_order(an_order_line(1, product=11, quantity=2, price=rupees(100)))
        self.payment: Payment = a_payment(amount=TOTAL)
        self.max_declines: int | None = None
        self._ids = count(500)

    @property
    def settlement(self) -> Settlement:
        def new_refund() -> tuple[RefundId, str]:
            number = next(self._ids)
            return RefundId(number), f"refund-{number}"

        return Settlement(
            order=self.order,
            payment=self.payment,
            new_refund=new_refund,
            at=LATER,
            actor="stripe",
            max_declines=self.max_declines,
        )

    def apply(
        self,
        *,
        payment: PaymentReport | None = None,
        refunds: Sequence[RefundReport] = (),
        disputes: Sequence[DisputeReport] = (),
        complete: bool = True,
    ) -> Settlement:
        settlement = self.settlement
        settlement.apply_report(
            ProviderReport(
                reference="pi_1",
                payment=payment,
                refunds=refunds,
                disputes=disputes,
                complete=complete,
            )
        )
        return settlement

    def pay(self) -> Settlement:
        return self.apply(payment=a_report(amount=TOTAL))

    def request_refund(
        self, amount: Money | None = None, units: Sequence[LineQuantity] = ()
    ) -> RefundId:
        plan = plan_refund(self.order, self.payment, amount=amount, units=units)
        refund = plan.request(
            order=self.order,
            payment=self.payment,
            id=RefundId(next(self._ids)),
            key=f"key-{amount}",
            origin=RefundOrigin.STAFF,
            reason="Broken.",
            at=NOON,
            actor="staff:1",
        )
        return refund.id


@pytest.fixture
def scenario() -> Scenario:
    return Scenario()


def _last_change(scenario: Scenario) -> tuple[str, datetime, str]:
    change = scenario.order.history[-1]
    return change.reason, change.at, change.actor


@pytest.fixture
def paid(scenario: Scenario) -> Scenario:
    scenario.pay()
    return scenario


def test_success_pays_the_order_once(scenario: Scenario) -> None:
    settlement = scenario.pay()
    assert settlement.order_paid
    assert settlement.order_changed
    assert scenario.order.status is OrderStatus.PAID
    assert scenario.order.history[-1].actor == "stripe"
    again = scenario.pay()
    assert not again.order_paid
    assert not again.order_changed


def test_refund_of_a_late_payment_and_its_return_have_their_reasons(scenario: Scenario) -> None:
    scenario.order.cancel(reason="Cancelled.", at=NOON, actor="system")
    scenario.pay()
    report = _own(a_refund_report(TOTAL), scenario.payment.refunds[0].id)
    scenario.apply(refunds=[report])
    assert _last_change(scenario) == (LATE_REFUND, LATER, "stripe")
    scenario.apply(refunds=[replace(report, status=RefundStatus.FAILED)])
    assert _last_change(scenario) == (RETURNED, LATER, "stripe")


def test_payment_of_a_cancelled_order_is_refunded_in_full(scenario: Scenario) -> None:
    scenario.order.cancel(reason="Cancelled.", at=NOON, actor="system")
    settlement = scenario.pay()
    assert not settlement.order_changed
    (refund,) = scenario.payment.refunds
    assert (refund.origin, refund.amount, refund.key) == (
        RefundOrigin.LATE_PAYMENT,
        Money(TOTAL, "INR"),
        "refund-500",
    )
    scenario.pay()
    assert len(scenario.payment.refunds) == 1


def test_too_many_declines_cancel_the_order_and_release_its_stock(scenario: Scenario) -> None:
    scenario.max_declines = 2
    declined = [
        replace(a_report(PaymentStatus.FAILED, amount=TOTAL), attempt=attempt) for attempt in "ab"
    ]
    first = scenario.apply(payment=declined[0])
    assert (first.order_changed, first.released) == (False, [])
    second = scenario.apply(payment=declined[1])
    assert second.order_changed
    assert scenario.order.status is OrderStatus.CANCELLED
    assert _last_change(scenario) == (DECLINED, LATER, "stripe")
    [claim] = second.released
    assert (claim.reference, claim.order_id) == ("line:1:release", scenario.order.id)
    again = scenario.apply(payment=declined[1])
    assert (again.order_changed, again.released) == (False, [])


@pytest.mark.parametrize("complete", [True, False])
def test_refund_or_dispute_before_the_success_is_incomplete(
    scenario: Scenario,
    complete: bool,  # noqa: FBT001 (a parameter)
) -> None:
    with pytest.raises(IncompleteReport):
        scenario.apply(refunds=[a_refund_report(100)], complete=complete)
    with pytest.raises(IncompleteReport):
        scenario.apply(disputes=[a_dispute_report()], complete=complete)


def test_succeeded_refund_settles_the_lines_and_releases_stock(paid: Scenario) -> None:
    refund_id = paid.request_refund()
    report = a_refund_report(TOTAL)
    settlement = paid.apply(refunds=[_own(report, refund_id)], complete=False)
    assert settlement.order_changed
    assert settlement.released == [
        StockClaim(
            variant_id=paid.order.lines[0].variant_id,
            product_id=paid.order.lines[0].product_id,
            quantity=2,
            reference=f"refund:{refund_id}:line:1:release",
            order_id=paid.order.id,
        )
    ]
    assert paid.order.status is OrderStatus.REFUNDED
    assert _last_change(paid) == (REFUNDED, LATER, "stripe")
    again = paid.apply(refunds=[_own(report, refund_id)], complete=False)
    assert (again.order_changed, again.released) == (False, [])


def test_refunds_of_one_report_release_their_units_together(paid: Scenario) -> None:
    line_id = paid.order.lines[0].id
    first, second = (
        paid.request_refund(units=[LineQuantity(line_id=line_id, quantity=1)]) for _ in range(2)
    )
    reports = [
        _own(a_refund_report(10_000, reference=reference), refund_id)
        for reference, refund_id in (("re_1", first), ("re_2", second))
    ]
    settlement = paid.apply(refunds=reports, complete=False)
    assert [claim.reference for claim in settlement.released] == [
        f"refund:{first}:line:1:release",
        f"refund:{second}:line:1:release",
    ]


def test_failed_refund_restores_the_lines_with_its_reason(paid: Scenario) -> None:
    refund_id = paid.request_refund()
    failed = a_refund_report(TOTAL, RefundStatus.FAILED, failure="Account closed.")
    settlement = paid.apply(refunds=[_own(failed, refund_id)], complete=False)
    assert settlement.order_changed
    assert settlement.released == []
    assert paid.order.lines[0].status is LineStatus.CONFIRMED
    assert _last_change(paid) == ("Account closed.", LATER, "stripe")


def test_failed_refund_without_a_reason_was_returned_by_the_bank(paid: Scenario) -> None:
    refund_id = paid.request_refund()
    failed = a_refund_report(TOTAL, RefundStatus.CANCELLED)
    paid.apply(refunds=[_own(failed, refund_id)], complete=False)
    assert paid.order.history[-1].reason == RETURNED


def test_refund_returned_by_the_bank_is_owed_again(paid: Scenario) -> None:
    refund_id = paid.request_refund()
    paid.apply(refunds=[_own(a_refund_report(TOTAL), refund_id)], complete=False)
    failed = a_refund_report(TOTAL, RefundStatus.FAILED)
    settlement = paid.apply(refunds=[failed], complete=False)
    assert settlement.order_changed
    assert paid.order.payment_status is OrderPaymentStatus.PAID
    assert _last_change(paid) == (RETURNED, LATER, "stripe")


def test_dashboard_refund_needs_the_complete_report(paid: Scenario) -> None:
    with pytest.raises(IncompleteReport):
        paid.apply(refunds=[a_refund_report(5_000)], complete=False)
    settlement = paid.apply(refunds=[a_refund_report(5_000)])
    assert settlement.order_changed
    (refund,) = paid.payment.refunds
    assert (refund.origin, refund.status) == (RefundOrigin.PROVIDER, RefundStatus.SUCCEEDED)
    assert paid.order.refunded == rupees(50)
    paid.apply(refunds=[a_refund_report(5_000)])
    assert len(paid.payment.refunds) == 1


def test_failed_dashboard_refund_changes_no_line(paid: Scenario) -> None:
    before = [line.status for line in paid.order.lines]
    settlement = paid.apply(refunds=[a_refund_report(TOTAL, RefundStatus.FAILED)])
    assert settlement.order_changed
    # Staff may retry it with its lines.
    (failed,) = paid.payment.refunds
    assert [item.amount for item in failed.items] == [rupees(200)]
    assert [line.status for line in paid.order.lines] == before
    assert paid.order.refundable == paid.payment.refundable == paid.payment.captured


def test_dashboard_refund_supersedes_an_unsent_refund(paid: Scenario) -> None:
    refund_id = paid.request_refund()
    paid.apply(refunds=[a_refund_report(TOTAL)])
    own = paid.payment.refund(refund_id)
    assert (own.status, own.failure) == (RefundStatus.FAILED, SUPERSEDED)
    assert (own.resolution, own.resolved_at) == (RefundResolution.SUPERSEDED, LATER)
    assert {change.reason for change in paid.order.history} >= {SUPERSEDED, MADE_AT_PROVIDER}
    assert paid.order.status is OrderStatus.REFUNDED


def test_dashboard_refund_leaves_an_earlier_failure_to_staff(paid: Scenario) -> None:
    """The provider refused it, so that it has no reference."""
    refused = paid.request_refund(rupees(50))
    paid.settlement.fail_refund(refused, "No balance.")
    unsent = paid.request_refund()
    paid.apply(refunds=[a_refund_report(TOTAL)])
    assert paid.payment.refund(unsent).resolution is RefundResolution.SUPERSEDED
    assert paid.payment.refund(refused).needs_attention
    requested = [change for change in paid.order.history if change.reason == MADE_AT_PROVIDER]
    assert {(change.at, change.actor) for change in requested} == {(LATER, "stripe")}


def test_refunds_settled_by_hand_release_their_units_under_their_own_references(
    paid: Scenario,
) -> None:
    settlement = paid.settlement
    units = [LineQuantity(line_id=paid.order.lines[0].id, quantity=1)]
    refunds = [paid.request_refund(units=units) for _ in range(2)]
    for refund_id in refunds:
        settlement.fail_refund(refund_id, "No balance.")
    changes = len(paid.order.history)
    for refund_id in refunds:
        settlement.settle_by_hand(refund_id, note="UPI 17")
    assert [(claim.reference, claim.order_id, claim.quantity) for claim in settlement.released] == [
        (f"refund:{refund_id}:line:1:release_by_hand", paid.order.id, 1) for refund_id in refunds
    ]
    assert {
        (change.reason, change.at, change.actor) for change in paid.order.history[changes:]
    } == {(SETTLED_BY_HAND, LATER, "stripe")}
    assert paid.order.status is OrderStatus.REFUNDED


def test_dashboard_refund_leaves_an_unsent_refund_that_still_fits(paid: Scenario) -> None:
    refund_id = paid.request_refund(rupees(50))
    paid.apply(refunds=[a_refund_report(15_000)])
    assert paid.payment.refund(refund_id).status is RefundStatus.REQUESTED


def test_dashboard_refund_does_not_supersede_a_refund_known_to_the_provider(
    paid: Scenario,
) -> None:
    refund_id = paid.request_refund(rupees(50))
    own = _own(a_refund_report(5_000, reference="re_own"), refund_id)
    paid.apply(refunds=[a_refund_report(15_000), own])
    assert paid.payment.refund(refund_id).status is RefundStatus.SUCCEEDED
    assert paid.payment.returned == paid.payment.amount


def test_failed_refund_makes_room_for_the_one_after_it(paid: Scenario) -> None:
    refund_id = paid.request_refund()
    failed = _own(a_refund_report(TOTAL, RefundStatus.FAILED), refund_id)
    paid.apply(refunds=[a_refund_report(TOTAL, reference="re_2"), failed])
    assert paid.payment.refund(refund_id).status is RefundStatus.FAILED
    assert paid.payment.returned == paid.payment.amount


def test_rest_of_a_late_payment_is_refunded_once(scenario: Scenario) -> None:
    scenario.order.cancel(reason="Cancelled.", at=NOON, actor="system")
    scenario.pay()
    for _ in range(2):
        scenario.apply(refunds=[a_refund_report(5_000)])
    late, dashboard, rest = scenario.payment.refunds
    assert (late.status, late.failure) == (RefundStatus.FAILED, SUPERSEDED)
    assert dashboard.origin is RefundOrigin.PROVIDER
    assert (rest.origin, rest.amount) == (RefundOrigin.LATE_PAYMENT, rupees(150))


def test_rest_of_a_late_payment_is_refunded_after_a_refund_made_at_the_provider_failed(
    scenario: Scenario,
) -> None:
    scenario.order.cancel(reason="Cancelled.", at=NOON, actor="system")
    scenario.pay()
    failed = a_refund_report(5_000, RefundStatus.FAILED)
    scenario.apply(refunds=[failed])
    scenario.apply(refunds=[failed, a_refund_report(5_000, reference="re_2")])
    rest = scenario.payment.refunds[-1]
    assert (rest.origin, rest.amount) == (RefundOrigin.LATE_PAYMENT, rupees(150))


@pytest.mark.parametrize("event", ["dashboard refund", "dispute won"])
def test_late_payment_that_staff_closed_is_not_refunded_again(
    scenario: Scenario, event: str
) -> None:
    scenario.order.cancel(reason="Cancelled.", at=NOON, actor="system")
    scenario.pay()
    (late,) = scenario.payment.refunds
    scenario.settlement.fail_refund(late.id, "No balance.")
    scenario.payment.supersede_refund(late.id, note="Refunded with NC-2", at=LATER)
    if event == "dashboard refund":
        scenario.apply(refunds=[a_refund_report(5_000)])
    else:
        scenario.apply(disputes=[a_dispute_report(amount=TOTAL, withdrawn=True)])
        won = a_dispute_report(DisputeStatus.WON, amount=TOTAL, withdrawn=True, reinstated=True)
        scenario.apply(disputes=[won])
    made_here = [
        refund for refund in scenario.payment.refunds if refund.origin is RefundOrigin.LATE_PAYMENT
    ]
    assert made_here == [late]


def test_failed_refund_of_a_late_payment_is_left_to_staff(scenario: Scenario) -> None:
    scenario.order.cancel(reason="Cancelled.", at=NOON, actor="system")
    scenario.pay()
    (late,) = scenario.payment.refunds
    assert late.key == f"refund-{late.id}"
    scenario.settlement.fail_refund(late.id, "No balance.")
    assert late.status is RefundStatus.FAILED
    assert scenario.payment.refunds == (late,)


@pytest.fixture
def disputed(scenario: Scenario) -> DisputeReport:
    """The dispute of a late payment whose refund the provider refused because of it."""
    scenario.order.cancel(reason="", at=NOON, actor="user:1")
    scenario.pay()
    (late,) = scenario.payment.refunds
    dispute = replace(a_dispute_report(withdrawn=True), amount=Money(TOTAL, "INR"))
    scenario.apply(disputes=[dispute])
    scenario.settlement.fail_refund(late.id, "The charge is disputed.")
    assert list(scenario.payment.refunds) == [late]
    return dispute


def test_late_payment_is_refunded_again_after_its_dispute_is_won(
    scenario: Scenario, disputed: DisputeReport
) -> None:
    won = replace(disputed, status=DisputeStatus.WON, reinstated=True)
    scenario.apply(disputes=[won])
    first, retry = scenario.payment.refunds
    assert (first.resolution, first.resolved_at) == (RefundResolution.RETRIED, LATER)
    assert retry.key == f"refund-{retry.id}"
    assert (retry.amount, retry.status) == (Money(TOTAL, "INR"), RefundStatus.REQUESTED)
    scenario.apply(disputes=[won])
    assert list(scenario.payment.refunds) == [first, retry]


def test_late_payment_that_staff_tried_to_refund_is_refunded_after_its_dispute_is_won(
    scenario: Scenario,
) -> None:
    scenario.order.cancel(reason="", at=NOON, actor="user:1")
    scenario.pay()
    (first,) = scenario.payment.refunds
    scenario.settlement.fail_refund(first.id, "No balance.")
    second = scenario.payment.refund(scenario.request_refund())
    second.origin = RefundOrigin.LATE_PAYMENT
    scenario.payment.retry_refund(first, second, at=NOON)
    dispute = replace(a_dispute_report(withdrawn=True), amount=Money(TOTAL, "INR"))
    scenario.apply(disputes=[dispute])
    scenario.settlement.fail_refund(second.id, "The charge is disputed.")
    scenario.apply(disputes=[replace(dispute, status=DisputeStatus.WON, reinstated=True)])
    assert (first.resolved_at, second.resolved_at) == (NOON, LATER)
    _, _, third = scenario.payment.refunds
    assert (third.amount, third.status) == (Money(TOTAL, "INR"), RefundStatus.REQUESTED)


def test_lost_dispute_of_a_late_payment_leaves_nothing_to_refund(
    scenario: Scenario, disputed: DisputeReport
) -> None:
    (late,) = scenario.payment.refunds
    scenario.apply(disputes=[replace(disputed, status=DisputeStatus.LOST)])
    assert scenario.payment.refunds == (late,)


def test_refused_refund_restores_the_lines(paid: Scenario) -> None:
    refund_id = paid.request_refund()
    settlement = paid.settlement
    settlement.fail_refund(refund_id, "No balance.")
    assert settlement.order_changed
    assert paid.payment.refund(refund_id).failure == "No balance."
    assert paid.order.refundable == rupees(200)


def test_dispute_is_recorded(paid: Scenario) -> None:
    settlement = paid.apply(disputes=[a_dispute_report(amount=TOTAL, withdrawn=True)])
    assert not settlement.order_changed
    (dispute,) = paid.payment.disputes
    assert (dispute.withdrawn, dispute.opened_at) == (True, LATER)


def _own(report: RefundReport, refund_id: RefundId) -> RefundReport:
    return replace(report, refund_id=refund_id)


def test_lost_refunds_are_recorded_under_ids_that_the_provider_knows_from_before(
    paid: Scenario,
) -> None:
    """After a restore, ids may be given again, such as 500 to the refund that is adopted first."""
    lost = [
        _own(a_refund_report(3_000, reference="re_2"), RefundId(501)),
        _own(a_refund_report(5_000, reference="re_1"), RefundId(500)),
    ]
    for _ in range(2):
        paid.apply(refunds=lost)
    assert [refund.reference for refund in paid.payment.refunds] == ["re_2", "re_1"]
    assert paid.order.refunded == Money(8_000, "INR")
