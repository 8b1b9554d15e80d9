"""The shop's books in the database."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

from novacart.adapters.persistence.audit import lifecycles, money, operations, stock
from novacart.adapters.persistence.audit.audit_check import AuditCheck, ask_all
from novacart.adapters.persistence.audit.constraints import inspect_guards
from novacart.adapters.persistence.database import Database
from novacart.application.audit.invariants import (
    CAPTURED_IS_OWED,
    EVENTS_HANDLED,
    GUARDS_STAND,
    KEYS_RELEASED,
    LIFECYCLE,
    MESSAGES_SENT,
    MONEY_CONSERVED,
    ONE_CAPTURE,
    ORDER_ARITHMETIC,
    REFUNDS_WITHIN_CAPTURE,
    RESERVED_ONCE,
    SESSIONS_ENDED,
    STOCK_LEDGER,
)
from novacart.application.ports.audit_reader import CheckResult, RecordedPayment
from novacart.domain.shared.money import Money

_QUESTIONS: Final[Mapping[int, Sequence[AuditCheck]]] = {
    ORDER_ARITHMETIC.number: money.ORDER_ARITHMETIC,
    CAPTURED_IS_OWED.number: money.CAPTURED_IS_OWED,
    ONE_CAPTURE.number: money.ONE_CAPTURE,
    REFUNDS_WITHIN_CAPTURE.number: money.REFUNDS_WITHIN_CAPTURE,
    MONEY_CONSERVED.number: money.MONEY_CONSERVED,
    STOCK_LEDGER.number: stock.STOCK_LEDGER,
    RESERVED_ONCE.number: stock.RESERVED_ONCE,
    LIFECYCLE.number: lifecycles.LIFECYCLE,
    EVENTS_HANDLED.number: operations.EVENTS_HANDLED,
    KEYS_RELEASED.number: operations.KEYS_RELEASED,
    SESSIONS_ENDED.number: operations.SESSIONS_ENDED,
}

_PAYMENTS: Final = text("""
    SELECT reference, order_number, captured_minor, currency
    FROM payments WHERE reference IS NOT NULL ORDER BY id
""")

_NET: Final = text("""
    SELECT currency, sum(captured_minor - refunded_minor) AS net FROM payments GROUP BY currency
""")


class SqlAuditReader:
    """Asks in one moment's view of the database, so that a busy shop does not seem broken."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def inspect(self, number: int, *, now: datetime) -> CheckResult:
        with self._database.snapshot() as connection:
            return self._inspect(connection, number, now)

    def _inspect(self, connection: Connection, number: int, now: datetime) -> CheckResult:
        if number == GUARDS_STAND.number:
            return inspect_guards(connection)
        if number == MESSAGES_SENT.number:
            return ask_all(operations.messages_sent(self._database.dialect), connection, now)
        return ask_all(_QUESTIONS[number], connection, now)

    def payments(self) -> Iterator[RecordedPayment]:
        with self._database.snapshot() as connection:
            for row in connection.execute(_PAYMENTS):
                yield RecordedPayment(
                    reference=row.reference,
                    order_number=row.order_number,
                    captured=Money(row.captured_minor, row.currency),
                )

    def net_captured(self) -> Mapping[str, int]:
        with self._database.snapshot() as connection:
            return {row.currency: int(row.net) for row in connection.execute(_NET)}
