"""Recording what the provider reports."""

from collections.abc import Callable
from typing import Final

from novacart.application.payments.new_payment import add_payment
from novacart.application.payments.policy import DeclinePolicy
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import new_key
from novacart.application.ports.payments import PaymentLocator
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.payments.errors import PaymentMismatch, PaymentNotFound
from novacart.domain.payments.lifecycle import PaymentStatus
from novacart.domain.payments.payment import Payment
from novacart.domain.payments.reports import ProviderReport
from novacart.domain.services.settlement import Settlement
from novacart.domain.shared.ids import RefundId

SYSTEM: Final = "system"

InTransaction = Callable[[UnitOfWork], None]


class PaymentRecorder:
    """Applies the provider's reports in one transaction each. Idempotent.

    A payment that succeeds also pays its order and empties the cart that was ordered. After too
    many declines, the order is cancelled.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock, declines: DeclinePolicy) -> None:
        self._begin = begin
        self._clock = clock
        self._declines = declines

    def apply_report(
        self,
        report: ProviderReport,
        *,
        locator: PaymentLocator | None = None,
        actor: str = SYSTEM,
        in_transaction: InTransaction | None = None,
    ) -> Payment:
        """Apply the report; `in_transaction` runs before the commit.

        Raises what `Settlement.apply_report` raises. Without a `locator` the payment is found
        by the report. If it is not recorded but its order is, it is added: a restored database may
        have lost it. Raises `PaymentNotFound` if it is not one of this shop, and `PaymentMismatch`
        if its order has another payment.
        """
        try:
            return self._apply_report(report, locator, actor, in_transaction)
        except PaymentNotFound:
            locator = self._adopt(report)
            if locator is None:
                raise
        return self._apply_report(report, locator, actor, in_transaction)

    def _apply_report(
        self,
        report: ProviderReport,
        locator: PaymentLocator | None,
        actor: str,
        in_transaction: InTransaction | None,
    ) -> Payment:
        with self._begin() as work:
            locator = locator or _locate(work, report)
            has_succeeded = report.payment and report.payment.status is PaymentStatus.SUCCEEDED
            # Locks are taken in one order everywhere: the cart before the order. It may be the cart
            # of a guest whose order a user has claimed.
            cart = work.carts.of_checkout(locator.order_id) if has_succeeded else None
            settlement = self._load(work, locator, actor=actor)
            settlement.apply_report(report)
            if cart is not None and settlement.order_paid:
                order = settlement.order
                cart.complete_checkout(
                    order.id, {line.variant_id: line.quantity for line in order.lines}
                )
                work.carts.save(cart)
            self._save(work, settlement)
            if in_transaction is not None:
                in_transaction(work)
            work.commit()
        return settlement.payment

    def fail_refund(self, locator: PaymentLocator, refund_id: RefundId, failure: str) -> Payment:
        """Record that the provider refused the refund."""
        with self._begin() as work:
            settlement = self._load(work, locator)
            settlement.fail_refund(refund_id, failure)
            self._save(work, settlement)
            work.commit()
        return settlement.payment

    def settle_by_hand(
        self, locator: PaymentLocator, refund_id: RefundId, *, note: str, actor: str
    ) -> None:
        """Record that staff returned the money of a failed refund outside of the provider.

        Raises what `Settlement.settle_by_hand` raises.
        """
        with self._begin() as work:
            settlement = self._load(work, locator, actor=actor)
            settlement.settle_by_hand(refund_id, note=note)
            self._save(work, settlement)
            work.commit()

    def cancel_unopened(self, locator: PaymentLocator) -> None:
        """Record that the provider refused to open the payment."""
        with self._begin() as work:
            settlement = self._load(work, locator)
            if settlement.payment.cancel_unopened(at=self._clock.now()):
                self._save(work, settlement)
                work.commit()

    def _adopt(self, report: ProviderReport) -> PaymentLocator | None:
        """Add a payment that is not recorded to its order, unless the order has another one.

        Returns the payment of the order: None if the order is not one of this shop or not paid
        online, or if the reported payment is cancelled. Raises `PaymentMismatch` for another amount
        than the order's.
        """
        reported = report.payment
        if reported is None or reported.order_number is None:
            return None
        with self._begin() as work:
            order = work.orders.by_number(reported.order_number)
            if order is None:
                return None
            payment = work.payments.of_order(order.id)
            if payment is None:
                is_online = order.payment_method is PaymentMethod.ONLINE
                if not is_online or reported.status is PaymentStatus.CANCELLED:
                    return None
                if reported.amount != order.total:
                    raise PaymentMismatch("amount", recorded=order.total, reported=reported.amount)
                payment = add_payment(work, order, at=order.placed_at, reference=report.reference)
                work.commit()
        return PaymentLocator.of(payment)

    def _load(
        self, work: UnitOfWork, locator: PaymentLocator, *, actor: str = SYSTEM
    ) -> Settlement:
        def new_refund() -> tuple[RefundId, str]:
            return RefundId(work.ids.take()[0]), new_key("refund")

        return Settlement(
            order=work.orders.get(locator.order_id),
            payment=work.payments.get(locator.payment_id),
            new_refund=new_refund,
            at=self._clock.now(),
            actor=actor,
            max_declines=self._declines.per_order,
        )

    def _save(self, work: UnitOfWork, settlement: Settlement) -> None:
        if settlement.released:
            work.stock.release(settlement.released, at=self._clock.now())
        if settlement.order_changed:
            work.orders.save(settlement.order)
        work.payments.save(settlement.payment)


def _locate(work: UnitOfWork, report: ProviderReport) -> PaymentLocator:
    locator = work.payments.by_reference(report.reference)
    payment = report.payment
    if locator is None and payment and payment.payment_id and payment.order_number:
        # The order number too: a recreated database uses the ids of the old one again.
        locator = work.payments.locate(payment.payment_id, order_number=payment.order_number)
    if locator is None:
        raise PaymentNotFound
    return locator
