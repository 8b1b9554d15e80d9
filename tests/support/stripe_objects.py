"""What Stripe would say, in its own words, of what the provider in memory has on its books."""

from datetime import UTC, datetime
from typing import Any

from novacart.application.ports.payment_gateway import ProviderReport
from novacart.domain.payments.lifecycle import PaymentStatus
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


def books_of(provider: FakePaymentGateway, reference: str) -> ProviderReport:
    report = provider.retrieve(reference)
    assert report is not None
    return report


def intent_object(provider: FakePaymentGateway, reference: str) -> Json:
    payment = books_of(provider, reference).payment
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


def refund_object(provider: FakePaymentGateway, reference: str, name: str) -> Json:
    told = next(one for one in books_of(provider, reference).refunds if one.reference == name)
    return {
        "id": name,
        "object": "refund",
        "payment_intent": reference,
        "amount": told.amount.amount,
        "currency": told.amount.currency.lower(),
        "created": int(told.reported_at.timestamp()),
        "status": {"CANCELLED": "canceled"}.get(told.status, told.status.lower()),
        "failure_reason": told.failure,
        "metadata": {} if told.refund_id is None else {"refund_id": str(told.refund_id)},
    }


def charge_object(reference: str) -> Json:
    return {"id": f"ch_of_{reference}", "object": "charge", "payment_intent": reference}


def dispute_object(provider: FakePaymentGateway, reference: str) -> Json:
    (told,) = books_of(provider, reference).disputes
    return {
        "id": told.reference,
        "object": "dispute",
        "payment_intent": reference,
        "amount": told.amount.amount,
        "currency": told.amount.currency.lower(),
        "created": int(told.reported_at.timestamp()),
        "status": told.status.lower(),
        "balance_transactions": [],
    }
