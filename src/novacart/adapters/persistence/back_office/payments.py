"""Back office queries of payments and refunds."""

from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from novacart.adapters.persistence.back_office.list_page import ListDescription, equals
from novacart.adapters.persistence.payments.tables import disputes, payments, refunds
from novacart.application.back_office.payments import (
    DisputeRow,
    PaymentDetail,
    PaymentRow,
    RefundDetail,
    RefundRow,
)
from novacart.domain.payments.lifecycle import (
    UNSUCCESSFUL,
    DisputeStatus,
    PaymentStatus,
    RefundStatus,
)
from novacart.domain.payments.refund import RefundOrigin, RefundResolution
from novacart.domain.shared.ids import OrderId, PaymentId, RefundId
from novacart.domain.shared.money import Money

_REFUNDS: Final[Select[*tuple[Any, ...]]] = select(
    *refunds.c, payments.c.order_id, payments.c.order_number
).join_from(refunds, payments, payments.c.id == refunds.c.payment_id)

DISPUTES: Final[Select[*tuple[Any, ...]]] = select(
    *disputes.c, payments.c.order_id, payments.c.order_number
).join_from(disputes, payments, payments.c.id == disputes.c.payment_id)

_IS_HELD: Final = disputes.c.withdrawn_at.is_not(None) & disputes.c.reinstated_at.is_(None)


def _sum_of(column: ColumnElement[Any], *conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    return (
        select(func.coalesce(func.sum(column), 0))
        .where(*conditions)
        .correlate(payments)
        .scalar_subquery()
    )


WITHHELD: Final = _sum_of(disputes.c.amount_minor, disputes.c.payment_id == payments.c.id, _IS_HELD)
"""What banks hold of a payment for disputes."""

_PAYMENTS: Final[Select[*tuple[Any, ...]]] = select(
    *payments.c,
    WITHHELD.label("withheld_minor"),
    # Refunds that were or will be made, or were settled by hand.
    _sum_of(
        refunds.c.amount_minor,
        refunds.c.payment_id == payments.c.id,
        refunds.c.status.not_in(UNSUCCESSFUL)
        | (refunds.c.resolution == RefundResolution.SETTLED_BY_HAND),
    ).label("returned_minor"),
    select(disputes.c.status)
    .where(disputes.c.payment_id == payments.c.id)
    .order_by(disputes.c.opened_at.desc(), disputes.c.reference)
    .limit(1)
    .correlate(payments)
    .scalar_subquery()
    .label("dispute"),
)


def payment_detail(connection: Connection, payment_id: PaymentId) -> PaymentDetail | None:
    """Return None if it does not exist."""
    row = connection.execute(_PAYMENTS.where(payments.c.id == payment_id)).first()
    if row is None:
        return None
    found = _disputes(connection, disputes.c.payment_id == payment_id)
    return PaymentDetail(**_payment_fields(row), disputes=found)


def refund_detail(connection: Connection, refund_id: RefundId) -> RefundDetail | None:
    """Return None if it does not exist."""
    statement = _REFUNDS.add_columns(_refunded_since()).where(refunds.c.id == refund_id)
    row = connection.execute(statement).first()
    if row is None:
        return None
    since = Money(int(row.since_minor), row.currency)
    return RefundDetail(**_refund_fields(row), refunded_since=since)


def _refunded_since() -> ColumnElement[Any]:
    later = refunds.alias("later")
    return (
        select(func.coalesce(func.sum(later.c.amount_minor), 0))
        .where(
            later.c.payment_id == refunds.c.payment_id,
            later.c.requested_at > refunds.c.requested_at,
            later.c.status.not_in(UNSUCCESSFUL),
        )
        .correlate(refunds)
        .scalar_subquery()
        .label("since_minor")
    )


def payments_of_order(connection: Connection, order_id: OrderId) -> list[PaymentRow]:
    """Oldest first."""
    statement = _PAYMENTS.where(payments.c.order_id == order_id).order_by(payments.c.id)
    return [_payment_row(row) for row in connection.execute(statement)]


def refunds_of_order(connection: Connection, order_id: OrderId) -> list[RefundRow]:
    """Oldest first."""
    statement = _REFUNDS.where(payments.c.order_id == order_id).order_by(refunds.c.id)
    return [_refund_row(row) for row in connection.execute(statement)]


def disputes_of_order(connection: Connection, order_id: OrderId) -> list[DisputeRow]:
    """Oldest first."""
    return _disputes(connection, payments.c.order_id == order_id)


def _disputes(connection: Connection, condition: ColumnElement[bool]) -> list[DisputeRow]:
    statement = DISPUTES.where(condition).order_by(disputes.c.opened_at, disputes.c.reference)
    return [dispute_row(row) for row in connection.execute(statement)]


def dispute_row(row: Row[Any]) -> DisputeRow:
    """Map a row of `DISPUTES`."""
    is_held = row.withdrawn_at is not None and row.reinstated_at is None
    return DisputeRow(
        reference=row.reference,
        payment_id=row.payment_id,
        order_id=row.order_id,
        order_number=row.order_number,
        status=DisputeStatus(row.status),
        amount=Money(row.amount_minor, row.currency),
        withheld=Money(row.amount_minor if is_held else 0, row.currency),
        due_by=row.due_by,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )


def _payment_row(row: Row[Any]) -> PaymentRow:
    return PaymentRow(**_payment_fields(row))


def _payment_fields(row: Row[Any]) -> dict[str, Any]:
    left = row.captured_minor - int(row.returned_minor) - int(row.withheld_minor)
    return {
        "id": row.id,
        "order_id": row.order_id,
        "order_number": row.order_number,
        "status": PaymentStatus(row.status),
        "amount": Money(row.amount_minor, row.currency),
        "captured": Money(row.captured_minor, row.currency),
        "refunded": Money(row.refunded_minor, row.currency),
        "withheld": Money(int(row.withheld_minor), row.currency),
        "refundable": Money(max(left, 0), row.currency),
        "dispute": None if row.dispute is None else DisputeStatus(row.dispute),
        "reference": row.reference,
        "failure": row.failure,
        "created_at": row.created_at,
        "settled_at": row.settled_at,
    }


def _refund_row(row: Row[Any]) -> RefundRow:
    return RefundRow(**_refund_fields(row))


def _refund_fields(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "payment_id": row.payment_id,
        "order_id": row.order_id,
        "order_number": row.order_number,
        "status": RefundStatus(row.status),
        "amount": Money(row.amount_minor, row.currency),
        "origin": RefundOrigin(row.origin),
        "reason": row.reason,
        "reference": row.reference,
        "failure": row.failure,
        "requested_at": row.requested_at,
        "settled_at": row.settled_at,
        "resolution": None if row.resolution is None else RefundResolution(row.resolution),
        "resolution_note": row.resolution_note,
        "resolved_at": row.resolved_at,
    }


PAYMENTS: Final = ListDescription(
    statement=_PAYMENTS,
    key=payments.c.id,
    sorts={"created_at": payments.c.created_at},
    filters={
        "status": equals(payments.c.status),
        "dispute": lambda status: payments.c.id.in_(
            select(disputes.c.payment_id).where(disputes.c.status == status)
        ),
    },
    search=lambda text: (payments.c.order_number == text.upper()) | (payments.c.reference == text),
    to_row=_payment_row,
)
REFUNDS: Final = ListDescription(
    statement=_REFUNDS,
    key=refunds.c.id,
    sorts={"requested_at": refunds.c.requested_at},
    filters={"status": equals(refunds.c.status), "origin": equals(refunds.c.origin)},
    search=lambda text: (payments.c.order_number == text.upper()) | (refunds.c.reference == text),
    to_row=_refund_row,
)
