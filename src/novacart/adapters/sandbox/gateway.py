"""A provider that takes no real money and keeps books like one that does."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from secrets import token_hex

from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import (
    GatewayRefused,
    OpenPaymentRequest,
    PaymentReport,
    ProviderReport,
    RefundReport,
    RefundRequest,
)
from novacart.application.ports.sandbox_ledger import (
    SandboxLedger,
    SandboxLedgerSession,
    SandboxPayment,
    SandboxRefund,
)
from novacart.domain.payments.lifecycle import PaymentStatus, RefundStatus
from novacart.domain.shared.ids import PaymentId
from novacart.domain.shared.money import Money

_CLOSED = {PaymentStatus.SUCCEEDED, PaymentStatus.CANCELLED}
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class SandboxGateway:
    """The port over the sandbox's books, and the customer's card (`confirm`)."""

    publishable_key = "pk_sandbox"

    def __init__(self, *, books: SandboxLedger, clock: Clock) -> None:
        self._books = books
        self._clock = clock

    def open_payment(self, request: OpenPaymentRequest) -> ProviderReport:
        with self._books.open() as page:
            known = page.payment_of_key(request.key)
            if known is not None:
                same = (known.payment_id, known.amount) == (request.payment_id, request.amount)
                if not same:
                    raise GatewayRefused("This key was used with another request.")
                return self._report(known)
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
            page.add_payment(payment)
            return self._report(payment)

    def retrieve(self, reference: str) -> ProviderReport | None:
        with self._books.open() as page:
            payment = page.payment(reference)
            if payment is None:
                return None
            refunds = [_refund_report(refund) for refund in page.refunds_of(reference)]
            return replace(self._report(payment), refunds=refunds, complete=True)

    def find(self, payment_id: PaymentId, order_number: str, *, since: datetime) -> str | None:
        with self._books.open() as page:
            for payment in page.payments_since(since):
                if (payment.payment_id, payment.order_number) == (payment_id, order_number):
                    return payment.reference
        return None

    def cancel(self, reference: str, *, key: str) -> ProviderReport:  # noqa: ARG002 (cancelling twice is cancelling once)
        with self._books.open() as page:
            payment = self._payment(page, reference)
            if payment.status is PaymentStatus.SUCCEEDED:
                raise GatewayRefused("It is paid.")
            return self._move(page, payment, PaymentStatus.CANCELLED)

    def refund(self, request: RefundRequest) -> RefundReport:
        with self._books.open() as page:
            # Loaded first, so that requests of one payment take turns.
            payment = self._payment(page, request.reference)
            known = page.refund_of_key(request.key)
            if known is not None:
                if (known.refund_id, known.amount) != (request.refund_id, request.amount):
                    raise GatewayRefused("This key was used with another request.")
                return _refund_report(known)
            given = sum(refund.amount.amount for refund in page.refunds_of(request.reference))
            if request.amount.amount > payment.captured.amount - given:
                raise GatewayRefused("More than is left of this payment.")
            refund = SandboxRefund(
                reference=f"re_sandbox_{token_hex(12)}",
                payment=request.reference,
                key=request.key,
                refund_id=request.refund_id,
                amount=request.amount,
                made_at=self._clock.now(),
            )
            page.add_refund(refund)
            return _refund_report(refund)

    def changed_since(self, since: datetime) -> Iterator[str]:
        with self._books.open() as page:
            yield from dict.fromkeys(refund.payment for refund in page.refunds_since(since))

    def payments_since(self, since: datetime) -> Iterator[ProviderReport]:
        with self._books.open() as page:
            payments = page.payments_since(since)
        yield from (self._report(payment) for payment in payments)

    def net_captured(self) -> Mapping[str, int]:
        sums: dict[str, int] = {}
        with self._books.open() as page:
            for payment in page.payments_since(_BEGINNING):
                currency = payment.amount.currency
                sums[currency] = sums.get(currency, 0) + payment.captured.amount
            for refund in page.refunds_since(_BEGINNING):
                sums[refund.amount.currency] -= refund.amount.amount
        return sums

    def confirm(self, reference: str, *, succeed: bool) -> ProviderReport | None:
        """The customer's card is taken, or declined; None for an unknown payment.

        Raises `GatewayRefused` where the payment is closed.
        """
        with self._books.open() as page:
            payment = page.payment(reference)
            if payment is None:
                return None
            if payment.status in _CLOSED:
                raise GatewayRefused("This payment is closed.")
            status = PaymentStatus.SUCCEEDED if succeed else PaymentStatus.FAILED
            return self._move(page, payment, status)

    def _payment(self, page: SandboxLedgerSession, reference: str) -> SandboxPayment:
        payment = page.payment(reference)
        if payment is None:
            raise GatewayRefused("There is no such payment.")
        return payment

    def _move(
        self, page: SandboxLedgerSession, payment: SandboxPayment, status: PaymentStatus
    ) -> ProviderReport:
        captured = payment.amount if status is PaymentStatus.SUCCEEDED else payment.captured
        moved = replace(payment, status=status, captured=captured)
        page.save_payment(moved)
        return self._report(moved)

    def _report(self, payment: SandboxPayment) -> ProviderReport:
        secret = hashlib.sha256(payment.key.encode()).hexdigest()[:24]
        failed = payment.status is PaymentStatus.FAILED
        report = PaymentReport(
            status=payment.status,
            amount=payment.amount,
            captured=payment.captured,
            reported_at=self._clock.now().replace(microsecond=0),
            client_secret=f"{payment.reference}_secret_{secret}",
            payment_id=payment.payment_id,
            order_number=payment.order_number,
            failure="Your card was declined." if failed else None,
        )
        return ProviderReport(reference=payment.reference, payment=report)


def _refund_report(refund: SandboxRefund) -> RefundReport:
    return RefundReport(
        reference=refund.reference,
        status=RefundStatus.SUCCEEDED,
        amount=refund.amount,
        reported_at=refund.made_at,
        refund_id=refund.refund_id,
    )
