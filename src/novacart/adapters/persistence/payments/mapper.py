"""Mapping of payments, refunds and disputes to rows."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row

from novacart.domain.payments.dispute import Dispute
from novacart.domain.payments.lifecycle import DisputeStatus, PaymentStatus, RefundStatus
from novacart.domain.payments.payment import Payment
from novacart.domain.payments.refund import Refund, RefundOrigin, RefundResolution
from novacart.domain.shared.money import Money
from novacart.domain.shared.refunds import RefundItem


def payment_row(payment: Payment) -> dict[str, Any]:
    """All columns of `payments` but the version, which the repository counts."""
    return {
        "id": payment.id,
        "order_id": payment.order_id,
        "order_number": payment.order_number,
        "user_id": payment.user_id,
        "amount_minor": payment.amount.amount,
        "currency": payment.amount.currency,
        "status": payment.status.value,
        "captured_minor": payment.captured.amount,
        "refunded_minor": payment.refunded.amount,
        "reference": payment.reference,
        "client_secret": payment.client_secret,
        "open_key": payment.open_key,
        "cancel_key": payment.cancel_key,
        "failure": payment.failure,
        "created_at": payment.created_at,
        "reported_at": payment.reported_at,
        "settled_at": payment.settled_at,
        "check_at": payment.check_at,
        "declines": payment.declines,
        "last_attempt": payment.last_attempt,
    }


def refund_row(payment: Payment, refund: Refund) -> dict[str, Any]:
    """All columns of `refunds`."""
    return {
        "id": refund.id,
        "payment_id": payment.id,
        "key": refund.key,
        "amount_minor": refund.amount.amount,
        "currency": refund.amount.currency,
        "origin": refund.origin.value,
        "reason": refund.reason,
        "status": refund.status.value,
        "reference": refund.reference,
        "failure": refund.failure,
        "requested_at": refund.requested_at,
        "settled_at": refund.settled_at,
        "returned": refund.returned,
        "resolution": refund.resolution,
        "resolution_note": refund.resolution_note,
        "resolved_at": refund.resolved_at,
        "requested_by": refund.requested_by,
    }


def item_rows(refund: Refund) -> list[dict[str, Any]]:
    """All columns of `refund_parts`."""
    return [
        {
            "refund_id": refund.id,
            "line_id": item.line_id,
            "quantity": item.quantity,
            "amount_minor": item.amount.amount,
        }
        for item in refund.items
    ]


def dispute_row(payment: Payment, dispute: Dispute) -> dict[str, Any]:
    """All columns of `disputes`."""
    return {
        "reference": dispute.reference,
        "payment_id": payment.id,
        "amount_minor": dispute.amount.amount,
        "currency": dispute.amount.currency,
        "status": dispute.status.value,
        "withdrawn": dispute.withdrawn,
        "reinstated": dispute.reinstated,
        "due_by": dispute.due_by,
        "withdrawn_at": dispute.withdrawn_at,
        "reinstated_at": dispute.reinstated_at,
        "opened_at": dispute.opened_at,
        "closed_at": dispute.closed_at,
    }


def to_payment(row: Row[Any], refunds: Iterable[Refund], disputes: Iterable[Dispute]) -> Payment:
    """The aggregate of a row of `payments`, its refunds and its disputes."""
    return Payment(
        id=row.id,
        order_id=row.order_id,
        order_number=row.order_number,
        user_id=row.user_id,
        amount=Money(row.amount_minor, row.currency),
        status=PaymentStatus(row.status),
        captured=Money(row.captured_minor, row.currency),
        reference=row.reference,
        client_secret=row.client_secret,
        open_key=row.open_key,
        cancel_key=row.cancel_key,
        failure=row.failure,
        created_at=row.created_at,
        reported_at=row.reported_at,
        settled_at=row.settled_at,
        check_at=row.check_at,
        declines=row.declines,
        last_attempt=row.last_attempt,
        refunds=refunds,
        disputes=disputes,
        version=row.version,
    )


def to_refund(row: Row[Any], items: Sequence[Row[Any]]) -> Refund:
    """The refund of a row of `refunds` and its rows of `refund_parts`."""
    return Refund(
        id=row.id,
        key=row.key,
        amount=Money(row.amount_minor, row.currency),
        origin=RefundOrigin(row.origin),
        reason=row.reason,
        status=RefundStatus(row.status),
        reference=row.reference,
        failure=row.failure,
        requested_at=row.requested_at,
        settled_at=row.settled_at,
        returned=row.returned,
        resolution=None if row.resolution is None else RefundResolution(row.resolution),
        resolution_note=row.resolution_note,
        resolved_at=row.resolved_at,
        requested_by=row.requested_by,
        items=[
            RefundItem(
                line_id=item.line_id,
                quantity=item.quantity,
                amount=Money(item.amount_minor, row.currency),
            )
            for item in items
        ],
    )


def to_dispute(row: Row[Any]) -> Dispute:
    """The dispute of a row of `disputes`."""
    return Dispute(
        reference=row.reference,
        amount=Money(row.amount_minor, row.currency),
        status=DisputeStatus(row.status),
        due_by=row.due_by,
        withdrawn_at=row.withdrawn_at,
        reinstated_at=row.reinstated_at,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )
