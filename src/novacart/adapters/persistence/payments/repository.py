"""Repository of payments; saves only the refunds and disputes that changed."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from novacart.adapters.persistence.payments.mapper import (
    dispute_row,
    item_rows,
    payment_row,
    refund_row,
    to_dispute,
    to_payment,
    to_refund,
)
from novacart.adapters.persistence.payments.tables import (
    disputes,
    payments,
    refund_parts,
    refunds,
)
from novacart.application.ports.payments import DeclineCount, PaymentLocator
from novacart.domain.payments.dispute import Dispute
from novacart.domain.payments.errors import PaymentNotFound
from novacart.domain.payments.lifecycle import UNSUCCESSFUL
from novacart.domain.payments.payment import Payment
from novacart.domain.payments.refund import Refund
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import OrderId, PaymentId, RefundId, UserId

Rows = dict[object, dict[str, Any]]
RefundRows = dict[object, tuple[dict[str, Any], list[dict[str, Any]]]]

_LOCATOR = select(payments.c.order_id, payments.c.id)


class SqlPayments:
    def __init__(self, connection: Connection, saved: Callable[[AggregateRoot], None]) -> None:
        self._connection = connection
        self._saved = saved
        self._stored: dict[PaymentId, tuple[RefundRows, Rows]] = {}

    def add(self, payment: Payment) -> None:
        row = payment_row(payment) | {"version": payment.version + 1}
        self._connection.execute(insert(payments).values(row))
        self._save_children(payment)

    def save(self, payment: Payment) -> None:
        row = payment_row(payment) | {"version": payment.version + 1}
        statement = update(payments).where(
            payments.c.id == payment.id, payments.c.version == payment.version
        )
        if self._connection.execute(statement.values(row)).rowcount != 1:
            raise ConcurrentChange
        self._save_children(payment)

    def get(self, payment_id: PaymentId) -> Payment:
        payment = self._load(payments.c.id == payment_id)
        if payment is None:
            raise PaymentNotFound
        return payment

    def of_order(self, order_id: OrderId) -> Payment | None:
        return self._load(payments.c.order_id == order_id, payments.c.status != "CANCELLED")

    def locate(
        self, payment_id: PaymentId, *, order_number: str | None = None
    ) -> PaymentLocator | None:
        if order_number is None:
            return self._locate(payments.c.id == payment_id)
        return self._locate(payments.c.id == payment_id, payments.c.order_number == order_number)

    def by_reference(self, reference: str) -> PaymentLocator | None:
        return self._locate(payments.c.reference == reference)

    def locate_refund(self, refund_id: RefundId) -> PaymentLocator | None:
        owner = select(refunds.c.payment_id).where(refunds.c.id == refund_id).scalar_subquery()
        return self._locate(payments.c.id == owner)

    def declines_of(self, user_id: UserId, *, since: datetime) -> DeclineCount:
        row = self._connection.execute(
            select(
                func.coalesce(func.sum(payments.c.declines), 0).label("declines"),
                func.min(payments.c.created_at).label("first_at"),
            ).where(
                payments.c.user_id == user_id,
                payments.c.created_at > since,
                payments.c.declines > 0,
            )
        ).one()
        return DeclineCount(declines=int(row.declines), first_at=row.first_at)

    def requested_by(self, user_id: UserId, *, since: datetime) -> int:
        total = self._connection.scalar(
            select(func.sum(refunds.c.amount_minor)).where(
                refunds.c.requested_by == user_id,
                refunds.c.requested_at >= since,
                refunds.c.status.not_in(UNSUCCESSFUL),
            )
        )
        return int(total or 0)

    def due_for_check(self, at: datetime, *, limit: int) -> Sequence[PaymentLocator]:
        statement = (
            _LOCATOR.where(payments.c.check_at <= at)
            .order_by(payments.c.check_at, payments.c.id)
            .limit(limit)
        )
        return [_to_locator(row) for row in self._connection.execute(statement)]

    def _locate(self, *conditions: ColumnElement[bool]) -> PaymentLocator | None:
        row = self._connection.execute(_LOCATOR.where(*conditions)).one_or_none()
        return None if row is None else _to_locator(row)

    def _load(self, *conditions: ColumnElement[bool]) -> Payment | None:
        row = self._connection.execute(
            select(payments).where(*conditions).with_for_update()
        ).one_or_none()
        if row is None:
            return None
        payment = to_payment(row, self._refunds(row.id), self._disputes(row.id))
        self._remember(payment)
        return payment

    def _refunds(self, payment_id: PaymentId) -> list[Refund]:
        rows = self._connection.execute(
            select(refunds).where(refunds.c.payment_id == payment_id).order_by(refunds.c.id)
        ).all()
        if not rows:
            return []
        items: dict[int, list[Row[Any]]] = {row.id: [] for row in rows}
        for item in self._connection.execute(
            select(refund_parts)
            .where(refund_parts.c.refund_id.in_(items))
            .order_by(refund_parts.c.line_id)
        ):
            items[item.refund_id].append(item)
        return [to_refund(row, items[row.id]) for row in rows]

    def _disputes(self, payment_id: PaymentId) -> list[Dispute]:
        rows = self._connection.execute(
            select(disputes)
            .where(disputes.c.payment_id == payment_id)
            .order_by(disputes.c.opened_at, disputes.c.reference)
        )
        return [to_dispute(row) for row in rows]

    def _save_children(self, payment: Payment) -> None:
        stored_refunds, stored_disputes = self._stored.get(payment.id, ({}, {}))
        for refund in payment.refunds:
            row, items = refund_row(payment, refund), item_rows(refund)
            stored_row, stored_items = stored_refunds.get(refund.id, ({}, []))
            if not stored_row:
                self._connection.execute(insert(refunds).values(row))
            elif stored_row != row:
                self._connection.execute(
                    update(refunds).where(refunds.c.id == refund.id).values(row)
                )
            # A refund without items gets them if it is settled by hand.
            if items and not stored_items:
                self._connection.execute(insert(refund_parts), items)
        for dispute in payment.disputes:
            row = dispute_row(payment, dispute)
            if dispute.reference not in stored_disputes:
                self._connection.execute(insert(disputes).values(row))
            elif stored_disputes[dispute.reference] != row:
                self._connection.execute(
                    update(disputes).where(disputes.c.reference == dispute.reference).values(row)
                )
        payment.version += 1
        self._remember(payment)
        self._saved(payment)

    def _remember(self, payment: Payment) -> None:
        self._stored[payment.id] = (
            {
                refund.id: (refund_row(payment, refund), item_rows(refund))
                for refund in payment.refunds
            },
            {dispute.reference: dispute_row(payment, dispute) for dispute in payment.disputes},
        )


def _to_locator(row: Row[*tuple[Any, ...]]) -> PaymentLocator:
    return PaymentLocator(order_id=row.order_id, payment_id=row.id)
