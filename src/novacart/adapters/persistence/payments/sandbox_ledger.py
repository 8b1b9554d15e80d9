"""Ledger of the sandbox provider in its own tables."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, text, update

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.payments.tables import (
    sandbox_disputes as disputes,
)
from novacart.adapters.persistence.payments.tables import (
    sandbox_payments as payments,
)
from novacart.adapters.persistence.payments.tables import (
    sandbox_refunds as refunds,
)
from novacart.application.ports.sandbox_ledger import (
    SandboxDispute,
    SandboxPayment,
    SandboxRefund,
)
from novacart.domain.payments.lifecycle import DisputeStatus, PaymentStatus
from novacart.domain.shared.money import Money

_EXCLUSIVE = text("SELECT pg_advisory_xact_lock(:lock)")
_LOCK = 0x5A4D_B0C5


class SqlSandboxLedger:
    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def begin(self) -> Iterator["_SqlLedgerSession"]:
        with self._database.writing() as connection:
            if connection.dialect.name == "postgresql":
                # SQLite has one writer anyway.
                connection.execute(_EXCLUSIVE, {"lock": _LOCK})
            yield _SqlLedgerSession(connection)
            connection.commit()


class _SqlLedgerSession:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def payment(self, reference: str) -> SandboxPayment | None:
        return self._payment(payments.c.reference == reference)

    def payment_by_key(self, key: str) -> SandboxPayment | None:
        return self._payment(payments.c.key == key)

    def add_payment(self, payment: SandboxPayment) -> None:
        self._connection.execute(insert(payments).values(_payment_row(payment)))

    def save_payment(self, payment: SandboxPayment) -> None:
        self._connection.execute(
            update(payments)
            .where(payments.c.reference == payment.reference)
            .values(_payment_row(payment))
        )

    def refund_by_key(self, key: str) -> SandboxRefund | None:
        matching = self._refunds(refunds.c.key == key)
        return matching[0] if matching else None

    def refunds_of(self, payment: str) -> Sequence[SandboxRefund]:
        return self._refunds(refunds.c.payment == payment)

    def add_refund(self, refund: SandboxRefund) -> None:
        self._connection.execute(
            insert(refunds).values(
                reference=refund.reference,
                payment=refund.payment,
                key=refund.key,
                refund_id=refund.refund_id,
                amount_minor=refund.amount.amount,
                made_at=refund.made_at,
            )
        )

    def payments_since(self, since: datetime) -> Sequence[SandboxPayment]:
        statement = (
            select(payments)
            .where(payments.c.opened_at >= since)
            .order_by(payments.c.opened_at.desc(), payments.c.reference)
        )
        return [_to_payment(row) for row in self._connection.execute(statement)]

    def refunds_since(self, since: datetime) -> Sequence[SandboxRefund]:
        return self._refunds(refunds.c.made_at >= since)

    def disputes_of(self, payment: str) -> Sequence[SandboxDispute]:
        return self._disputes(disputes.c.payment == payment)

    def disputes_since(self, since: datetime) -> Sequence[SandboxDispute]:
        return self._disputes(disputes.c.opened_at >= since)

    def add_dispute(self, dispute: SandboxDispute) -> None:
        self._connection.execute(insert(disputes).values(_dispute_row(dispute)))

    def save_dispute(self, dispute: SandboxDispute) -> None:
        self._connection.execute(
            update(disputes)
            .where(disputes.c.reference == dispute.reference)
            .values(_dispute_row(dispute))
        )

    def _disputes(self, condition: ColumnElement[bool]) -> list[SandboxDispute]:
        statement = (
            select(disputes, payments.c.currency)
            .join_from(disputes, payments, payments.c.reference == disputes.c.payment)
            .where(condition)
            .order_by(disputes.c.opened_at, disputes.c.reference)
        )
        return [
            SandboxDispute(
                reference=row.reference,
                payment=row.payment,
                amount=Money(row.amount_minor, row.currency),
                status=DisputeStatus(row.status),
                due_by=row.due_by,
                opened_at=row.opened_at,
            )
            for row in self._connection.execute(statement)
        ]

    def _payment(self, condition: ColumnElement[bool]) -> SandboxPayment | None:
        row = self._connection.execute(
            select(payments).where(condition).with_for_update()
        ).one_or_none()
        return None if row is None else _to_payment(row)

    def _refunds(self, condition: ColumnElement[bool]) -> list[SandboxRefund]:
        statement = (
            select(refunds, payments.c.currency)
            .join_from(refunds, payments, payments.c.reference == refunds.c.payment)
            .where(condition)
            .order_by(refunds.c.made_at, refunds.c.reference)
        )
        return [
            SandboxRefund(
                reference=row.reference,
                payment=row.payment,
                key=row.key,
                refund_id=row.refund_id,
                amount=Money(row.amount_minor, row.currency),
                made_at=row.made_at,
            )
            for row in self._connection.execute(statement)
        ]


def _dispute_row(dispute: SandboxDispute) -> dict[str, Any]:
    return {
        "reference": dispute.reference,
        "payment": dispute.payment,
        "amount_minor": dispute.amount.amount,
        "status": dispute.status.value,
        "due_by": dispute.due_by,
        "opened_at": dispute.opened_at,
    }


def _payment_row(payment: SandboxPayment) -> dict[str, Any]:
    return {
        "reference": payment.reference,
        "key": payment.key,
        "payment_id": payment.payment_id,
        "order_number": payment.order_number,
        "amount_minor": payment.amount.amount,
        "captured_minor": payment.captured.amount,
        "currency": payment.amount.currency,
        "status": payment.status.value,
        "opened_at": payment.opened_at,
    }


def _to_payment(row: Row[Any]) -> SandboxPayment:
    return SandboxPayment(
        reference=row.reference,
        key=row.key,
        payment_id=row.payment_id,
        order_number=row.order_number,
        amount=Money(row.amount_minor, row.currency),
        captured=Money(row.captured_minor, row.currency),
        status=PaymentStatus(row.status),
        opened_at=row.opened_at,
    )
