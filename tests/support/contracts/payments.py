"""What every place for payments promises."""

from datetime import timedelta

import pytest

from novacart.application.ports.payments import PaymentLocator
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.order import Order
from novacart.domain.payments.dispute import Dispute
from novacart.domain.payments.errors import PaymentNotFound
from novacart.domain.payments.lifecycle import DisputeStatus, PaymentStatus, RefundStatus
from novacart.domain.payments.payment import Payment
from novacart.domain.payments.payment_state import PaymentState
from novacart.domain.payments.refund import Refund, RefundOrigin, RefundPart
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import OrderId, PaymentId, RefundId
from novacart.domain.shared.money import Money
from tests.support.builders.ordering import (
    NOON,
    add_customer,
    add_product,
    an_order,
    an_order_line,
)

LATER = NOON + timedelta(minutes=1, microseconds=7)


def facts(thing: object) -> object:
    """Everything that a payment remembers, its refunds and disputes field by field."""
    if isinstance(thing, Payment):
        own = {name: getattr(thing, name) for name in PaymentState.__slots__ if name[0] != "_"}
        return own | {
            "version": thing.version,
            "refunds": [facts(refund) for refund in thing.refunds],
            "disputes": [facts(dispute) for dispute in thing.disputes],
        }
    return {name: getattr(thing, name) for name in type(thing).__slots__}  # type: ignore[attr-defined]


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
                parts=[RefundPart(line_id=line.id, quantity=1, amount=Money(150, "INR"))],
            )
        ],
        disputes=[
            Dispute(
                reference="dp_1",
                amount=order.total,
                status=DisputeStatus.LOST,
                withdrawn=True,
                reinstated=True,
                opened_at=NOON,
                closed_at=LATER,
            )
        ],
    )


class PaymentsContract:
    """Subclasses give `begin`."""

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

    def test_a_payment_comes_back_whole(self, begin: UnitOfWorkFactory, order: Order) -> None:
        payment = self._stored(begin, a_full_payment(order))
        assert facts(self._loaded(begin, payment.id)) == facts(payment)

    def test_a_new_payment_comes_back_as_new(self, begin: UnitOfWorkFactory, order: Order) -> None:
        payment = self._stored(begin, an_open_payment(order))
        assert facts(self._loaded(begin, payment.id)) == facts(payment)

    def test_what_is_saved_is_all_that_changed(
        self, begin: UnitOfWorkFactory, order: Order
    ) -> None:
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
            payment.report_refund(
                refund.id, RefundStatus.PENDING, reference="re_2", amount=refund.amount, at=LATER
            )
            payment.report_dispute(
                "dp_2",
                DisputeStatus.UNDER_REVIEW,
                amount=Money(1, "INR"),
                withdrawn=False,
                reinstated=False,
                at=LATER,
            )
            payment.check_at = None
            work.payments.save(payment)
            work.commit()
        assert facts(self._loaded(begin, payment.id)) == facts(payment)

    def test_what_was_not_committed_is_forgotten(
        self, begin: UnitOfWorkFactory, order: Order
    ) -> None:
        with begin() as work:
            work.payments.add(an_open_payment(order))
        with pytest.raises(PaymentNotFound):
            self._loaded(begin, PaymentId(501))

    def test_a_stale_payment_is_not_saved(self, begin: UnitOfWorkFactory, order: Order) -> None:
        self._stored(begin, an_open_payment(order))
        stale = self._loaded(begin, PaymentId(501))
        with begin() as work:
            work.payments.save(work.payments.get(PaymentId(501)))
            work.commit()
        with begin() as work, pytest.raises(ConcurrentChange):
            work.payments.save(stale)

    def test_the_payment_of_an_order_is_the_one_not_cancelled(
        self, begin: UnitOfWorkFactory, order: Order
    ) -> None:
        cancelled = an_open_payment(order, id=500)
        cancelled.report(
            PaymentStatus.CANCELLED,
            amount=order.total,
            captured=Money.zero("INR"),
            reported_at=NOON,
        )
        self._stored(begin, cancelled)
        with begin() as work:
            assert work.payments.of_order(order.id) is None
        self._stored(begin, an_open_payment(order))
        with begin() as work:
            found = work.payments.of_order(order.id)
            assert found is not None
            assert found.id == 501
            assert work.payments.of_order(OrderId(1)) is None

    def test_a_payment_has_its_place_by_each_of_its_names(
        self, begin: UnitOfWorkFactory, order: Order
    ) -> None:
        self._stored(begin, a_full_payment(order))
        place = PaymentLocator(user_id=order.user_id, order_id=order.id, payment_id=PaymentId(502))
        with begin() as work:
            assert work.payments.place(PaymentId(502)) == place
            assert work.payments.by_reference("pi_1") == place
            assert work.payments.locate_refund(RefundId(601)) == place
            assert work.payments.place(PaymentId(1)) is None
            assert work.payments.by_reference("pi_2") is None
            assert work.payments.locate_refund(RefundId(1)) is None

    def test_payments_are_checked_in_the_order_in_which_they_are_due(
        self, begin: UnitOfWorkFactory
    ) -> None:
        numbers = [f"NC-20261102-7K3M9{letter}" for letter in "ABCD"]
        orders = placed_orders(begin, *numbers)
        for place, order in enumerate(orders):
            payment = an_open_payment(order, id=700 + place)
            minutes = (5, 1, None, 9)[place]
            payment.check_at = None if minutes is None else NOON + timedelta(minutes=minutes)
            self._stored(begin, payment)
        at = NOON + timedelta(minutes=5)
        with begin() as work:
            due = work.payments.to_check(at, limit=10)
            assert [place.payment_id for place in due] == [701, 700]
            assert len(work.payments.to_check(at, limit=1)) == 1
