"""Payments, refunds and the provider's events for staff."""

from typing import Any, Final

from sqlalchemy import Row, Select, select

from novacart.adapters.persistence.back_office.keyset import ListDescription, equals, page
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.payments.tables import payments, refunds, webhook_events
from novacart.application.back_office.list_page import ListRequest, Page
from novacart.application.back_office.payments import PaymentRow, RefundRow, WebhookEventRow
from novacart.domain.shared.ids import PaymentId, RefundId
from novacart.domain.shared.money import Money

REFUNDS: Final[Select[*tuple[Any, ...]]] = select(
    *refunds.c, payments.c.order_id, payments.c.order_number
).join_from(refunds, payments, payments.c.id == refunds.c.payment_id)


class SqlPaymentsBackOffice:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._payments = ListDescription(
            statement=select(*payments.c),
            key=payments.c.id,
            sorts={"created_at": payments.c.created_at},
            filters={"status": equals(payments.c.status)},
            search=lambda typed: (
                (payments.c.order_number == typed.upper()) | (payments.c.reference == typed)
            ),
            view=payment_row,
        )
        self._refunds = ListDescription(
            statement=REFUNDS,
            key=refunds.c.id,
            sorts={"requested_at": refunds.c.requested_at},
            filters={"status": equals(refunds.c.status), "origin": equals(refunds.c.origin)},
            search=lambda typed: (
                (payments.c.order_number == typed.upper()) | (refunds.c.reference == typed)
            ),
            view=refund_row,
        )
        self._events = ListDescription(
            statement=select(*webhook_events.c),
            key=webhook_events.c.id,
            sorts={"received_at": webhook_events.c.received_at},
            filters={"state": equals(webhook_events.c.state)},
            search=lambda typed: (webhook_events.c.id == typed) | (webhook_events.c.type == typed),
            view=webhook_event_row,
        )

    def payments(self, request: ListRequest) -> Page[PaymentRow]:
        return page(self._database, self._payments, request)

    def payment(self, payment_id: PaymentId) -> PaymentRow | None:
        row = self._first(select(*payments.c).where(payments.c.id == payment_id))
        return None if row is None else payment_row(row)

    def refunds(self, request: ListRequest) -> Page[RefundRow]:
        return page(self._database, self._refunds, request)

    def refund(self, refund_id: RefundId) -> RefundRow | None:
        row = self._first(REFUNDS.where(refunds.c.id == refund_id))
        return None if row is None else refund_row(row)

    def webhook_events(self, request: ListRequest) -> Page[WebhookEventRow]:
        return page(self._database, self._events, request)

    def webhook_event(self, event_id: str) -> WebhookEventRow | None:
        row = self._first(select(*webhook_events.c).where(webhook_events.c.id == event_id))
        return None if row is None else webhook_event_row(row)

    def _first(self, statement: Select[*tuple[Any, ...]]) -> Row[Any] | None:
        with self._database.reading() as connection:
            return connection.execute(statement).first()


def payment_row(row: Row[Any]) -> PaymentRow:
    """A row of `payments`."""
    return PaymentRow(
        id=row.id,
        order_id=row.order_id,
        order_number=row.order_number,
        status=row.status,
        amount=Money(row.amount_minor, row.currency),
        captured=Money(row.captured_minor, row.currency),
        refunded=Money(row.refunded_minor, row.currency),
        reference=row.reference,
        failure=row.failure,
        created_at=row.created_at,
        settled_at=row.settled_at,
    )


def refund_row(row: Row[Any]) -> RefundRow:
    """A row of `REFUNDS`."""
    return RefundRow(
        id=row.id,
        payment_id=row.payment_id,
        order_id=row.order_id,
        order_number=row.order_number,
        status=row.status,
        amount=Money(row.amount_minor, row.currency),
        origin=row.origin,
        reason=row.reason,
        reference=row.reference,
        failure=row.failure,
        requested_at=row.requested_at,
        settled_at=row.settled_at,
    )


def webhook_event_row(row: Row[Any]) -> WebhookEventRow:
    """A row of `webhook_events`."""
    return WebhookEventRow(
        id=row.id,
        type=row.type,
        state=row.state,
        attempts=row.attempts,
        note=row.note,
        received_at=row.received_at,
        next_attempt_at=row.next_attempt_at,
        settled_at=row.settled_at,
        payload=row.payload,
    )
