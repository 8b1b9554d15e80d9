"""Bring a payment to where the provider says it is."""

from collections.abc import Callable
from datetime import datetime

from novacart.application.payments.idempotency import new_key
from novacart.application.payments.policy import FollowUpPolicy
from novacart.application.payments.settle_refunds import Inconclusive, RefundSettlement
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import PaymentReport, ProviderReport
from novacart.application.ports.payments import PaymentLocator
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.cart.cart import Cart
from novacart.domain.ordering.lifecycle import OrderStatus
from novacart.domain.ordering.order import Order
from novacart.domain.payments.errors import PaymentMismatch
from novacart.domain.payments.lifecycle import PaymentStatus, RefundStatus
from novacart.domain.payments.payment import Payment
from novacart.domain.payments.refund import RefundOrigin
from novacart.domain.shared.ids import RefundId

Also = Callable[[UnitOfWork], None]


class SettlePayment:
    """The one place where a report becomes a fact, whoever brought it and however often.

    A payment that succeeds pays its order and empties the cart that the order was made of.
    Where the order was closed before, all of the money is promised back in the same commit.
    Raises `PaymentMismatch` with nothing changed for a report that contradicts the record,
    and `Inconclusive` where the whole of the provider's report is needed.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock, policy: FollowUpPolicy) -> None:
        self._begin = begin
        self._clock = clock
        self._policy = policy

    def __call__(
        self, place: PaymentLocator, report: ProviderReport, *, actor: str, also: Also | None = None
    ) -> Payment:
        """`also` runs in the same unit of work, before it is committed."""
        with self._begin() as work:
            cart = work.carts.of(place.user_id) if _says_paid(report) else None
            books = self._open(work, place, actor)
            if report.payment is not None:
                books.apply_report(report.reference, report.payment, cart)
            if (report.refunds or report.disputes) and not books.payment.captured:
                raise Inconclusive
            books.refunds.apply(report.refunds, complete=report.complete)
            for dispute in report.disputes:
                books.payment.report_dispute(
                    dispute.reference,
                    dispute.status,
                    amount=dispute.amount,
                    withdrawn=dispute.withdrawn,
                    reinstated=dispute.reinstated,
                    at=books.at,
                )
            books.return_the_rest()
            self._save(books)
            if also is not None:
                also(work)
            work.commit()
        return books.payment

    def refund_refused(
        self, place: PaymentLocator, refund_id: RefundId, failure: str, *, actor: str
    ) -> Payment:
        """The provider will never make this refund: it counts for nothing, but stays."""
        with self._begin() as work:
            books = self._open(work, place, actor)
            refund = books.payment.refund(refund_id)
            if refund.status is RefundStatus.REQUESTED:
                books.refunds.fail(refund, failure)
                books.return_the_rest()
                self._save(books)
                work.commit()
        return books.payment

    def never_opened(self, place: PaymentLocator, *, actor: str) -> Payment:
        """The provider refused to open it, so nobody can pay it: it is over."""
        with self._begin() as work:
            books = self._open(work, place, actor)
            payment = books.payment
            if payment.reference is None:
                payment.report(
                    PaymentStatus.CANCELLED,
                    amount=payment.amount,
                    captured=payment.captured,
                    reported_at=books.at,
                )
                self._save(books)
                work.commit()
        return payment

    def _open(self, work: UnitOfWork, place: PaymentLocator, actor: str) -> "_Books":
        order = work.orders.get(place.order_id)
        payment = work.payments.get(place.payment_id)
        return _Books(work, order, payment, self._clock.now(), actor)

    def _save(self, books: "_Books") -> None:
        books.payment.check_at = self._policy.next_check(books.payment, at=books.at)
        if books.paid_order or books.refunds.changed_order:
            books.work.orders.save(books.order)
        books.work.payments.save(books.payment)


class _Books:
    """An order and its payment inside one unit of work."""

    def __init__(
        self, work: UnitOfWork, order: Order, payment: Payment, at: datetime, actor: str
    ) -> None:
        self.work = work
        self.order = order
        self.payment = payment
        self.at = at
        self.actor = actor
        self.paid_order = False
        self.refunds = RefundSettlement(work=work, order=order, payment=payment, at=at, actor=actor)

    def apply_report(self, reference: str, told: PaymentReport, cart: Cart | None) -> None:
        payment = self.payment
        if told.order_number not in {None, payment.order_number}:
            raise PaymentMismatch(
                "order", recorded=payment.order_number, reported=told.order_number
            )
        payment.opened(reference=reference, client_secret=told.client_secret)
        news = payment.report(
            told.status,
            amount=told.amount,
            captured=told.captured,
            reported_at=told.reported_at,
            failure=told.failure,
        )
        if news and payment.status is PaymentStatus.SUCCEEDED:
            self._paid(cart)

    def _paid(self, cart: Cart | None) -> None:
        order = self.order
        if order.status is OrderStatus.PENDING:
            order.pay(at=self.at, actor=self.actor)
            self.paid_order = True
            if cart is not None:
                cart.complete_checkout(
                    order.id, {line.product_id: line.quantity for line in order.lines}
                )
                self.work.carts.save(cart)
            return
        self.payment.return_late_money(id=self._refund_id(), key=new_key("refund"), at=self.at)

    def return_the_rest(self) -> None:
        """Promise back what is left of late money of which a part went back another way.

        Where as much was tried before and came to nothing, it is for staff to decide.
        """
        payment = self.payment
        tried = [
            refund.amount
            for refund in payment.refunds
            if refund.origin is RefundOrigin.LATE_PAYMENT and not refund.counts
        ]
        if self.order.paid_at is None and tried and payment.left and payment.left < min(tried):
            payment.request_refund(
                id=self._refund_id(),
                key=new_key("refund"),
                amount=payment.left,
                origin=RefundOrigin.LATE_PAYMENT,
                at=self.at,
            )

    def _refund_id(self) -> RefundId:
        return RefundId(self.work.ids.take()[0])


def _says_paid(report: ProviderReport) -> bool:
    return report.payment is not None and report.payment.status is PaymentStatus.SUCCEEDED
