"""Orders for staff: lists, and the page of one."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, or_, select

from novacart.adapters.persistence.accounts.tables import users
from novacart.adapters.persistence.back_office.keyset import (
    Clause,
    ListDescription,
    at_least,
    at_most,
    below,
    equals,
    page,
)
from novacart.adapters.persistence.back_office.payments import (
    REFUNDS,
    payment_row,
    refund_row,
    webhook_event_row,
)
from novacart.adapters.persistence.back_office.tables import audit_entries
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.ordering.tables import order_history, order_lines, orders
from novacart.adapters.persistence.outbox.tables import outbox_messages
from novacart.adapters.persistence.payments.tables import payments, webhook_events
from novacart.application.back_office.list_page import ListRequest, Page
from novacart.application.back_office.orders import (
    OrderChange,
    OrderDetail,
    OrderLineRow,
    OrderMessage,
    OrderRow,
)
from novacart.application.back_office.payments import PaymentRow, WebhookEventRow
from novacart.domain.shared.ids import OrderId
from novacart.domain.shared.money import Money

_ROW: Final = (
    orders.c.id,
    orders.c.number,
    orders.c.user_id,
    orders.c.email,
    orders.c.status,
    orders.c.payment_status,
    orders.c.payment_method,
    orders.c.total_minor,
    orders.c.currency,
    orders.c.placed_at,
)
ORDERS: Final[Select[*tuple[Any, ...]]] = select(*_ROW)
_MANY: Final = 200


class SqlOrdersBackOffice:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._orders = ListDescription(
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
            },
            search=_matching,
            view=order_row,
        )

    def orders(self, request: ListRequest) -> Page[OrderRow]:
        return page(self._database, self._orders, request)

    def order(self, order_id: OrderId) -> OrderDetail | None:
        whole: Select[*tuple[Any, ...]] = (
            select(*orders.c, users.c.username)
            .join_from(orders, users, users.c.id == orders.c.user_id)
            .where(orders.c.id == order_id)
        )
        with self._database.reading() as connection:
            row = connection.execute(whole).first()
            return None if row is None else _sheet(connection, row)


def _matching(typed: str) -> Clause:
    return or_(orders.c.number == typed.upper(), orders.c.email == typed.lower())


def _sheet(connection: Connection, row: Row[Any]) -> OrderDetail:
    paid = select(payments).where(payments.c.order_id == row.id).order_by(payments.c.id)
    its_payments = [payment_row(one) for one in connection.execute(paid)]
    back = REFUNDS.where(payments.c.order_id == row.id)
    lines = select(order_lines).where(order_lines.c.order_id == row.id).order_by(order_lines.c.id)
    changes = (
        select(order_history)
        .where(order_history.c.order_id == row.id)
        .order_by(order_history.c.id)
        .limit(_MANY)
    )
    return OrderDetail(
        **_order(row),
        username=row.username,
        address=row.address,
        expires_at=row.expires_at,
        estimated_delivery=row.estimated_delivery,
        paid_at=row.paid_at,
        shipped_at=row.shipped_at,
        delivered_at=row.delivered_at,
        carrier=row.carrier,
        tracking_number=row.tracking_number,
        lines=[_line(one, row.currency) for one in connection.execute(lines)],
        history=[_change(one) for one in connection.execute(changes)],
        payments=its_payments,
        refunds=[refund_row(one) for one in connection.execute(back.order_by("id"))],
        webhook_events=_events_of(connection, its_payments),
        messages=_messages_of(connection, row.id),
    )


def _events_of(connection: Connection, its: Sequence[PaymentRow]) -> list[WebhookEventRow]:
    """The provider's events that name one of the payments."""
    references = [payment.reference for payment in its if payment.reference is not None]
    if not references:
        return []
    statement = (
        select(webhook_events)
        .where(webhook_events.c.reference.in_(references))
        .order_by(webhook_events.c.received_at)
        .limit(_MANY)
    )
    return [webhook_event_row(row) for row in connection.execute(statement)]


def _messages_of(connection: Connection, order_id: int) -> list[OrderMessage]:
    """Its events, by the audit trail; the outbox forgets what was handled long ago."""
    statement = (
        select(
            audit_entries.c.message_id,
            audit_entries.c.action,
            audit_entries.c.actor,
            audit_entries.c.request_id,
            audit_entries.c.occurred_at,
            outbox_messages.c.state,
            outbox_messages.c.reacted,
            outbox_messages.c.last_error,
        )
        .outerjoin_from(
            audit_entries, outbox_messages, outbox_messages.c.id == audit_entries.c.message_id
        )
        .where(audit_entries.c.subject == f"order:{order_id}")
        .order_by(audit_entries.c.id)
        .limit(_MANY)
    )
    return [
        OrderMessage(
            id=row.message_id,
            name=row.action,
            actor=row.actor,
            request_id=row.request_id,
            occurred_at=row.occurred_at,
            state=row.state,
            handled_by=tuple((row.reacted or "").split()),
            last_error=row.last_error,
        )
        for row in connection.execute(statement)
    ]


def _order(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "user_id": row.user_id,
        "email": row.email,
        "status": row.status,
        "payment_status": row.payment_status,
        "payment_method": row.payment_method,
        "total": Money(row.total_minor, row.currency),
        "placed_at": row.placed_at,
    }


def order_row(row: Row[Any]) -> OrderRow:
    """A row of `ORDERS`."""
    return OrderRow(**_order(row))


def _line(row: Row[Any], currency: str) -> OrderLineRow:
    return OrderLineRow(
        id=row.id,
        product_id=row.product_id,
        title=row.title,
        subtitle=row.subtitle,
        image=row.image,
        unit_price=Money(row.unit_price_minor, currency),
        quantity=row.quantity,
        status=row.status,
        refund_requested=Money(row.refund_requested_minor, currency),
        refunded=Money(row.refunded_minor, currency),
        returned_quantity=row.refund_requested_quantity + row.refunded_quantity,
    )


def _change(row: Row[Any]) -> OrderChange:
    return OrderChange(
        subject=row.subject,
        line_id=row.line_id,
        before=row.from_status,
        after=row.to_status,
        at=row.occurred_at,
        actor=row.actor,
        reason=row.reason,
    )
