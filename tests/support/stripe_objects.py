"""Stripe objects for the payments of the fake provider."""

from datetime import UTC, datetime
from typing import Any

from novacart.domain.payments.lifecycle import PaymentStatus
from novacart.domain.payments.reports import ProviderReport
from tests.fakes.payment_gateway import FakePaymentGateway

Json = dict[str, Any]

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)

_INTENT = {
    PaymentStatus.CREATED: "requires_payment_method",
    PaymentStatus.FAILED: "requires_payment_method",
    PaymentStatus.REQUIRES_ACTION: "requires_action",
    PaymentStatus.PROCESSING: "processing",
    PaymentStatus.SUCCEEDED: "succeeded",
    PaymentStatus.CANCELLED: "canceled",
}


def report_on(provider: FakePaymentGateway, reference: str) -> ProviderReport:
    report = provider.retrieve(reference)
    assert report is not None
    return report


def intent_object(provider: FakePaymentGateway, reference: str) -> Json:
    payment = report_on(provider, reference).payment
    assert payment is not None
    return {
        "id": reference,
        "object": "payment_intent",
        "status": _INTENT[payment.status],
        "amount": payment.amount.amount,
        "amount_received": payment.captured.amount,
        "currency": payment.amount.currency.lower(),
        "last_payment_error": {"message": payment.failure} if payment.failure else None,
        "metadata": {
            "payment_id": str(payment.payment_id),
            "order_number": payment.order_number,
        },
    }


def refund_object(provider: FakePaymentGateway, reference: str, refund_reference: str) -> Json:
    reports = report_on(provider, reference).refunds
    refund = next(report for report in reports if report.reference == refund_reference)
    return {
        "id": refund_reference,
        "object": "refund",
        "payment_intent": reference,
        "amount": refund.amount.amount,
        "currency": refund.amount.currency.lower(),
        "created": int(refund.reported_at.timestamp()),
        "status": {"CANCELLED": "canceled"}.get(refund.status, refund.status.lower()),
        "failure_reason": refund.failure,
        "metadata": {} if refund.refund_id is None else {"refund_id": str(refund.refund_id)},
    }


def charge_object(reference: str) -> Json:
    return {"id": f"ch_of_{reference}", "object": "charge", "payment_intent": reference}


def dispute_object(provider: FakePaymentGateway, reference: str) -> Json:
    (dispute,) = report_on(provider, reference).disputes
    return {
        "id": dispute.reference,
        "object": "dispute",
        "payment_intent": reference,
        "amount": dispute.amount.amount,
        "currency": dispute.amount.currency.lower(),
        "created": int(dispute.reported_at.timestamp()),
        "status": dispute.status.lower(),
        "balance_transactions": [],
    }
