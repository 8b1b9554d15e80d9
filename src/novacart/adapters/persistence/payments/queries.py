"""Read models of payments."""

from sqlalchemy import select

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.payments.tables import refunds
from novacart.application.payments.queries import RefundSummary
from novacart.domain.payments.lifecycle import RefundStatus
from novacart.domain.shared.ids import RefundId
from novacart.domain.shared.money import Money


class SqlPaymentQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    def refund(self, refund_id: RefundId) -> RefundSummary | None:
        columns = refunds.c
        statement = select(columns.id, columns.amount_minor, columns.currency, columns.status)
        with self._database.reading() as connection:
            row = connection.execute(statement.where(columns.id == refund_id)).one_or_none()
        if row is None:
            return None
        return RefundSummary(
            id=row.id,
            amount=Money(row.amount_minor, row.currency),
            status=RefundStatus(row.status),
        )
