"""A payment provider for development: it keeps a ledger and moves no money."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Final

from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import (
    GatewayRefused,
    OpenPaymentRequest,
    RefundRequest,
)
from novacart.application.ports.sandbox_ledger import (
    SandboxDispute,
    SandboxLedger,
    SandboxLedgerSession,
    SandboxPayment,
    SandboxRefund,
)
from novacart.domain.payments.lifecycle import (
    FINAL,
    OPEN_DISPUTES,
    DisputeStatus,
    PaymentStatus,
    RefundStatus,
)
from novacart.domain.payments.reports import (
    DisputeReport,
    PaymentReport,
    ProviderReport,
    RefundReport,
)
from novacart.domain.shared.ids import PaymentId
from novacart.domain.shared.money import Money

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TIME_FOR_EVIDENCE: Final = timedelta(days=7)
_KEY_REUSED: Final = "This key was used with another request."


class SandboxGateway:
    """The payment gateway over the sandbox ledger; `confirm` answers as a customer's bank would."""

    publishable_key = "pk_sandbox"

    def __init__(self, *, ledger: SandboxLedger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    def open_payment(self, request: OpenPaymentRequest) -> ProviderReport:
        with self._ledger.begin() as session:
            payment = session.payment_by_key(request.key)
            if payment is None:
                payment = SandboxPayment(
                    reference=f"pi_sandbox_{token_hex(12)}",
                    key=request.key,
                    payment_id=request.payment_id,
                    order_number=request.order_number,
                    amount=request.amount,
                    captured=Money.zero(request.amount.currency),
                    status=PaymentStatus.CREATED,
                    opened_at=self._clock.now(),
                )
                session.add_payment(payment)
            elif (payment.payment_id, payment.amount) != (request.payment_id, request.amount):
                raise GatewayRefused(_KEY_REUSED)
            return self._report(payment)

    def retrieve(self, reference: str) -> ProviderReport | None:
        with self._ledger.begin() as session:
            payment = session.payment(reference)
            if payment is None:
                return None
            return replace(
                self._report(payment),
                refunds=[_refund_report(refund) for refund in session.refunds_of(reference)],
                disputes=[_dispute_report(dispute) for dispute in session.disputes_of(reference)],
                complete=True,
            )

    def find(self, payment_id: PaymentId, order_number: str, *, since: datetime) -> str | None:
        with self._ledger.begin() as session:
            for payment in session.payments_since(since):
                if (payment.payment_id, payment.order_number) == (payment_id, order_number):
                    return payment.reference
        return None

    def cancel(self, reference: str, *, key: str) -> ProviderReport:  # noqa: ARG002 (it is idempotent without)
        with self._ledger.begin() as session:
            payment = _existing(session, reference)
            if payment.status is PaymentStatus.SUCCEEDED:
                raise GatewayRefused("This payment is paid.")
            return self._move(session, payment, PaymentStatus.CANCELLED)

    def ensure_refundable(self, amount: Money) -> None:
        """Any amount can be refunded."""

    def refund(self, request: RefundRequest) -> RefundReport:
        with self._ledger.begin() as session:
            # Load the payment first: its lock serialises refunds of one payment.
            payment = _existing(session, request.reference)
            refund = session.refund_by_key(request.key)
            if refund is not None:
                if (refund.refund_id, refund.amount) != (request.refund_id, request.amount):
                    raise GatewayRefused(_KEY_REUSED)
                return _refund_report(refund)
            if request.amount.amount > _left(session, payment):
                raise GatewayRefused("The amount is more than is left of this payment.")
            refund = SandboxRefund(
                reference=f"re_sandbox_{token_hex(12)}",
                payment=request.reference,
                key=request.key,
                refund_id=request.refund_id,
                amount=request.amount,
                made_at=self._clock.now(),
            )
            session.add_refund(refund)
            return _refund_report(refund)

    def changed_since(self, since: datetime) -> Iterator[str]:
        with self._ledger.begin() as session:
            refunds, disputes = session.refunds_since(since), session.disputes_since(since)
            references = dict.fromkeys(
                [*(one.payment for one in refunds), *(one.payment for one in disputes)]
            )
        return iter(references)

    def payments_since(self, since: datetime) -> Iterator[ProviderReport]:
        with self._ledger.begin() as session:
            payments = session.payments_since(since)
        return iter([self._report(payment) for payment in payments])

    def net_captured(self) -> Mapping[str, int]:
        totals: dict[str, int] = {}
        with self._ledger.begin() as session:
            for payment in session.payments_since(_EPOCH):
                currency = payment.amount.currency
                totals[currency] = totals.get(currency, 0) + payment.captured.amount
            for refund in session.refunds_since(_EPOCH):
                totals[refund.amount.currency] -= refund.amount.amount
        return totals

    def confirm(self, reference: str, *, succeed: bool) -> ProviderReport | None:
        """Accept or decline the customer's card; None for an unknown payment.

        Raises `GatewayRefused` for a payment that is paid or cancelled.
        """
        with self._ledger.begin() as session:
            payment = session.payment(reference)
            if payment is None:
                return None
            if payment.status in FINAL:
                raise GatewayRefused("This payment is closed.")
            status = PaymentStatus.SUCCEEDED if succeed else PaymentStatus.FAILED
            return self._move(session, payment, status)

    def dispute(self, reference: str, status: DisputeStatus) -> DisputeReport | None:
        """Open a dispute over what is left of a payment, or move it; None for no such payment.

        Raises `GatewayRefused` for a payment that is not paid, and for a dispute that does not
        exist or is decided.
        """
        with self._ledger.begin() as session:
            payment = session.payment(reference)
            if payment is None:
                return None
            open_disputes = [
                one for one in session.disputes_of(reference) if one.status in OPEN_DISPUTES
            ]
            if status is DisputeStatus.NEEDS_RESPONSE and not open_disputes:
                left = _left(session, payment)
                if left <= 0:
                    raise GatewayRefused("This payment has nothing left to dispute.")
                dispute = SandboxDispute(
                    reference=f"dp_sandbox_{token_hex(12)}",
                    payment=reference,
                    amount=Money(left, payment.amount.currency),
                    status=status,
                    due_by=self._clock.now().replace(microsecond=0) + _TIME_FOR_EVIDENCE,
                    opened_at=self._clock.now(),
                )
                session.add_dispute(dispute)
            elif open_disputes and status is not DisputeStatus.NEEDS_RESPONSE:
                dispute = replace(open_disputes[0], status=status)
                session.save_dispute(dispute)
            else:
                raise GatewayRefused("This payment has no dispute that can change like this.")
            return _dispute_report(dispute)

    def _move(
        self, session: SandboxLedgerSession, payment: SandboxPayment, status: PaymentStatus
    ) -> ProviderReport:
        captured = payment.amount if status is PaymentStatus.SUCCEEDED else payment.captured
        moved = replace(payment, status=status, captured=captured)
        session.save_payment(moved)
        return self._report(moved)

    def _report(self, payment: SandboxPayment) -> ProviderReport:
        secret = hashlib.sha256(payment.key.encode()).hexdigest()[:24]
        is_failed = payment.status is PaymentStatus.FAILED
        report = PaymentReport(
            status=payment.status,
            amount=payment.amount,
            captured=payment.captured,
            reported_at=self._clock.now().replace(microsecond=0),
            client_secret=f"{payment.reference}_secret_{secret}",
            payment_id=payment.payment_id,
            order_number=payment.order_number,
            failure="Your card was declined." if is_failed else None,
        )
        return ProviderReport(reference=payment.reference, payment=report)


def _existing(session: SandboxLedgerSession, reference: str) -> SandboxPayment:
    payment = session.payment(reference)
    if payment is None:
        raise GatewayRefused("There is no such payment.")
    return payment


def _left(session: SandboxLedgerSession, payment: SandboxPayment) -> int:
    """What can be refunded, in minor units: a bank withholds the money of a dispute."""
    refunded = sum(one.amount.amount for one in session.refunds_of(payment.reference))
    withheld = sum(
        one.amount.amount
        for one in session.disputes_of(payment.reference)
        if one.status is not DisputeStatus.WON
    )
    return payment.captured.amount - refunded - withheld


def _dispute_report(dispute: SandboxDispute) -> DisputeReport:
    return DisputeReport(
        reference=dispute.reference,
        status=dispute.status,
        amount=dispute.amount,
        reported_at=dispute.opened_at,
        due_by=dispute.due_by,
        withdrawn=True,
        reinstated=dispute.status is DisputeStatus.WON,
    )


def _refund_report(refund: SandboxRefund) -> RefundReport:
    return RefundReport(
        reference=refund.reference,
        status=RefundStatus.SUCCEEDED,
        amount=refund.amount,
        reported_at=refund.made_at,
        refund_id=refund.refund_id,
    )
