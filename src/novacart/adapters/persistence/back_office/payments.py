"""Back office queries of payments and refunds."""

from typing import Any, Final

from sqlalchemy import Connection, Row, Select, select

from novacart.adapters.persistence.back_office.list_page import ListDescription, equals
from novacart.adapters.persistence.payments.tables import payments, refunds
from novacart.application.back_office.payments import PaymentRow, RefundRow
from novacart.domain.payments.lifecycle import PaymentStatus, RefundStatus
from novacart.domain.payments.refund import RefundOrigin, RefundResolution
from novacart.domain.shared.ids import OrderId, PaymentId, RefundId
from novacart.domain.shared.money import Money

_REFUNDS: Final[Select[*tuple[Any, ...]]] = select(
    *refunds.c, payments.c.order_id, payments.c.order_number
).join_from(refunds, payments, payments.c.id == refunds.c.payment_id)


def payment_row(connection: Connection, payment_id: PaymentId) -> PaymentRow | None:
    """Return None if it does not exist."""
    row = connection.execute(select(payments).where(payments.c.id == payment_id)).first()
    return None if row is None else _payment_row(row)


def refund_row(connection: Connection, refund_id: RefundId) -> RefundRow | None:
    """Return None if it does not exist."""
    row = connection.execute(_REFUNDS.where(refunds.c.id == refund_id)).first()
    return None if row is None else _refund_row(row)


def payments_of_order(connection: Connection, order_id: OrderId) -> list[PaymentRow]:
    """Oldest first."""
    statement = select(payments).where(payments.c.order_id == order_id).order_by(payments.c.id)
    return [_payment_row(row) for row in connection.execute(statement)]


def refunds_of_order(connection: Connection, order_id: OrderId) -> list[RefundRow]:
    """Oldest first."""
    statement = _REFUNDS.where(payments.c.order_id == order_id).order_by(refunds.c.id)
    return [_refund_row(row) for row in connection.execute(statement)]


def _payment_row(row: Row[Any]) -> PaymentRow:
    return PaymentRow(
        id=row.id,
        order_id=row.order_id,
        order_number=row.order_number,
        status=PaymentStatus(row.status),
        amount=Money(row.amount_minor, row.currency),
        captured=Money(row.captured_minor, row.currency),
        refunded=Money(row.refunded_minor, row.currency),
        reference=row.reference,
        failure=row.failure,
        created_at=row.created_at,
        settled_at=row.settled_at,
    )


def _refund_row(row: Row[Any]) -> RefundRow:
    return RefundRow(
        id=row.id,
        payment_id=row.payment_id,
        order_id=row.order_id,
        order_number=row.order_number,
        status=RefundStatus(row.status),
        amount=Money(row.amount_minor, row.currency),
        origin=RefundOrigin(row.origin),
        reason=row.reason,
        reference=row.reference,
        failure=row.failure,
        requested_at=row.requested_at,
        settled_at=row.settled_at,
        resolution=None if row.resolution is None else RefundResolution(row.resolution),
        resolution_note=row.resolution_note,
        resolved_at=row.resolved_at,
    )


PAYMENTS: Final = ListDescription(
    statement=select(*payments.c),
    key=payments.c.id,
    sorts={"created_at": payments.c.created_at},
    filters={"status": equals(payments.c.status)},
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
