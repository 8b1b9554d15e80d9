"""Orders, payments and refunds against each other."""

from typing import Final

from novacart.adapters.persistence.audit.audit_check import AuditCheck

ORDER_ARITHMETIC: Final = (
    AuditCheck(
        sentence="Order {number}: its lines sum to {sum}, its total is {total_minor}.",
        population="SELECT count(*) FROM orders",
        contradictions="""
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

CAPTURED_IS_OWED: Final = (
    AuditCheck(
        sentence="Order {number} is paid: its total is {total_minor}, captured is {captured}.",
        population="SELECT count(*) FROM orders WHERE payment_method = 'ONLINE'",
        contradictions="""
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
        sentence="Payment {id} is in {currency}, its order {number} in {other}.",
        population="SELECT count(*) FROM payments",
        contradictions="""
            SELECT p.id, p.currency, o.number, o.currency AS other
            FROM payments p JOIN orders o ON o.id = p.order_id
            WHERE p.currency <> o.currency OR p.order_number <> o.number
            OR p.amount_minor <> o.total_minor
        """,
    ),
)

ONE_CAPTURE: Final = (
    AuditCheck(
        sentence="Order {number} keeps {kept} captures.",
        population="SELECT count(DISTINCT order_id) FROM payments WHERE captured_minor > 0",
        contradictions="""
            SELECT o.number, count(*) AS kept
            FROM payments p JOIN orders o ON o.id = p.order_id
            WHERE p.captured_minor > p.refunded_minor
            GROUP BY o.number HAVING count(*) > 1
        """,
    ),
    AuditCheck(
        # What a bank has taken for a dispute is not the shop's to give back, until it returns.
        sentence="Order {number} is {status}, and {kept} of what was captured is neither back"
        " nor on its way back.",
        population="SELECT count(*) FROM payments WHERE status = 'SUCCEEDED'",
        contradictions="""
            SELECT o.number, o.status,
                   p.captured_minor - coalesce(r.promised, 0) - coalesce(d.held, 0) AS kept
            FROM payments p
            JOIN orders o ON o.id = p.order_id
            LEFT JOIN (
                SELECT payment_id, sum(amount_minor) AS promised FROM refunds
                WHERE status IN ('REQUESTED', 'PENDING', 'SUCCEEDED') GROUP BY payment_id
            ) r ON r.payment_id = p.id
            LEFT JOIN (
                SELECT payment_id, sum(amount_minor) AS held FROM disputes
                WHERE withdrawn AND NOT reinstated GROUP BY payment_id
            ) d ON d.payment_id = p.id
            WHERE p.status = 'SUCCEEDED' AND o.payment_status IN ('PENDING', 'VOIDED')
            AND p.captured_minor > coalesce(r.promised, 0) + coalesce(d.held, 0)
        """,
    ),
)

REFUNDS_WITHIN_CAPTURE: Final = (
    AuditCheck(
        sentence="Payment {id}: {promised} refunded or promised of {captured_minor} captured.",
        population="SELECT count(*) FROM payments",
        contradictions="""
            SELECT p.id, p.captured_minor, r.promised
            FROM payments p
            JOIN (
                SELECT payment_id, sum(amount_minor) AS promised FROM refunds
                WHERE status IN ('REQUESTED', 'PENDING', 'SUCCEEDED') GROUP BY payment_id
            ) r ON r.payment_id = p.id
            WHERE r.promised > p.captured_minor
        """,
    ),
    AuditCheck(
        sentence="Payment {id}: its refunds sum to {given}, on record are {refunded_minor}.",
        population="SELECT count(*) FROM refunds",
        contradictions="""
            SELECT p.id, p.refunded_minor, coalesce(r.given, 0) AS given
            FROM payments p
            LEFT JOIN (
                SELECT payment_id, sum(amount_minor) AS given FROM refunds
                WHERE status IN ('PENDING', 'SUCCEEDED') GROUP BY payment_id
            ) r ON r.payment_id = p.id
            WHERE p.refunded_minor <> coalesce(r.given, 0)
        """,
    ),
    AuditCheck(
        sentence="Order line {id}: {refunded_minor} refunded and {refund_requested_minor}"
        " requested, its refunds sum to {given} and {asked}.",
        population="SELECT count(*) FROM order_lines",
        contradictions="""
            SELECT l.id, l.refunded_minor, l.refund_requested_minor,
                   coalesce(r.given, 0) AS given, coalesce(r.asked, 0) AS asked
            FROM order_lines l
            LEFT JOIN (
                SELECT t.line_id,
                       sum(CASE WHEN f.status = 'SUCCEEDED' THEN t.amount_minor ELSE 0 END)
                           AS given,
                       sum(CASE WHEN f.status IN ('REQUESTED', 'PENDING')
                           THEN t.amount_minor ELSE 0 END) AS asked
                FROM refund_parts t JOIN refunds f ON f.id = t.refund_id
                GROUP BY t.line_id
            ) r ON r.line_id = l.id
            WHERE l.refunded_minor <> coalesce(r.given, 0)
            OR l.refund_requested_minor <> coalesce(r.asked, 0)
        """,
    ),
)

MONEY_CONSERVED: Final = (
    AuditCheck(
        sentence="Refund {id} is of {amount_minor}, its parts sum to {sum}.",
        population="SELECT count(DISTINCT refund_id) FROM refund_parts",
        contradictions="""
            SELECT f.id, f.amount_minor, sum(t.amount_minor) AS sum
            FROM refunds f JOIN refund_parts t ON t.refund_id = f.id
            GROUP BY f.id, f.amount_minor HAVING sum(t.amount_minor) <> f.amount_minor
        """,
    ),
)
