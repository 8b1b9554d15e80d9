"""The recorded changes of orders against the tables that allow them."""

from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from novacart.adapters.persistence.audit.question import Question
from novacart.application.ports.shop_books import Inspection
from novacart.domain.ordering.lifecycle import (
    LINE_LIFECYCLE,
    ORDER_LIFECYCLE,
    PAYMENT_LIFECYCLE,
    LineStatus,
    OrderStatus,
    PaymentMethod,
    PaymentStatus,
)

_CHANGES: Final = text("""
    SELECT o.number, o.payment_method, h.subject, h.line_id, h.from_status, h.to_status,
           CASE h.subject WHEN 'order' THEN o.status WHEN 'payment' THEN o.payment_status
                ELSE l.status END AS status
    FROM order_history h
    JOIN orders o ON o.id = h.order_id
    LEFT JOIN order_lines l ON l.id = h.line_id
    ORDER BY h.order_id, h.subject, h.line_id, h.id
""")

UNPAID_SHIPMENTS: Final = Question(
    sentence="Order {number} was shipped, and was not paid.",
    population="SELECT count(*) FROM orders WHERE shipped_at IS NOT NULL",
    contradictions="""
        SELECT number FROM orders
        WHERE shipped_at IS NOT NULL AND payment_method <> 'COD' AND paid_at IS NULL
    """,
)

_PORTION: Final = 1000


def inspect_lifecycles(connection: Connection, now: datetime) -> Inspection:
    """Each change is an edge, each begins where the last one ended, and the last is now."""
    looked_at = 0
    said: list[str] = []
    rows = connection.execution_options(yield_per=_PORTION).execute(_CHANGES)
    for _, changes in groupby(rows, lambda row: (row.number, row.subject, row.line_id)):
        before = None
        for row in changes:
            looked_at += 1
            if not _allowed(row):
                said.append(f"Order {row.number}: {row.from_status} became {row.to_status}.")
            if before is not None and before.to_status != row.from_status:
                said.append(
                    f"Order {row.number}: {before.to_status} was followed by a change from"
                    f" {row.from_status}."
                )
            before = row
        if before is not None and before.to_status != before.status:
            said.append(
                f"Order {before.number}: its {before.subject} is {before.status}, its history"
                f" ends with {before.to_status}."
            )
    unpaid = UNPAID_SHIPMENTS.ask(connection, now)
    return Inspection(
        looked_at=looked_at + unpaid.looked_at, contradictions=[*said, *unpaid.contradictions]
    )


def _allowed(row: Row[Any]) -> bool:
    if row.subject == "order":
        edges = ORDER_LIFECYCLE[PaymentMethod(row.payment_method)]
        return OrderStatus(row.to_status) in edges[OrderStatus(row.from_status)]
    if row.subject == "payment":
        after = PAYMENT_LIFECYCLE[PaymentStatus(row.from_status)]
        return PaymentStatus(row.to_status) in after
    return LineStatus(row.to_status) in LINE_LIFECYCLE[LineStatus(row.from_status)]
