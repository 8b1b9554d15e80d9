"""Back office queries of orders."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, or_, select

from novacart.adapters.persistence.accounts.tables import users
from novacart.adapters.persistence.back_office.list_page import (
    ListDescription,
    at_least,
    at_most,
    below,
    equals,
)
from novacart.adapters.persistence.back_office.operations import to_webhook_event
from novacart.adapters.persistence.back_office.payments import (
    disputes_of_order,
    payments_of_order,
    refunds_of_order,
)
from novacart.adapters.persistence.back_office.tables import audit_entries
from novacart.adapters.persistence.catalog.tables import variants
from novacart.adapters.persistence.ordering.mapper import to_change, to_line
from novacart.adapters.persistence.ordering.tables import order_history, order_lines, orders
from novacart.adapters.persistence.outbox.tables import outbox_messages
from novacart.adapters.persistence.payments.tables import disputes, payments, webhook_events
from novacart.application.back_office.operations import WebhookEventRow
from novacart.application.back_office.orders import (
    OrderDetail,
    OrderEventRow,
    OrderLineRow,
    OrderRow,
)
from novacart.application.back_office.payments import PaymentRow
from novacart.domain.ordering.lifecycle import (
    OrderPaymentStatus,
    OrderStatus,
    PaymentMethod,
)
from novacart.domain.payments.lifecycle import DisputeStatus
from novacart.domain.shared.ids import OrderId
from novacart.domain.shared.money import Money

# The status of the latest dispute of the order's payments.
_DISPUTE: Final = (
    select(disputes.c.status)
    .join_from(disputes, payments, payments.c.id == disputes.c.payment_id)
    .where(payments.c.order_id == orders.c.id)
    .order_by(disputes.c.opened_at.desc(), disputes.c.reference)
    .limit(1)
    .scalar_subquery()
    .label("dispute")
)
ORDERS: Final[Select[*tuple[Any, ...]]] = select(
    orders.c.id,
    orders.c.number,
    orders.c.user_id,
    orders.c.link_generation,
    orders.c.email,
    orders.c.status,
    orders.c.payment_status,
    orders.c.payment_method,
    orders.c.total_minor,
    orders.c.currency,
    orders.c.placed_at,
    _DISPUTE,
)
# Rows of each table on an order's page.
_MAX_ROWS: Final = 200


def order_row(row: Row[Any]) -> OrderRow:
    """Map a row of `ORDERS`."""
    return OrderRow(**_order_fields(row))


ORDER_LIST: Final = ListDescription(
    statement=ORDERS,
    key=orders.c.id,
    sorts={"placed_at": orders.c.placed_at, "total": orders.c.total_minor},
    filters={
        "status": equals(orders.c.status),
        "payment_status": equals(orders.c.payment_status),
        "payment_method": equals(orders.c.payment_method),
        "user": equals(orders.c.user_id),
        "placed_from": at_least(orders.c.placed_at),
        "placed_before": below(orders.c.placed_at),
        "total_from": at_least(orders.c.total_minor),
        "total_to": at_most(orders.c.total_minor),
        "dispute": lambda status: orders.c.id.in_(
            select(payments.c.order_id)
            .join_from(payments, disputes, disputes.c.payment_id == payments.c.id)
            .where(disputes.c.status == status)
        ),
    },
    search=lambda text: or_(orders.c.number == text.upper(), orders.c.email == text.lower()),
    to_row=order_row,
)


def order_detail(connection: Connection, order_id: OrderId) -> OrderDetail | None:
    """Return None if it does not exist."""
    order: Select[*tuple[Any, ...]] = (
        select(*orders.c, users.c.username, _DISPUTE)
        .join_from(orders, users, users.c.id == orders.c.user_id)
        .where(orders.c.id == order_id)
    )
    row = connection.execute(order).first()
    if row is None:
        return None
    lines = (
        select(order_lines, variants.c.product_id)
        .join_from(order_lines, variants, variants.c.id == order_lines.c.variant_id)
        .where(order_lines.c.order_id == order_id)
        .order_by(order_lines.c.id)
    )
    changes = (
        select(order_history)
        .where(order_history.c.order_id == order_id)
        .order_by(order_history.c.id)
        .limit(_MAX_ROWS)
    )
    payment_rows = payments_of_order(connection, order_id)
    return OrderDetail(
        **_order_fields(row),
        version=row.version,
        username=row.username,
        address=row.address,
        expires_at=row.expires_at,
        estimated_delivery=row.estimated_delivery,
        paid_at=row.paid_at,
        shipped_at=row.shipped_at,
        delivered_at=row.delivered_at,
        returned_at=row.returned_at,
        carrier=row.carrier,
        tracking_number=row.tracking_number,
        lines=[_line(line, row.currency) for line in connection.execute(lines)],
        history=[to_change(change) for change in connection.execute(changes)],
        payments=payment_rows,
        refunds=refunds_of_order(connection, order_id),
        disputes=disputes_of_order(connection, order_id),
        webhook_events=_webhook_events(connection, payment_rows),
        events=_events(connection, order_id),
    )


def _webhook_events(
    connection: Connection, payments: Sequence[PaymentRow]
) -> list[WebhookEventRow]:
    references = [payment.reference for payment in payments if payment.reference is not None]
    if not references:
        return []
    statement = (
        select(webhook_events)
        .where(webhook_events.c.reference.in_(references))
        .order_by(webhook_events.c.received_at)
        .limit(_MAX_ROWS)
    )
    return [to_webhook_event(row) for row in connection.execute(statement)]


def _events(connection: Connection, order_id: OrderId) -> list[OrderEventRow]:
    """Read the audit log, since old handled messages are deleted from the outbox."""
    statement = (
        select(
            audit_entries.c.message_id,
            audit_entries.c.action,
            audit_entries.c.actor,
            audit_entries.c.request_id,
            audit_entries.c.occurred_at,
            outbox_messages.c.state,
            outbox_messages.c.handled_by,
            outbox_messages.c.last_error,
        )
        .outerjoin_from(
            audit_entries, outbox_messages, outbox_messages.c.id == audit_entries.c.message_id
        )
        .where(audit_entries.c.subject == f"order:{order_id}")
        .order_by(audit_entries.c.id)
        .limit(_MAX_ROWS)
    )
    return [
        OrderEventRow(
            id=row.message_id,
            name=row.action,
            actor=row.actor,
            request_id=row.request_id,
            occurred_at=row.occurred_at,
            state=row.state,
            handled_by=tuple((row.handled_by or "").split()),
            last_error=row.last_error,
        )
        for row in connection.execute(statement)
    ]


def _order_fields(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "user_id": row.user_id,
        "is_of_guest": row.link_generation is not None,
        "email": row.email,
        "status": OrderStatus(row.status),
        "payment_status": OrderPaymentStatus(row.payment_status),
        "payment_method": PaymentMethod(row.payment_method),
        "total": Money(row.total_minor, row.currency),
        "placed_at": row.placed_at,
        "dispute": None if row.dispute is None else DisputeStatus(row.dispute),
    }


def _line(row: Row[Any], currency: str) -> OrderLineRow:
    line = to_line(row, currency)
    return OrderLineRow(
        id=line.id,
        product_id=line.product_id,
        variant_id=line.variant_id,
        sku=line.sku,
        options=line.options,
        title=line.title,
        subtitle=line.subtitle,
        image=line.image,
        unit_price=line.unit_price,
        quantity=line.quantity,
        total=line.total,
        status=line.status,
        refund_requested=line.refund_requested_amount,
        refunded=line.refunded_amount,
        refundable=line.refundable,
        refundable_quantity=line.refundable_quantity,
        receivable_quantity=line.receivable_quantity,
    )
