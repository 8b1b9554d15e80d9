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

# All faults are found in one pass, because sorting the history of 10,000,000 orders takes minutes.
_CHANGES: Final = """
    SELECT order_id, line_id, subject, from_status, to_status,
           lag(to_status) OVER each AS previous, lead(to_status) OVER each AS next
    FROM order_history
    WINDOW each AS (PARTITION BY order_id, line_id, subject ORDER BY id)
"""
_CHECKED_CHANGES: Final = f"""
    SELECT o.number, h.subject, h.previous, h.from_status, h.to_status,
           h.subject || '/' || CASE h.subject WHEN 'order' THEN o.payment_method ELSE '' END
               || '/' || h.from_status || '/' || h.to_status IN ({_ALLOWED}) AS is_allowed,
           CASE WHEN h.next IS NOT NULL THEN h.to_status
                WHEN h.subject = 'order' THEN o.status
                WHEN h.subject = 'payment' THEN o.payment_status
                ELSE l.status END AS status
    FROM ({_CHANGES}) h
    JOIN orders o ON o.id = h.order_id
    LEFT JOIN order_lines l
        ON l.order_id = h.order_id AND l.id = h.line_id AND h.next IS NULL
"""  # noqa: S608 (constants of the domain)

LIFECYCLES: Final = (
    AuditCheck(
        message="Order {number}: {fault}.",
        population="SELECT count(*) FROM order_history",
        violations=f"""
            SELECT number, CASE
                WHEN NOT is_allowed
                    THEN 'no transition from ' || from_status || ' to ' || to_status || ' exists'
                WHEN previous <> from_status
                    THEN 'a change to ' || previous || ' is followed by one from ' || from_status
                ELSE subject || ' status is ' || status || ', history ends with ' || to_status
                END AS fault
            FROM ({_CHECKED_CHANGES}) c
            WHERE NOT is_allowed OR previous <> from_status OR status <> to_status
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
