"""Fake payment provider, with its own ledger and idempotency keys."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from threading import RLock

from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import (
    GatewayRefused,
    OpenPaymentRequest,
    RefundRequest,
)
from novacart.domain.payments.lifecycle import DisputeStatus, PaymentStatus, RefundStatus
from novacart.domain.payments.reports import (
    DisputeReport,
    PaymentReport,
    ProviderReport,
    RefundReport,
)
from novacart.domain.shared.ids import PaymentId
from novacart.domain.shared.money import Money

_PAYABLE = {PaymentStatus.CREATED, PaymentStatus.FAILED, PaymentStatus.REQUIRES_ACTION}
_REFUNDED = {RefundStatus.PENDING, RefundStatus.SUCCEEDED}
_KEY_LIFETIME = timedelta(hours=24)


@dataclass(slots=True)
class _Account:
    """A payment in the provider's ledger."""

    reference: str
    opened_at: datetime
    payment: PaymentReport
    refunds: dict[str, RefundReport] = field(default_factory=dict)
    disputes: dict[str, DisputeReport] = field(default_factory=dict)

    @property
    def withheld(self) -> int:
        """What banks hold for disputes."""
        return sum(
            report.amount.amount for report in self.disputes.values() if not report.reinstated
        )

    @property
    def refunded(self) -> int:
        return sum(
            report.amount.amount for report in self.refunds.values() if report.status in _REFUNDED
        )


class FakePaymentGateway:
    """Also does what customers, banks and the dashboard do at a provider.

    `refunds_begin` is the status of a new refund. An idempotency key is forgotten after 24 hours.
    """

    publishable_key = "pk_memory"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = RLock()
        self._numbers = count(1)
        self._accounts: dict[str, _Account] = {}
        # By key: when it was used first, the request, and the response.
        self._responses: dict[str, tuple[datetime, object, object]] = {}
        self.refunds_begin = RefundStatus.SUCCEEDED

    # -- the port ----------------------------------------------------------------------------

    def open_payment(self, request: OpenPaymentRequest) -> ProviderReport:
        with self._lock:
            stored = self._stored_response(request.key, request)
            if isinstance(stored, ProviderReport):
                return stored
            reference = f"pi_memory_{next(self._numbers)}"
            payment = PaymentReport(
                status=PaymentStatus.CREATED,
                amount=request.amount,
                captured=Money.zero(request.amount.currency),
                reported_at=self._clock.now(),
                client_secret=f"{reference}_secret",
                payment_id=request.payment_id,
                order_number=request.order_number,
            )
            self._accounts[reference] = _Account(reference, self._clock.now(), payment)
            report = ProviderReport(reference=reference, payment=payment)
            self._responses[request.key] = (self._clock.now(), request, report)
            return report

    def retrieve(self, reference: str) -> ProviderReport | None:
        with self._lock:
            account = self._accounts.get(reference)
            if account is None:
                return None
            return ProviderReport(
                reference=reference,
                payment=replace(account.payment, reported_at=self._clock.now()),
                refunds=tuple(account.refunds.values()),
                disputes=tuple(account.disputes.values()),
                complete=True,
            )

    def find(self, payment_id: PaymentId, order_number: str, *, since: datetime) -> str | None:
        for report in self.payments_since(since):
            payment = report.payment
            if payment and (payment.payment_id, payment.order_number) == (payment_id, order_number):
                return report.reference
        return None

    def cancel(self, reference: str, *, key: str) -> ProviderReport:
        with self._lock:
            stored = self._stored_response(key, reference)
            if isinstance(stored, ProviderReport):
                return stored
            account = self._account(reference)
            if account.payment.status not in _PAYABLE:
                raise GatewayRefused(
                    f"A payment that is {account.payment.status} cannot be cancelled."
                )
            report = self._move(reference, PaymentStatus.CANCELLED)
            self._responses[key] = (self._clock.now(), reference, report)
            return report

    def ensure_refundable(self, amount: Money) -> None:
        """Any amount can be refunded."""

    def refund(self, request: RefundRequest) -> RefundReport:
        with self._lock:
            stored = self._stored_response(request.key, request)
            if isinstance(stored, RefundReport):
                return stored
            report = self._make_refund(request.reference, request.amount)
            report = replace(report, refund_id=request.refund_id)
            self._account(request.reference).refunds[report.reference] = report
            self._responses[request.key] = (self._clock.now(), request, report)
            return report

    def changed_since(self, since: datetime) -> Iterator[str]:
        with self._lock:
            accounts = list(self._accounts.values())
        for account in accounts:
            moments = [report.reported_at for report in account.refunds.values()]
            moments += [report.reported_at for report in account.disputes.values()]
            if any(moment >= since for moment in moments):
                yield account.reference

    def payments_since(self, since: datetime) -> Iterator[ProviderReport]:
        with self._lock:
            accounts = list(self._accounts.values())
        for account in reversed(accounts):
            if account.opened_at >= since:
                yield ProviderReport(reference=account.reference, payment=account.payment)

    def net_captured(self) -> Mapping[str, int]:
        totals: dict[str, int] = {}
        with self._lock:
            for account in self._accounts.values():
                captured = account.payment.captured
                net = captured.amount - account.refunded
                totals[captured.currency] = totals.get(captured.currency, 0) + net
        return totals

    # -- what customers, banks and the dashboard do --------------------------------------------

    def pay(self, reference: str, status: PaymentStatus = PaymentStatus.SUCCEEDED) -> None:
        """Move it to `status`. Raises `GatewayRefused` if it is paid or cancelled."""
        with self._lock:
            if self._account(reference).payment.status not in {*_PAYABLE, PaymentStatus.PROCESSING}:
                raise GatewayRefused("This payment is closed.")
            self._move(reference, status)

    def refund_in_dashboard(self, reference: str, amount: Money) -> str:
        with self._lock:
            report = self._make_refund(reference, amount)
            self._account(reference).refunds[report.reference] = report
            return report.reference

    def settle_refund(self, reference: str, refund: str, status: RefundStatus) -> None:
        with self._lock:
            refunds = self._account(reference).refunds
            refunds[refund] = replace(refunds[refund], status=status)

    def dispute(self, reference: str, status: DisputeStatus = DisputeStatus.NEEDS_RESPONSE) -> None:
        with self._lock:
            account = self._account(reference)
            dispute = f"dp_{reference}"
            opened = account.disputes.get(dispute)
            account.disputes[dispute] = DisputeReport(
                reference=dispute,
                status=status,
                amount=account.payment.captured,
                reported_at=opened.reported_at if opened else self._clock.now(),
                due_by=self._clock.now() + timedelta(days=7),
                withdrawn=True,
                reinstated=status is DisputeStatus.WON,
            )

    # -- internals ---------------------------------------------------------------------------

    def _stored_response(self, key: str, request: object) -> object | None:
        now = self._clock.now()
        used_at, first_request, response = self._responses.get(key, (now, request, None))
        if now - used_at >= _KEY_LIFETIME:
            return None
        if first_request != request:
            raise GatewayRefused("This key was used with another request.")
        return response

    def _account(self, reference: str) -> _Account:
        account = self._accounts.get(reference)
        if account is None:
            raise GatewayRefused("There is no such payment.")
        return account

    def _move(self, reference: str, status: PaymentStatus) -> ProviderReport:
        account = self._account(reference)
        paid = status is PaymentStatus.SUCCEEDED
        account.payment = replace(
            account.payment,
            status=status,
            captured=account.payment.amount if paid else account.payment.captured,
            reported_at=self._clock.now(),
            failure="The card was declined." if status is PaymentStatus.FAILED else None,
        )
        return ProviderReport(reference=reference, payment=account.payment)

    def _make_refund(self, reference: str, amount: Money) -> RefundReport:
        account = self._account(reference)
        left = account.payment.captured.amount - account.refunded - account.withheld
        if amount.amount > left:
            raise GatewayRefused("The amount is more than is left of this payment.")
        return RefundReport(
            reference=f"re_memory_{next(self._numbers)}",
            status=self.refunds_begin,
            amount=amount,
            reported_at=self._clock.now(),
        )
