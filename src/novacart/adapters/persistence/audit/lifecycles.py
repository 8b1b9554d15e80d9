"""The recorded changes of orders against the tables that allow them."""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Final, TypeVar

from novacart.adapters.persistence.audit.audit_check import AuditCheck
from novacart.domain.ordering.history import ChangeSubject
from novacart.domain.ordering.lifecycle import (
    LINE_LIFECYCLE,
    ORDER_LIFECYCLE,
    PAYMENT_LIFECYCLE,
)

Status = TypeVar("Status", bound=StrEnum)


def _edges() -> Iterator[str]:
    """Every change that may happen: its subject, the order's method where it counts, its ends."""
    for method, lifecycle in ORDER_LIFECYCLE.items():
        yield from _within(f"{ChangeSubject.ORDER}/{method}", lifecycle)
    yield from _within(f"{ChangeSubject.PAYMENT}/", PAYMENT_LIFECYCLE)
    yield from _within(f"{ChangeSubject.LINE}/", LINE_LIFECYCLE)


def _within(whose: str, lifecycle: Mapping[Status, Iterable[Status]]) -> Iterator[str]:
    for before, afters in lifecycle.items():
        yield from (f"{whose}/{before}/{after}" for after in afters)


_ALLOWED: Final = ", ".join(f"'{edge}'" for edge in sorted(_edges()))

# Each change with the one before it and the one after it of the same subject.
_CHAINED: Final = """
    SELECT order_id, line_id, subject, from_status, to_status,
           lag(to_status) OVER each AS earlier, lead(to_status) OVER each AS later
    FROM order_history
    WINDOW each AS (PARTITION BY order_id, subject, line_id ORDER BY id)
"""

_POPULATION: Final = "SELECT count(*) FROM order_history"

LIFECYCLE: Final = (
    AuditCheck(
        sentence="Order {number}: {from_status} became {to_status}.",
        population=_POPULATION,
        contradictions=f"""
            SELECT o.number, h.from_status, h.to_status
            FROM order_history h JOIN orders o ON o.id = h.order_id
            WHERE h.subject || '/' || CASE h.subject WHEN 'order' THEN o.payment_method ELSE '' END
                  || '/' || h.from_status || '/' || h.to_status NOT IN ({_ALLOWED})
        """,  # noqa: S608 (words of the domain's own)
    ),
    AuditCheck(
        sentence="Order {number}: {earlier} was followed by a change from {from_status}.",
        population=_POPULATION,
        contradictions=f"""
            SELECT o.number, h.earlier, h.from_status
            FROM ({_CHAINED}) h JOIN orders o ON o.id = h.order_id
            WHERE h.earlier <> h.from_status
        """,  # noqa: S608 (a constant of this module)
    ),
    AuditCheck(
        sentence="Order {number}: its {subject} is {status}, its history ends with {to_status}.",
        population=_POPULATION,
        contradictions=f"""
            SELECT number, subject, status, to_status
            FROM (
                SELECT o.number, h.subject, h.to_status,
                       CASE h.subject WHEN 'order' THEN o.status
                           WHEN 'payment' THEN o.payment_status ELSE l.status END AS status
                FROM ({_CHAINED}) h
                JOIN orders o ON o.id = h.order_id
                LEFT JOIN order_lines l ON l.id = h.line_id
                WHERE h.later IS NULL
            ) ends
            WHERE status <> to_status
        """,  # noqa: S608 (a constant of this module)
    ),
    AuditCheck(
        sentence="Order {number} was shipped, and was not paid.",
        population="SELECT count(*) FROM orders WHERE shipped_at IS NOT NULL",
        contradictions="""
            SELECT number FROM orders
            WHERE shipped_at IS NOT NULL AND payment_method <> 'COD' AND paid_at IS NULL
        """,
    ),
)
"""Each change is an edge, each begins where the last one ended, and the last is now."""
