"""Checks of order histories against the lifecycles."""

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


def _transitions() -> Iterator[str]:
    """Yield all allowed transitions, as `subject/payment method/before/after`."""
    for method, lifecycle in ORDER_LIFECYCLE.items():
        yield from _transitions_of(f"{ChangeSubject.ORDER}/{method}", lifecycle)
    yield from _transitions_of(f"{ChangeSubject.PAYMENT}/", PAYMENT_LIFECYCLE)
    yield from _transitions_of(f"{ChangeSubject.LINE}/", LINE_LIFECYCLE)


def _transitions_of(prefix: str, lifecycle: Mapping[Status, Iterable[Status]]) -> Iterator[str]:
    for before, afters in lifecycle.items():
        yield from (f"{prefix}/{before}/{after}" for after in afters)


_ALLOWED: Final = ", ".join(f"'{transition}'" for transition in sorted(_transitions()))

# Each change with the previous and the next one of the same subject.
_CHANGES: Final = """
    SELECT order_id, line_id, subject, from_status, to_status,
           lag(to_status) OVER each AS previous, lead(to_status) OVER each AS next
    FROM order_history
    WINDOW each AS (PARTITION BY order_id, subject, line_id ORDER BY id)
"""

_POPULATION: Final = "SELECT count(*) FROM order_history"

LIFECYCLES: Final = (
    AuditCheck(
        message="Order {number}: no transition from {from_status} to {to_status} exists.",
        population=_POPULATION,
        violations=f"""
            SELECT o.number, h.from_status, h.to_status
            FROM order_history h JOIN orders o ON o.id = h.order_id
            WHERE h.subject || '/' || CASE h.subject WHEN 'order' THEN o.payment_method ELSE '' END
                  || '/' || h.from_status || '/' || h.to_status NOT IN ({_ALLOWED})
        """,  # noqa: S608 (constants of the domain)
    ),
    AuditCheck(
        message="Order {number}: a change to {previous} is followed by one from {from_status}.",
        population=_POPULATION,
        violations=f"""
            SELECT o.number, h.previous, h.from_status
            FROM ({_CHANGES}) h JOIN orders o ON o.id = h.order_id
            WHERE h.previous <> h.from_status
        """,  # noqa: S608 (constant of this module)
    ),
    AuditCheck(
        message="Order {number}: {subject} status is {status}, history ends with {to_status}.",
        population=_POPULATION,
        violations=f"""
            SELECT number, subject, status, to_status
            FROM (
                SELECT o.number, h.subject, h.to_status,
                       CASE h.subject WHEN 'order' THEN o.status
                           WHEN 'payment' THEN o.payment_status ELSE l.status END AS status
                FROM ({_CHANGES}) h
                JOIN orders o ON o.id = h.order_id
                LEFT JOIN order_lines l ON l.id = h.line_id
                WHERE h.next IS NULL
            ) ends
            WHERE status <> to_status
        """,  # noqa: S608 (constant of this module)
    ),
    AuditCheck(
        message="Order {number} was shipped without payment.",
        population="SELECT count(*) FROM orders WHERE shipped_at IS NOT NULL",
        violations="""
            SELECT number FROM orders
            WHERE shipped_at IS NOT NULL AND payment_method <> 'COD' AND paid_at IS NULL
        """,
    ),
    AuditCheck(
        message="Order {number} was cancelled after it was shipped, but not returned.",
        population="SELECT count(*) FROM orders WHERE shipped_at IS NOT NULL",
        violations="""
            SELECT number FROM orders
            WHERE shipped_at IS NOT NULL AND status = 'CANCELLED' AND returned_at IS NULL
            OR returned_at IS NOT NULL
               AND (shipped_at IS NULL OR status <> 'CANCELLED' OR payment_method <> 'COD')
        """,
    ),
)
