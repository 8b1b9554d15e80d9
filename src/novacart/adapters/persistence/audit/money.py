"""Checks of orders, payments and refunds."""

from typing import Final

from novacart.adapters.persistence.audit.audit_check import AuditCheck

ORDER_TOTALS: Final = (
    AuditCheck(
        message="Order {number}: lines sum to {sum}, total is {total_minor}.",
        population="SELECT count(*) FROM orders",
        violations="""
            SELECT o.number, o.total_minor, coalesce(l.sum, 0) AS sum
            FROM orders o
            LEFT JOIN (
                SELECT order_id, sum(unit_price_minor * quantity) AS sum
                FROM order_lines GROUP BY order_id
            ) l ON l.order_id = o.id
            WHERE o.total_minor <> coalesce(l.sum, -1)
        """,
    ),
)

CAPTURED_AMOUNTS: Final = (
    AuditCheck(
        message="Paid order {number}: total is {total_minor}, captured {captured}.",
        population="SELECT count(*) FROM orders WHERE payment_method = 'ONLINE'",
        violations="""
            SELECT o.number, o.total_minor, coalesce(p.captured, 0) AS captured
            FROM orders o
            LEFT JOIN (
                SELECT order_id, sum(captured_minor) AS captured
                FROM payments WHERE refunded_minor < captured_minor OR status = 'SUCCEEDED'
                GROUP BY order_id
            ) p ON p.order_id = o.id
            WHERE o.payment_method = 'ONLINE'
            AND o.payment_status IN ('PAID', 'PARTIALLY_REFUNDED', 'REFUNDED')
            AND o.total_minor <> coalesce(p.captured, 0)
        """,
    ),
    AuditCheck(
        message="Payment {id} ({amount_minor} {currency}) differs from order {number}"
        " ({total_minor} {order_currency}).",
        population="SELECT count(*) FROM payments",
        violations="""
            SELECT p.id, p.amount_minor, p.currency, o.number, o.total_minor,
                   o.currency AS order_currency
            FROM payments p JOIN orders o ON o.id = p.order_id
            WHERE p.currency <> o.currency OR p.order_number <> o.number
            OR p.amount_minor <> o.total_minor
        """,
    ),
)

ONE_CAPTURE: Final = (
    AuditCheck(
        message="Order {number} has {count} captures that are not fully refunded.",
        population="SELECT count(DISTINCT order_id) FROM payments WHERE captured_minor > 0",
        violations="""
            SELECT o.number, count(*) AS count
            FROM payments p JOIN orders o ON o.id = p.order_id
            WHERE p.captured_minor > p.refunded_minor
            GROUP BY o.number HAVING count(*) > 1
        """,
    ),
    AuditCheck(
        # Money withdrawn for a dispute can't be refunded until the dispute is won.
        message="Order {number} is {status}, but {kept} of its captured amount has no refund.",
        population="SELECT count(*) FROM payments WHERE status = 'SUCCEEDED'",
        violations="""
            SELECT o.number, o.status,
                   p.captured_minor - coalesce(r.refunded, 0) - coalesce(d.held, 0) AS kept
            FROM payments p
            JOIN orders o ON o.id = p.order_id
            LEFT JOIN (
                SELECT payment_id, sum(amount_minor) AS refunded FROM refunds
                WHERE status IN ('REQUESTED', 'PENDING', 'SUCCEEDED')
                OR resolution = 'SETTLED_BY_HAND'
                GROUP BY payment_id
            ) r ON r.payment_id = p.id
            LEFT JOIN (
                SELECT payment_id, sum(amount_minor) AS held FROM disputes
                WHERE withdrawn AND NOT reinstated GROUP BY payment_id
            ) d ON d.payment_id = p.id
            WHERE p.status = 'SUCCEEDED' AND o.paid_at IS NULL
            AND p.captured_minor > coalesce(r.refunded, 0) + coalesce(d.held, 0)
        """,
    ),
)

REFUNDS_WITHIN_CAPTURE: Final = (
    AuditCheck(
        message="Payment {id}: refunds of {refunded} exceed {captured_minor} captured.",
        population="SELECT count(*) FROM payments",
        violations="""
            SELECT p.id, p.captured_minor, r.refunded
            FROM payments p
            JOIN (
                SELECT payment_id, sum(amount_minor) AS refunded FROM refunds
                WHERE status IN ('REQUESTED', 'PENDING', 'SUCCEEDED') GROUP BY payment_id
            ) r ON r.payment_id = p.id
            WHERE r.refunded > p.captured_minor
        """,
    ),
    AuditCheck(
        message="Payment {id}: refunds sum to {refunded}, refunded amount is {refunded_minor}.",
        population="SELECT count(*) FROM refunds",
        violations="""
            SELECT p.id, p.refunded_minor, coalesce(r.refunded, 0) AS refunded
            FROM payments p
            LEFT JOIN (
                SELECT payment_id, sum(amount_minor) AS refunded FROM refunds
                WHERE status IN ('PENDING', 'SUCCEEDED') GROUP BY payment_id
            ) r ON r.payment_id = p.id
            WHERE p.refunded_minor <> coalesce(r.refunded, 0)
        """,
    ),
    AuditCheck(
        message="Order line {id}: {refunded_minor} refunded and {refund_requested_minor}"
        " requested, refunds sum to {refunded} and {requested}.",
        population="SELECT count(*) FROM order_lines",
        violations="""
            SELECT l.id, l.refunded_minor, l.refund_requested_minor,
                   coalesce(r.refunded, 0) AS refunded, coalesce(r.requested, 0) AS requested
            FROM order_lines l
            LEFT JOIN (
                SELECT t.line_id,
                       sum(CASE WHEN f.status = 'SUCCEEDED'
                                OR f.resolution = 'SETTLED_BY_HAND'
                           THEN t.amount_minor ELSE 0 END) AS refunded,
                       sum(CASE WHEN f.status IN ('REQUESTED', 'PENDING')
                           THEN t.amount_minor ELSE 0 END) AS requested
                FROM refund_parts t JOIN refunds f ON f.id = t.refund_id
                GROUP BY t.line_id
            ) r ON r.line_id = l.id
            WHERE l.refunded_minor <> coalesce(r.refunded, 0)
            OR l.refund_requested_minor <> coalesce(r.requested, 0)
        """,
    ),
    AuditCheck(
        message="Order {number} was not paid: {late_refunded_minor} of a late payment refunded,"
        " refunds sum to {refunded}.",
        population="SELECT count(*) FROM orders WHERE paid_at IS NULL",
        violations="""
            SELECT o.number, o.late_refunded_minor, coalesce(r.refunded, 0) AS refunded
            FROM orders o
            LEFT JOIN (
                SELECT p.order_id, sum(f.amount_minor) AS refunded
                FROM refunds f JOIN payments p ON p.id = f.payment_id
                WHERE f.status = 'SUCCEEDED' OR f.resolution = 'SETTLED_BY_HAND'
                GROUP BY p.order_id
            ) r ON r.order_id = o.id
            WHERE o.paid_at IS NULL AND o.late_refunded_minor <> coalesce(r.refunded, 0)
            OR o.paid_at IS NOT NULL AND o.late_refunded_minor <> 0
        """,
    ),
)

PROVIDER_BALANCE: Final = (
    AuditCheck(
        message="Refund {id}: amount is {amount_minor}, items sum to {sum}.",
        population="SELECT count(DISTINCT refund_id) FROM refund_parts",
        violations="""
            SELECT f.id, f.amount_minor, sum(t.amount_minor) AS sum
            FROM refunds f JOIN refund_parts t ON t.refund_id = f.id
            GROUP BY f.id, f.amount_minor HAVING sum(t.amount_minor) <> f.amount_minor
        """,
    ),
)
