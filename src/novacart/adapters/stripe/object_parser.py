"""Parsing of Stripe's objects.

Sources: Stripe API reference (PaymentIntents, Refunds, Disputes); Stripe docs, "Currencies".
A missing member raises `KeyError`, a wrong one `TypeError` or `ValueError`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from novacart.domain.payments.lifecycle import DisputeStatus, PaymentStatus, RefundStatus
from novacart.domain.payments.reports import DisputeReport, PaymentReport, RefundReport
from novacart.domain.shared.ids import PaymentId, RefundId
from novacart.domain.shared.money import Money, currency_exponent

Object = Mapping[str, Any]

# Without a minor unit in ISO 4217, but counted in hundredths by Stripe.
_HUNDREDTHS: Final = frozenset({"ISK", "UGX"})
_FACTOR: Final = 100
_THREE_DECIMALS: Final = 3
_ID_DIGITS: Final = 18

_PAYMENTS: Final = {
    "requires_payment_method": PaymentStatus.CREATED,
    "requires_confirmation": PaymentStatus.CREATED,
    "requires_action": PaymentStatus.REQUIRES_ACTION,
    "processing": PaymentStatus.PROCESSING,
    "requires_capture": PaymentStatus.PROCESSING,
    "succeeded": PaymentStatus.SUCCEEDED,
    "canceled": PaymentStatus.CANCELLED,
}
_REFUNDS: Final = {
    "pending": RefundStatus.PENDING,
    "requires_action": RefundStatus.PENDING,
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.CANCELLED,
}
_DISPUTES: Final = {
    "needs_response": DisputeStatus.NEEDS_RESPONSE,
    "under_review": DisputeStatus.UNDER_REVIEW,
    "won": DisputeStatus.WON,
    "lost": DisputeStatus.LOST,
    "warning_needs_response": DisputeStatus.NEEDS_RESPONSE,
    "warning_under_review": DisputeStatus.UNDER_REVIEW,
    "warning_closed": DisputeStatus.CLOSED,
    "prevented": DisputeStatus.CLOSED,
}


def stripe_amount(money: Money) -> int:
    """The amount in Stripe's units."""
    return money.amount * _FACTOR if money.currency in _HUNDREDTHS else money.amount


def must_end_in_zero(currency: str) -> bool:
    """Whether Stripe accepts only amounts of this currency whose last digit is 0."""
    return currency_exponent(currency) == _THREE_DECIMALS


def is_possible(amount: Money) -> bool:
    """Whether Stripe can charge and refund this amount, as far as its digits go."""
    return not must_end_in_zero(amount.currency) or amount.amount % 10 == 0


def money_of(amount: object, currency: str) -> Money:
    """Raises `TypeError` for no integer, `ValueError` for a fraction of the minor unit."""
    if isinstance(amount, bool) or not isinstance(amount, int):
        message = "an amount must be an integer"
        raise TypeError(message)
    code = currency.upper()
    if code not in _HUNDREDTHS:
        return Money(amount, code)
    whole, hundredths = divmod(amount, _FACTOR)
    if hundredths:
        message = f"{code} has no hundredths"
        raise ValueError(message)
    return Money(whole, code)


def time_of(seconds: int) -> datetime:
    """Unix seconds as a UTC time."""
    return datetime.fromtimestamp(seconds, UTC)


def payment_report(intent: Object, *, at: datetime) -> PaymentReport:
    """A PaymentIntent as it was `at` that time."""
    status = _PAYMENTS[intent["status"]]
    error = intent.get("last_payment_error") or {}
    if error and intent["status"] == "requires_payment_method":
        status = PaymentStatus.FAILED
    charge = intent.get("latest_charge")
    metadata = intent.get("metadata") or {}
    paid = status is PaymentStatus.SUCCEEDED
    payment_id = _own_id(metadata.get("payment_id"))
    return PaymentReport(
        status=status,
        amount=money_of(intent["amount"], intent["currency"]),
        captured=money_of(intent["amount_received"] if paid else 0, intent["currency"]),
        reported_at=at,
        client_secret=intent.get("client_secret"),
        payment_id=None if payment_id is None else PaymentId(payment_id),
        order_number=metadata.get("order_number"),
        failure=error.get("message"),
        attempt=charge.get("id") if isinstance(charge, Mapping) else charge,
    )


def refund_report(refund: Object) -> RefundReport:
    """A Refund. One without a status is pending."""
    refund_id = _own_id((refund.get("metadata") or {}).get("refund_id"))
    return RefundReport(
        reference=refund["id"],
        status=_REFUNDS[refund.get("status") or "pending"],
        amount=money_of(refund["amount"], refund["currency"]),
        reported_at=time_of(refund["created"]),
        refund_id=None if refund_id is None else RefundId(refund_id),
        failure=refund.get("failure_reason"),
    )


def dispute_report(dispute: Object, *, event_type: str = "") -> DisputeReport:
    """A Dispute. The type of an event may report funds that the object does not."""
    entries = [entry["amount"] for entry in dispute.get("balance_transactions") or ()]
    due_by = (dispute.get("evidence_details") or {}).get("due_by")
    return DisputeReport(
        reference=dispute["id"],
        status=_DISPUTES[dispute["status"]],
        amount=money_of(dispute["amount"], dispute["currency"]),
        reported_at=time_of(dispute["created"]),
        due_by=None if due_by is None else time_of(due_by),
        withdrawn=any(amount < 0 for amount in entries) or event_type.endswith("funds_withdrawn"),
        reinstated=any(amount > 0 for amount in entries) or event_type.endswith("funds_reinstated"),
    )


def _own_id(value: object) -> int | None:
    if not isinstance(value, str) or not value.isascii() or not value.isdecimal():
        return None
    return int(value) if len(value) <= _ID_DIGITS else None
