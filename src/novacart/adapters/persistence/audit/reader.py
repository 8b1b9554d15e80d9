"""Audit reader on the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, text

from novacart.adapters.persistence.audit import catalog, lifecycles, money, operations, stock
from novacart.adapters.persistence.audit.audit_check import AuditCheck, run_all
from novacart.adapters.persistence.audit.constraints import check_constraints
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.metadata import UtcDateTime
from novacart.application.audit.invariants import (
    ATTRIBUTES,
    CAPTURED_AMOUNTS,
    CATALOG_COUNTS,
    CATEGORY_TREE,
    CONSTRAINTS,
    IDEMPOTENCY_KEYS,
    LIFECYCLES,
    ONE_CAPTURE,
    ORDER_LINKS,
    ORDER_TOTALS,
    OUTBOX_MESSAGES,
    PICTURES,
    PRICE_HISTORY,
    PROVIDER_BALANCE,
    REFUNDS_WITHIN_CAPTURE,
    RESERVATIONS,
    SESSIONS,
    STOCK_LEDGER,
    TAGS,
    WEBHOOK_EVENTS,
)
from novacart.application.ports.audit_reader import CheckResult, RecordedBalance, RecordedPayment
from novacart.domain.shared.ids import OrderId
from novacart.domain.shared.money import Money

_CHECKS: Final[Mapping[int, Sequence[AuditCheck]]] = {
    ORDER_TOTALS.number: money.ORDER_TOTALS,
    CAPTURED_AMOUNTS.number: money.CAPTURED_AMOUNTS,
    ONE_CAPTURE.number: money.ONE_CAPTURE,
    REFUNDS_WITHIN_CAPTURE.number: money.REFUNDS_WITHIN_CAPTURE,
    PROVIDER_BALANCE.number: money.PROVIDER_BALANCE,
    STOCK_LEDGER.number: stock.STOCK_LEDGER,
    RESERVATIONS.number: stock.RESERVATIONS,
    LIFECYCLES.number: lifecycles.LIFECYCLES,
    WEBHOOK_EVENTS.number: operations.WEBHOOK_EVENTS,
    IDEMPOTENCY_KEYS.number: operations.IDEMPOTENCY_KEYS,
    SESSIONS.number: operations.SESSIONS,
    CATALOG_COUNTS.number: catalog.CATALOG_COUNTS,
    PRICE_HISTORY.number: catalog.PRICE_HISTORY,
    PICTURES.number: catalog.PICTURES,
    CATEGORY_TREE.number: catalog.CATEGORY_TREE,
    ORDER_LINKS.number: operations.ORDER_LINKS,
    ATTRIBUTES.number: catalog.ATTRIBUTES,
}

# For sums by order and by product. With PostgreSQL's default of 4 MB they are sorted on the disk.
_SET_MEMORY: Final = "SET LOCAL work_mem = '64MB'"
# Orders are paid or expire within a day, and `ReconcilePayments` asks the provider about each open
# payment at `check_at`.
_IS_UNDER_WAY: Final = (
    "status NOT IN ('SUCCEEDED', 'CANCELLED') AND created_at >= :recent AND check_at >= :due"
)
_RECENT: Final = timedelta(days=1)
_OVERDUE: Final = timedelta(minutes=10)

_PAYMENTS: Final = (
    text(f"""
    SELECT reference, order_number, captured_minor, currency, created_at,
           CASE WHEN {_IS_UNDER_WAY} THEN 1 ELSE 0 END AS is_under_way
    FROM payments WHERE reference IS NOT NULL AND created_at >= :since ORDER BY id
""")  # noqa: S608 (constants)
    .bindparams(*(bindparam(name, type_=UtcDateTime) for name in ("since", "recent", "due")))
    .columns(created_at=UtcDateTime)
)

_NEWEST_PAYMENTS: Final = text("""
    SELECT created_at FROM payments ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET :count
""").columns(created_at=UtcDateTime)

_BALANCES: Final = text(f"""
    SELECT p.currency, p.captured, p.capturable, p.refunded,
           coalesce(r.requested, 0) AS requested, coalesce(r.pending, 0) AS pending
    FROM (
        SELECT currency, sum(captured_minor) AS captured, sum(refunded_minor) AS refunded,
               sum(CASE WHEN {_IS_UNDER_WAY} THEN amount_minor ELSE 0 END) AS capturable
        FROM payments GROUP BY currency
    ) p
    LEFT JOIN (
        SELECT currency,
               sum(CASE WHEN status = 'REQUESTED' THEN amount_minor ELSE 0 END) AS requested,
               sum(CASE WHEN status = 'PENDING' THEN amount_minor ELSE 0 END) AS pending
        FROM refunds WHERE status IN ('REQUESTED', 'PENDING') GROUP BY currency
    ) r ON r.currency = p.currency
""").bindparams(  # noqa: S608 (constants)
    *(bindparam(name, type_=UtcDateTime) for name in ("recent", "due"))
)


class SqlAuditReader:
    """Each check reads one snapshot, so that concurrent changes are no violations."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def check(self, number: int, *, now: datetime) -> CheckResult:
        with self._database.snapshot() as connection:
            if self._database.dialect == "postgresql":
                connection.exec_driver_sql(_SET_MEMORY)
            return self._check(connection, number, now)

    def _check(self, connection: Connection, number: int, now: datetime) -> CheckResult:
        if number == CONSTRAINTS.number:
            return check_constraints(connection)
        if number == OUTBOX_MESSAGES.number:
            return run_all(operations.outbox_messages(self._database.dialect), connection, now)
        if number == TAGS.number:
            return run_all(catalog.tags(self._database.dialect), connection, now)
        return run_all(_CHECKS[number], connection, now)

    def excess_reservations(self) -> Sequence[OrderId]:
        with self._database.snapshot() as connection:
            if self._database.dialect == "postgresql":
                connection.exec_driver_sql(_SET_MEMORY)
            return [OrderId(id_) for id_ in connection.scalars(text(stock.EXCESS_RESERVATIONS))]

    def newest_payments_since(self, count: int) -> datetime | None:
        with self._database.snapshot() as connection:
            time: datetime | None = connection.execute(
                _NEWEST_PAYMENTS, {"count": count}
            ).scalar_one_or_none()
            return time

    def payments(self, *, since: datetime, now: datetime) -> Sequence[RecordedPayment]:
        with self._database.snapshot() as connection:
            return [
                RecordedPayment(
                    reference=row.reference,
                    order_number=row.order_number,
                    captured=Money(row.captured_minor, row.currency),
                    created_at=row.created_at,
                    is_under_way=bool(row.is_under_way),
                )
                for row in connection.execute(_PAYMENTS, {"since": since, **_times(now)})
            ]

    def balances(self, *, now: datetime) -> Mapping[str, RecordedBalance]:
        with self._database.snapshot() as connection:
            return {
                row.currency: RecordedBalance(
                    captured=int(row.captured),
                    capturable=int(row.capturable),
                    refunded=int(row.refunded),
                    requested=int(row.requested),
                    pending=int(row.pending),
                )
                for row in connection.execute(_BALANCES, _times(now))
            }


def _times(now: datetime) -> dict[str, datetime]:
    return {"recent": now - _RECENT, "due": now - _OVERDUE}
