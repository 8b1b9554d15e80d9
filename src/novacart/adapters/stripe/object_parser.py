"""Stripe's objects in the shop's words.

Sources: Stripe API reference (PaymentIntents, Refunds, Disputes); Stripe docs, "Currencies".
Whatever is missing or of a wrong kind raises `KeyError`, `TypeError` or `ValueError`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from novacart.application.ports.payment_gateway import (
    DisputeReport,
    PaymentReport,
    RefundReport,
)
from novacart.domain.payments.lifecycle import DisputeStatus, PaymentStatus, RefundStatus
from novacart.domain.shared.ids import PaymentId, RefundId
from novacart.domain.shared.money import Money

Object = Mapping[str, Any]

# ISO 4217 gives them no minor unit; Stripe counts hundredths of them all the same.
_HUNDREDTHS: Final = frozenset({"ISK", "UGX"})
_FACTOR: Final = 100
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
    """How Stripe counts that much money."""
    return money.amount * _FACTOR if money.currency in _HUNDREDTHS else money.amount


def money_of(amount: object, currency: str) -> Money:
    """Raises `ValueError` for an amount that this currency can't have."""
    if isinstance(amount, bool) or not isinstance(amount, int):
        message = "an amount is a whole number"
        raise TypeError(message)
    code = currency.upper()
    if code not in _HUNDREDTHS:
        return Money(amount, code)
    whole, rest = divmod(amount, _FACTOR)
    if rest:
        message = f"{code} has no hundredths"
        raise ValueError(message)
    return Money(whole, code)


def moment(seconds: int) -> datetime:
    """Unix seconds as a time."""
    return datetime.fromtimestamp(seconds, UTC)


def payment_report(intent: Object, *, at: datetime) -> PaymentReport:
    """A PaymentIntent as it stood `at` that moment."""
    status = _PAYMENTS[intent["status"]]
    error = intent.get("last_payment_error") or {}
    if error and intent["status"] == "requires_payment_method":
        status = PaymentStatus.FAILED
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
    )


def refund_report(refund: Object) -> RefundReport:
    """A Refund. One without a status waits for one."""
    refund_id = _own_id((refund.get("metadata") or {}).get("refund_id"))
    return RefundReport(
        reference=refund["id"],
        status=_REFUNDS[refund.get("status") or "pending"],
        amount=money_of(refund["amount"], refund["currency"]),
        reported_at=moment(refund["created"]),
        refund_id=None if refund_id is None else RefundId(refund_id),
        failure=refund.get("failure_reason"),
    )


def dispute_report(dispute: Object, *, event_type: str = "") -> DisputeReport:
    """A Dispute; an event may say in its name what the object does not."""
    booked = [entry["amount"] for entry in dispute.get("balance_transactions") or ()]
    return DisputeReport(
        reference=dispute["id"],
        status=_DISPUTES[dispute["status"]],
        amount=money_of(dispute["amount"], dispute["currency"]),
        reported_at=moment(dispute["created"]),
        withdrawn=any(amount < 0 for amount in booked) or event_type.endswith("funds_withdrawn"),
        reinstated=any(amount > 0 for amount in booked) or event_type.endswith("funds_reinstated"),
    )


def _own_id(text: object) -> int | None:
    own = isinstance(text, str) and text.isascii() and text.isdecimal()
    return int(text) if own and isinstance(text, str) and len(text) <= _ID_DIGITS else None
