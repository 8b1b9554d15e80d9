"""Reconcile payments with the provider."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from novacart.application.payments.cancel_payment import CancelPayment, CancelPaymentCommand
from novacart.application.payments.payment_opener import PaymentOpener
from novacart.application.payments.payment_recorder import PaymentRecorder
from novacart.application.payments.send_refund import SendRefund, SendRefundCommand
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import (
    GatewayUnavailable,
    PaymentGateway,
    new_key,
)
from novacart.application.ports.payments import PaymentLocator
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.lifecycle import OrderStatus
from novacart.domain.payments.errors import PaymentMismatch, PaymentNotFound
from novacart.domain.payments.lifecycle import FINAL, PaymentStatus, RefundStatus
from novacart.domain.payments.reports import PaymentReport, ProviderReport

BATCH: Final = 50
TIME_LIMIT: Final = timedelta(seconds=45)
_FORCED_HORIZON: Final = timedelta(days=400)
_FORCED_TIME_LIMIT: Final = timedelta(days=1)
# In a row: then the provider is down, and each further request would wait for it.
_MAX_FAILURES: Final = 3

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcilePaymentsCommand:
    """`force` also checks payments that are not due yet.

    `look_back` is how far to search for refunds and disputes that began at the provider. With
    both, the search includes payments that a restored database has lost.
    """

    force: bool = False
    look_back: timedelta | None = None


class ReconcilePayments:
    """Ask the provider about every payment that is due. Return how many were checked.

    Everything settles by this alone, even if every webhook event is lost. A payment that fails
    does not stop the others and is checked again later. Unless forced, a run ends after
    `TIME_LIMIT`, since each payment may wait for a provider that is down.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        gateway: PaymentGateway,
        recorder: PaymentRecorder,
        opener: PaymentOpener,
        cancel_payment: CancelPayment,
        send_refund: SendRefund,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._gateway = gateway
        self._recorder = recorder
        self._opener = opener
        self._cancel_payment = cancel_payment
        self._send_refund = send_refund

    def __call__(self, command: ReconcilePaymentsCommand) -> int:
        now = self._clock.now()
        horizon = now + (_FORCED_HORIZON if command.force else timedelta())
        end = now + (_FORCED_TIME_LIMIT if command.force else TIME_LIMIT)
        checked: set[PaymentLocator] = set()
        while True:
            with self._begin() as work:
                due = work.payments.due_for_check(horizon, limit=BATCH + len(checked))
            batch = [locator for locator in due if locator not in checked][:BATCH]
            for locator in batch:
                if self._clock.now() >= end:
                    return len(checked)
                self._check(locator)
                checked.add(locator)
            if not batch:
                break
        if command.look_back is None:
            return len(checked)
        since = self._clock.now() - command.look_back
        if not command.force:
            return len(checked) + self._search(self._gateway.changed_since(since))
        references = chain(self._unknown_since(since), self._gateway.changed_since(since))
        return len(checked) + self._search(references, is_restored=True)

    def _check(self, locator: PaymentLocator) -> None:
        try:
            self._reconcile(locator)
        except Exception as error:  # noqa: BLE001 (one payment must not stop the others)
            _log.warning("payment %s not reconciled", locator.payment_id, exc_info=error)
            self._postpone(locator)

    def _reconcile(self, locator: PaymentLocator) -> None:
        with self._begin() as work:
            order = work.orders.get(locator.order_id)
            payment = work.payments.get(locator.payment_id)
        is_cancelled = order.status is OrderStatus.CANCELLED
        if payment.is_open and payment.reference is None and is_cancelled:
            self._cancel_payment(CancelPaymentCommand(order_id=order.id))
            return
        if payment.is_open:
            payment = self._opener.open(payment, email=order.email)
        current = self._gateway.retrieve(payment.reference) if payment.reference else None
        if current is not None:
            payment = self._recorder.apply_report(current, locator=locator)
            if payment.is_open and is_cancelled:
                self._cancel_payment(CancelPaymentCommand(order_id=order.id))
        for refund in payment.refunds:
            if refund.status is RefundStatus.REQUESTED:
                self._send_refund(SendRefundCommand(refund_id=refund.id))
        if current is None:
            _log.warning("payment %s: the provider has no %s", payment.id, payment.reference)
            self._postpone(locator, is_missing=True)

    def _postpone(self, locator: PaymentLocator, *, is_missing: bool = False) -> None:
        now = self._clock.now()
        with self._begin() as work:
            work.orders.get(locator.order_id)
            payment = work.payments.get(locator.payment_id)
            if payment.check_at is not None and payment.check_at <= now:
                payment.postpone_check(at=now, is_missing=is_missing)
                work.payments.save(payment)
                work.commit()

    def _unknown_since(self, since: datetime) -> Iterator[str]:
        """References of payments that are not recorded and not cancelled."""
        for report in self._gateway.payments_since(since):
            payment = report.payment
            if payment is None or payment.status is PaymentStatus.CANCELLED:
                continue
            with self._begin() as work:
                locator = work.payments.by_reference(report.reference)
                if locator is None and payment.payment_id is not None:
                    locator = work.payments.locate(
                        payment.payment_id, order_number=payment.order_number
                    )
            if locator is None:
                yield report.reference

    def _search(self, references: Iterable[str], *, is_restored: bool = False) -> int:
        """Apply what began at the provider; with `is_restored` also of lost payments."""
        checked = failures = 0
        for reference in references:
            with self._begin() as work:
                locator = work.payments.by_reference(reference)
            if locator is None and not is_restored:
                continue
            try:
                current = self._gateway.retrieve(reference)
                failures = 0
                if current is not None:
                    self._apply_found(current, locator)
                    checked += 1
            except PaymentNotFound:
                # Of another shop with the same account, or of a lost order.
                continue
            except Exception as error:
                _log.warning("payment %s not reconciled", reference, exc_info=error)
                failures += isinstance(error, GatewayUnavailable)
                if failures == _MAX_FAILURES:
                    raise
        return checked

    def _apply_found(self, current: ProviderReport, locator: PaymentLocator | None) -> None:
        """Apply the report of a found payment.

        If its order has another payment, cancel the one of the two that is not paid. If its amount
        is not the order's, cancel it unless it is paid. Raises `PaymentMismatch` if the found one
        was not applied.
        """
        try:
            self._recorder.apply_report(current, locator=locator)
        except PaymentMismatch:
            found = current.payment
            if locator is not None or found is None:
                raise
            if found.status not in FINAL:
                self._gateway.cancel(current.reference, key=new_key("cancel"))
            if found.status is not PaymentStatus.SUCCEEDED or not self._cancel_other(found):
                raise
            self._recorder.apply_report(current)

    def _cancel_other(self, found: PaymentReport) -> bool:
        """Cancel the payment that is recorded for the order of the found one.

        Returns False if it is not open, or has another amount.
        """
        with self._begin() as work:
            order = work.orders.by_number(found.order_number or "")
            other = work.payments.of_order(order.id) if order is not None else None
        if other is None or other.reference is None:
            return False
        if not other.is_open or other.amount != found.amount:
            return False
        report = self._gateway.cancel(other.reference, key=new_key("cancel"))
        self._recorder.apply_report(report, locator=PaymentLocator.of(other))
        return True
