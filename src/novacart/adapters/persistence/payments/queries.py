"""Payments, refunds and events as staff see them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.payments.tables import (
    disputes,
    payments,
    refunds,
    webhook_events,
)
from novacart.application.payments.queries import DisputeView, EventView, RefundView
from novacart.application.ports.webhook_events import EventState
from novacart.domain.shared.ids import OrderId, RefundId
from novacart.domain.shared.money import Money

_REFUND = select(refunds, payments.c.order_id).join_from(
    refunds, payments, payments.c.id == refunds.c.payment_id
)
_TO_SEE = (EventState.QUARANTINED.value, EventState.PARKED.value)


class SqlPaymentQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    def refund(self, refund_id: RefundId) -> RefundView | None:
        with self._database.reading() as connection:
            row = connection.execute(_REFUND.where(refunds.c.id == refund_id)).one_or_none()
        return None if row is None else _refund_view(row)

    def refunds_of(self, order_id: OrderId) -> Sequence[RefundView]:
        statement = _REFUND.where(payments.c.order_id == order_id).order_by(refunds.c.id)
        with self._database.reading() as connection:
            return [_refund_view(row) for row in connection.execute(statement)]

    def disputes(self, *, limit: int) -> Sequence[DisputeView]:
        statement = (
            select(disputes, payments.c.order_id)
            .join_from(disputes, payments, payments.c.id == disputes.c.payment_id)
            .order_by(disputes.c.opened_at.desc(), disputes.c.reference)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [
                DisputeView(
                    reference=row.reference,
                    order_id=row.order_id,
                    amount=Money(row.amount_minor, row.currency),
                    status=row.status,
                    opened_at=row.opened_at,
                )
                for row in connection.execute(statement)
            ]

    def events_to_see(self, *, limit: int) -> Sequence[EventView]:
        columns = webhook_events.c
        statement = (
            select(
                columns.id,
                columns.type,
                columns.state,
                columns.note,
                columns.attempts,
                columns.received_at,
            )
            .where(columns.state.in_(_TO_SEE))
            .order_by(columns.received_at.desc(), columns.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [EventView(**row) for row in connection.execute(statement).mappings()]


def _refund_view(row: Row[Any]) -> RefundView:
    return RefundView(
        id=row.id,
        payment_id=row.payment_id,
        order_id=row.order_id,
        amount=Money(row.amount_minor, row.currency),
        status=row.status,
        origin=row.origin,
        reason=row.reason,
        failure=row.failure,
        reference=row.reference,
        requested_at=row.requested_at,
        settled_at=row.settled_at,
    )
