"""Contract of the payments repository."""

from dataclasses import replace
from datetime import timedelta

import pytest

from novacart.application.ports.payments import PaymentLocator
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.order import Order
from novacart.domain.payments.dispute import Dispute
from novacart.domain.payments.errors import PaymentNotFound
from novacart.domain.payments.lifecycle import DisputeStatus, PaymentStatus, RefundStatus
from novacart.domain.payments.payment import Payment
from novacart.domain.payments.refund import Refund, RefundOrigin
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import OrderId, PaymentId, RefundId, UserId
from novacart.domain.shared.money import Money
from novacart.domain.shared.refunds import RefundItem
from tests.support.builders.ordering import (
    NOON,
    add_customer,
    add_product,
    an_order,
    an_order_line,
)
from tests.support.builders.payments import a_dispute_report, a_refund_report

LATER = NOON + timedelta(minutes=1, microseconds=7)


def facts(entity: object) -> object:
    """All fields of a payment, its refunds and its disputes."""
    if isinstance(entity, Payment):
        own = {name: getattr(entity, name) for name in Payment.__slots__ if name[0] != "_"}
        return own | {
            "version": entity.version,
            "refunds": [facts(refund) for refund in entity.refunds],
            "disputes": [facts(dispute) for dispute in entity.disputes],
        }
    return {name: getattr(entity, name) for name in type(entity).__slots__}  # type: ignore[attr-defined]


def placed_orders(begin: UnitOfWorkFactory, *numbers: str) -> list[Order]:
    orders = []
    with begin() as work:
        user_id = add_customer(work)
        product_id = add_product(work)
        for number in numbers:
            order_id, line_id = work.ids.take(2)
            order = an_order(
                an_order_line(line_id, product=product_id, quantity=2),
                id=order_id,
                user=user_id,
                number=number,
            )
            work.orders.add(order)
            orders.append(order)
        work.commit()
    return orders


def an_open_payment(order: Order, id: int = 501) -> Payment:
    return Payment(
        id=PaymentId(id),
        order_id=order.id,
        order_number=order.number,
        user_id=order.user_id,
        amount=order.total,
        open_key=f"open-{id}",
        created_at=NOON,
    )


def a_full_payment(order: Order) -> Payment:
    """A payment with every field set."""
    line = order.lines[0]
    return Payment(
        id=PaymentId(502),
        order_id=order.id,
        order_number=order.number,
        user_id=order.user_id,
        amount=order.total,
        status=PaymentStatus.SUCCEEDED,
        captured=order.total,
        reference="pi_1",
        client_secret="pi_1_secret",
        open_key="open",
        cancel_key="cancel",
        failure="Your card was declined.",
        created_at=NOON,
        reported_at=LATER,
        settled_at=LATER,
        check_at=LATER,
        refunds=[
            Refund(
                id=RefundId(601),
                key="refund",
                amount=Money(150, "INR"),
                origin=RefundOrigin.STAFF,
                reason="Scratched",
                status=RefundStatus.FAILED,
                reference="re_1",
                failure="lost_or_stolen_card",
                requested_at=NOON,
                settled_at=LATER,
                items=[RefundItem(line_id=line.id, quantity=1, amount=Money(150, "INR"))],
            )
        ],
        disputes=[
            Dispute(
                reference="dp_1",
                amount=order.total,
                status=DisputeStatus.LOST,
                due_by=LATER,
                withdrawn_at=NOON,
                reinstated_at=LATER,
                opened_at=NOON,
                closed_at=LATER,
            )
        ],
    )


class PaymentsContract:
    """Subclasses provide `begin`."""

    @pytest.fixture
    def order(self, begin: UnitOfWorkFactory) -> Order:
        return placed_orders(begin, "NC-20261102-7K3M9Q")[0]

    def _stored(self, begin: UnitOfWorkFactory, payment: Payment) -> Payment:
        with begin() as work:
            work.payments.add(payment)
            work.commit()
        return payment

    def _loaded(self, begin: UnitOfWorkFactory, payment_id: PaymentId) -> Payment:
        with begin() as work:
            return work.payments.get(payment_id)

    def test_declines_of_a_user_are_counted(self, begin: UnitOfWorkFactory) -> None:
        old, first, second, none = placed_orders(begin, "NC-1", "NC-2", "NC-3", "NC-4")
        with begin() as work:
            for number, (order, declines, minutes) in enumerate(
                ((old, 9, 0), (first, 2, 5), (second, 3, 6), (none, 0, 1))
            ):
                payment = an_open_payment(order, id=601 + number)
                payment.declines = declines
                payment.created_at = NOON + timedelta(minutes=minutes)
                work.payments.add(payment)
            work.commit()
        with begin() as work:
            count = work.payments.declines_of(old.user_id, since=NOON)
            other = work.payments.declines_of(UserId(old.user_id + 1000), since=NOON)
        assert (count.declines, count.first_at) == (5, NOON + timedelta(minutes=5))
        assert (other.declines, other.first_at) == (0, None)

    def test_refunds_requested_by_staff_add_up(self, begin: UnitOfWorkFactory) -> None:
        (order,) = placed_orders(begin, "NC-1")
        payment = an_open_payment(order)
        payment.status, payment.captured = PaymentStatus.SUCCEEDED, order.total
        requests = [(7, NOON - timedelta(minutes=1)), (7, NOON), (7, LATER), (8, LATER), (7, LATER)]
        for number, (staff, at) in enumerate(requests):
            payment.request_refund(
                id=RefundId(701 + number),
                key=f"refund-{number}",
                amount=Money(1 << number, "INR"),
                origin=RefundOrigin.STAFF,
                at=at,
                requested_by=UserId(staff),
            )
        payment.fail_refund(RefundId(705), "refused", at=LATER)
        with begin() as work:
            work.payments.add(payment)
            work.commit()
        with begin() as work:
            assert work.payments.requested_by(UserId(7), since=NOON) == 2 + 4
            assert work.payments.requested_by(UserId(9), since=NOON) == 0

    def test_stored_payment_is_loaded_with_all_fields(
        self, begin: UnitOfWorkFactory, order: Order
    ) -> None:
        payment = self._stored(begin, a_full_payment(order))
        assert facts(self._loaded(begin, payment.id)) == facts(payment)

    def test_new_payment_is_loaded_with_all_fields(
        self, begin: UnitOfWorkFactory, order: Order
    ) -> None:
        payment = self._stored(begin, an_open_payment(order))
        assert facts(self._loaded(begin, payment.id)) == facts(payment)

    def test_save_stores_every_change(self, begin: UnitOfWorkFactory, order: Order) -> None:
        self._stored(begin, a_full_payment(order))
        with begin() as work:
            payment = work.payments.get(PaymentId(502))
            refund = payment.request_refund(
                id=RefundId(602),
                key="another",
                amount=Money(10, "INR"),
                origin=RefundOrigin.CUSTOMER,
                at=LATER,
            )
            work.payments.save(payment)
            pending = a_refund_report(10, RefundStatus.PENDING, reference="re_2")
            payment.apply_refund_report(refund.id, pending, at=LATER)
            line = order.lines[0]
            refund.items = (RefundItem(line_id=line.id, quantity=0, amount=Money(10, "INR")),)
            under_review = replace(a_dispute_report(DisputeStatus.UNDER_REVIEW), reference="dp_2")
            payment.apply_dispute_report(under_review, at=LATER)
            payment.check_at = None
            work.payments.save(payment)
            work.commit()
        assert facts(self._loaded(begin, payment.id)) == facts(payment)

    def test_uncommitted_payment_is_not_stored(
        self, begin: UnitOfWorkFactory, order: Order
    ) -> None:
        with begin() as work:
            work.payments.add(an_open_payment(order))
        with pytest.raises(PaymentNotFound):
            self._loaded(begin, PaymentId(501))

    def test_save_of_a_stale_payment_raises(self, begin: UnitOfWorkFactory, order: Order) -> None:
        self._stored(begin, an_open_payment(order))
        stale = self._loaded(begin, PaymentId(501))
        with begin() as work:
            work.payments.save(work.payments.get(PaymentId(501)))
            work.commit()
        with begin() as work, pytest.raises(ConcurrentChange):
            work.payments.save(stale)

    def test_payment_of_an_order_is_the_one_not_cancelled(
        self, begin: UnitOfWorkFactory, order: Order
    ) -> None:
        cancelled = an_open_payment(order, id=500)
        cancelled.cancel_unopened(at=NOON)
        self._stored(begin, cancelled)
        with begin() as work:
            assert work.payments.of_order(order.id) is None
        self._stored(begin, an_open_payment(order))
        with begin() as work:
            found = work.payments.of_order(order.id)
            assert found is not None
            assert found.id == 501
            assert work.payments.of_order(OrderId(1)) is None

    def test_payment_is_located_by_id_reference_and_refund(
        self, begin: UnitOfWorkFactory, order: Order
    ) -> None:
        self._stored(begin, a_full_payment(order))
        payment_id = PaymentId(502)
        locator = PaymentLocator(order_id=order.id, payment_id=payment_id)
        with begin() as work:
            assert work.payments.locate(payment_id) == locator
            assert work.payments.locate(payment_id, order_number=order.number) == locator
            assert work.payments.locate(payment_id, order_number="NC-20261102-AAAAAA") is None
            assert work.payments.by_reference("pi_1") == locator
            assert work.payments.locate_refund(RefundId(601)) == locator
            assert work.payments.locate(PaymentId(1)) is None
            assert work.payments.by_reference("pi_2") is None
            assert work.payments.locate_refund(RefundId(1)) is None

    def test_payments_due_for_check_are_ordered_by_time(self, begin: UnitOfWorkFactory) -> None:
        numbers = [f"NC-20261102-7K3M9{letter}" for letter in "ABCD"]
        orders = placed_orders(begin, *numbers)
        for index, order in enumerate(orders):
            payment = an_open_payment(order, id=700 + index)
            minutes = (5, 1, None, 9)[index]
            payment.check_at = None if minutes is None else NOON + timedelta(minutes=minutes)
            self._stored(begin, payment)
        at = NOON + timedelta(minutes=5)
        with begin() as work:
            due = work.payments.due_for_check(at, limit=10)
            assert [locator.payment_id for locator in due] == [701, 700]
            assert len(work.payments.due_for_check(at, limit=1)) == 1
