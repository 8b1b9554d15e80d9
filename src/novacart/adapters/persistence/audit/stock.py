"""Checks of stock levels against the stock ledger, and of the ledger against orders."""

from datetime import timedelta
from typing import Final

from novacart.adapters.persistence.audit.audit_check import AuditCheck

STOCK_LEDGER: Final = (
    AuditCheck(
        message="Variant {variant_id}: {on_hand} on hand and {reserved} reserved,"
        " movements sum to {moved_on_hand} and {moved_reserved}.",
        population="SELECT count(*) FROM stock_levels",
        violations="""
            SELECT s.variant_id, s.on_hand, s.reserved,
                   coalesce(m.on_hand, 0) AS moved_on_hand,
                   coalesce(m.reserved, 0) AS moved_reserved
            FROM stock_levels s
            LEFT JOIN (
                SELECT variant_id, sum(on_hand_delta) AS on_hand,
                       sum(reserved_delta) AS reserved
                FROM stock_movements GROUP BY variant_id
            ) m ON m.variant_id = s.variant_id
            WHERE s.on_hand <> coalesce(m.on_hand, 0) OR s.reserved <> coalesce(m.reserved, 0)
        """,
    ),
    AuditCheck(
        message="Variant {variant_id}: {on_hand} on hand, {reserved} reserved.",
        population="SELECT count(*) FROM stock_levels",
        violations="""
            SELECT variant_id, on_hand, reserved FROM stock_levels
            WHERE reserved < 0 OR on_hand < reserved
        """,
    ),
    AuditCheck(
        message="Variant {id} has no stock level.",
        population="SELECT count(*) FROM variants",
        violations="""
            SELECT v.id FROM variants v
            LEFT JOIN stock_levels s ON s.variant_id = v.id WHERE s.variant_id IS NULL
        """,
    ),
    AuditCheck(
        message="Product {id}: its price and SKU are not those of its default variant, or that"
        " variant is archived or another product's.",
        population="SELECT count(*) FROM products",
        violations="""
            SELECT p.id FROM products p
            LEFT JOIN variants v ON v.id = coalesce(p.default_variant_id, p.id)
                AND v.product_id = p.id AND v.archived_at IS NULL
            WHERE v.id IS NULL OR v.price_minor <> p.price_minor OR v.currency <> p.currency
            OR coalesce(v.sku, '') <> coalesce(p.sku, '')
        """,
    ),
    AuditCheck(
        message="Variant {id} has values of {chosen} options, its product has {options} options.",
        population="SELECT count(*) FROM variants",
        violations="""
            SELECT v.id, v.options, v.chosen FROM (
                SELECT v.id,
                       (SELECT count(*) FROM product_options o
                        WHERE o.product_id = v.product_id) AS options,
                       (SELECT count(DISTINCT o.id) FROM product_options o
                        JOIN option_values e ON e.option_id = o.id
                        WHERE o.product_id = v.product_id
                        AND ',' || v.combination || ',' LIKE '%,' || e.id || ',%') AS chosen,
                       CASE WHEN v.combination = '' THEN 0
                            ELSE length(v.combination)
                                 - length(replace(v.combination, ',', '')) + 1 END AS parts
                FROM variants v
                WHERE v.combination <> ''
                OR EXISTS (SELECT 1 FROM product_options o WHERE o.product_id = v.product_id)
            ) v WHERE v.chosen <> v.options OR v.parts <> v.options
        """,
    ),
)

# Each line with its movements, which are summed once, because that takes minutes with 10,000,000
# orders. `expected` units are reserved: none after shipping, cancelling or a full refund, else
# those not refunded.
_LINES: Final = """
    SELECT o.id AS order_id, o.number, l.variant_id, l.quantity, l.shipped_quantity,
           l.returned_quantity,
           CASE WHEN o.shipped_at IS NOT NULL OR o.status IN ('CANCELLED', 'REFUNDED')
                     OR l.status = 'CANCELLED' THEN 0
                ELSE l.quantity - l.refunded_quantity END AS expected,
           coalesce(m.reserved, 0) AS reserved, m.ordered, coalesce(m.sold, 0) AS sold,
           coalesce(m.taken_back, 0) AS taken_back
    FROM order_lines l
    JOIN orders o ON o.id = l.order_id
    LEFT JOIN (
        SELECT order_id, variant_id, sum(reserved_delta) AS reserved,
               sum(CASE kind WHEN 'reserve' THEN reserved_delta END) AS ordered,
               sum(CASE kind WHEN 'sell' THEN -on_hand_delta ELSE 0 END) AS sold,
               sum(CASE kind WHEN 'take_back' THEN on_hand_delta ELSE 0 END) AS taken_back
        FROM stock_movements WHERE order_id IS NOT NULL GROUP BY order_id, variant_id
    ) m ON m.order_id = l.order_id AND m.variant_id = l.variant_id
"""

# A line that has sold other units than were shipped is left to a person: they may have left the
# warehouse.
EXCESS_RESERVATIONS: Final = f"""
    SELECT DISTINCT order_id FROM ({_LINES}) l
    WHERE reserved > expected AND sold = shipped_quantity ORDER BY order_id
"""  # noqa: S608 (constant of this module)

RESERVATIONS: Final = (
    AuditCheck(
        message="Order {number}, variant {variant_id}: {fault}.",
        population="SELECT count(*) FROM order_lines",
        violations=f"""
            SELECT number, variant_id, CASE
                WHEN expected <> reserved
                    THEN expected || ' should be reserved, the ledger has ' || reserved
                WHEN ordered <> quantity THEN ordered || ' reserved, ' || quantity || ' ordered'
                ELSE shipped_quantity || ' shipped and ' || returned_quantity
                    || ' returned, the ledger has ' || sold || ' and ' || taken_back
                END AS fault
            FROM ({_LINES}) l
            WHERE expected <> reserved OR ordered <> quantity
            OR shipped_quantity <> sold OR returned_quantity <> taken_back
        """,  # noqa: S608 (constant of this module)
    ),
    AuditCheck(
        message="Order {number}, variant {variant_id}: {reserved} reserved, but not ordered.",
        population="SELECT count(*) FROM stock_movements WHERE kind = 'reserve'",
        violations="""
            SELECT o.number, m.variant_id, m.reserved_delta AS reserved
            FROM stock_movements m
            JOIN orders o ON o.id = m.order_id
            LEFT JOIN order_lines l
                ON l.order_id = m.order_id AND l.variant_id = m.variant_id
            WHERE m.kind = 'reserve' AND l.id IS NULL
        """,
    ),
    AuditCheck(
        message="Order {number}: {returned} units of variant {variant_id} are back in stock, but"
        " only {refunded} were refunded after shipping.",
        population="SELECT count(*) FROM order_lines WHERE returned_quantity > 0",
        violations="""
            SELECT o.number, l.variant_id, l.returned_quantity AS returned,
                   l.refunded_quantity - l.quantity + l.shipped_quantity AS refunded
            FROM order_lines l JOIN orders o ON o.id = l.order_id
            WHERE l.returned_quantity > 0
            AND CASE WHEN o.returned_at IS NOT NULL
                     THEN l.returned_quantity <> l.shipped_quantity
                     ELSE l.returned_quantity
                          > l.refunded_quantity - l.quantity + l.shipped_quantity END
        """,
    ),
    AuditCheck(
        message="{count} stock movements of order {order_id}, which does not exist.",
        population="SELECT count(DISTINCT order_id) FROM stock_movements",
        violations="""
            SELECT m.order_id, count(*) AS count
            FROM stock_movements m LEFT JOIN orders o ON o.id = m.order_id
            WHERE m.order_id IS NOT NULL AND o.id IS NULL GROUP BY m.order_id
        """,
    ),
    AuditCheck(
        message="Order {number} should have expired at {expires_at} and still reserves stock.",
        population="SELECT count(*) FROM orders WHERE status = 'PENDING'",
        violations="""
            SELECT number, expires_at FROM orders
            WHERE status = 'PENDING' AND expires_at < :overdue
            AND (expires_at < :longest_wait OR NOT EXISTS (
                SELECT 1 FROM payments p
                WHERE p.order_id = orders.id AND p.reference IS NOT NULL
                AND p.status NOT IN ('SUCCEEDED', 'CANCELLED')
            ))
        """,
        # An order that may be paid waits for a provider that cannot be reached.
        times={"overdue": timedelta(minutes=-15), "longest_wait": timedelta(days=-1, minutes=-15)},
    ),
)
