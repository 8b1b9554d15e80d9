"""SQL that generates orders over two years, in batches, on PostgreSQL.

Every order has a history that the rules of the shop allow, so that `novacart audit` finds no
violation. An order takes six consecutive ids: its own, those of up to three lines, of its payment
and of its refund. `random()` is seeded for each batch, so that two connections generate the same
batch.
"""

from typing import Final

CUSTOMERS: Final = """
    INSERT INTO users (id, username, username_key, email, email_key, password_hash, first_name,
                       last_name, role, is_active, created_at, password_changed_at,
                       password_generation, version)
    SELECT %(first_id)s + n, 'customer' || n, 'customer' || n, 'customer' || n || '@shop.example',
           'customer' || n || '@shop.example', '!', 'Customer', 'No. ' || n, 'customer', TRUE,
           %(opened)s - random() * interval '300 days', %(opened)s - interval '300 days', 1, 1
    FROM generate_series(0, %(count)s - 1) AS n
"""

PRODUCTS: Final = """
    CREATE UNLOGGED TABLE numbered_products AS
    SELECT row_number() OVER (ORDER BY id) - 1 AS place, id, title, subtitle, image, price_minor
    FROM products WHERE archived_at IS NULL
"""

# The order number `n` as six letters, each number once.
_LETTERS: Final = " || ".join(
    f"substr('23456789ABCDEFGHJKMNPQRSTWXYZ', (1 + code / {29**place} %% 29)::int, 1)"
    for place in range(6)
)

# Recent days have more orders than early ones, and some customers order far more than others.
# Recent orders are at early stages, old ones are completed.
_PLACEMENTS: Final = """
    SELECT n, %(first_id)s + n * 6 AS id,
           %(opened)s + power((n + random()) / %(orders)s, 0.8) * (%(now)s - %(opened)s)
               AS placed_at,
           floor(%(customers)s * power(random(), 1.5))::int AS customer,
           CASE WHEN random() < 0.65 THEN 'ONLINE' ELSE 'COD' END AS method,
           random() AS chance
    FROM generate_series(%(begin)s, %(end)s - 1) AS n
"""

BATCH: Final = f"""
    CREATE TEMP TABLE batch AS
    WITH placements AS ({_PLACEMENTS}),
    aged AS (SELECT *, %(now)s - placed_at AS age, n * 223092871::bigint %% 594823321 AS code
             FROM placements),
    histories AS (
        SELECT *, CASE
            WHEN method = 'ONLINE' AND age < '2 hours' AND chance < 0.4 THEN 'PENDING'
            WHEN method = 'ONLINE' AND age < '10 minutes' THEN 'PENDING'
            WHEN chance < 0.09 AND age > '2 hours' THEN 'CANCELLED'
            WHEN age < '26 hours' THEN CASE method WHEN 'COD' THEN 'CONFIRMED' ELSE 'PAID' END
            WHEN age < '48 hours' THEN 'PROCESSING'
            WHEN age < '5 days' THEN 'SHIPPED'
            WHEN method = 'ONLINE' AND age > '10 days' AND chance > 0.985 THEN 'REFUNDED'
            ELSE 'DELIVERED' END AS status,
            method = 'ONLINE' AND age > '10 days' AND chance BETWEEN 0.955 AND 0.985 AS in_part
        FROM aged
    )
    SELECT *, %(first_user)s + customer AS user_id,
        'NC-' || to_char(placed_at, 'YYYYMMDD') || '-' || {_LETTERS} AS number,
        CASE WHEN status = 'CANCELLED' THEN placed_at + interval '1 hour' END AS cancelled_at,
        CASE WHEN method = 'COD' AND status = 'DELIVERED' THEN placed_at + interval '5 days'
             WHEN method = 'ONLINE' AND status NOT IN ('PENDING', 'CANCELLED')
             THEN placed_at + interval '5 minutes' END AS paid_at,
        CASE WHEN status NOT IN ('PENDING', 'CANCELLED', 'PAID', 'CONFIRMED')
             THEN placed_at + interval '26 hours' END AS packed_at,
        CASE WHEN status IN ('SHIPPED', 'DELIVERED', 'REFUNDED')
             THEN placed_at + interval '48 hours' END AS shipped_at,
        CASE WHEN status IN ('DELIVERED', 'REFUNDED') THEN placed_at + interval '5 days' END
            AS delivered_at,
        CASE WHEN status = 'REFUNDED' OR in_part AND status = 'DELIVERED'
             THEN placed_at + interval '9 days' END AS refunded_at
    FROM histories
"""  # noqa: S608 (a constant of this module)

# Half of the orders have `lines` lines, the others one less. The lines of an order choose from
# disjoint sets of products, so that none is ordered twice.
LINES: Final = """
    CREATE TEMP TABLE batch_lines AS
    WITH chosen AS (
        SELECT p.*, k, 1 + floor(power(random(), 3) * 3)::int AS quantity,
               floor(%(products)s / %(lines)s * power(random(), 2))::int * %(lines)s + k AS place
        FROM batch p CROSS JOIN generate_series(0, %(lines)s - 1) AS k
        WHERE k < %(lines)s - 1 OR p.n %% 2 = 0
    )
    SELECT c.id + 1 + c.k AS id, c.id AS order_id, c.k, s.id AS variant_id, s.title, s.subtitle,
           s.image, s.price_minor, c.quantity, s.price_minor * c.quantity AS total,
           c.placed_at, c.cancelled_at, c.paid_at, c.shipped_at, c.method, c.status,
           CASE WHEN c.status = 'REFUNDED' OR c.k = 0 THEN c.refunded_at END AS refunded_at
    FROM chosen c JOIN numbered_products s ON s.place = c.place
"""

TOTALS: Final = """
    CREATE TEMP TABLE batch_totals AS
    SELECT order_id, sum(total) AS total,
           coalesce(sum(total) FILTER (WHERE refunded_at IS NOT NULL), 0) AS refunded
    FROM batch_lines GROUP BY order_id
"""

ORDERS: Final = """
    INSERT INTO orders (id, number, user_id, email, status, payment_method, payment_status,
                        total_minor, currency, address, placed_at, expires_at,
                        estimated_delivery, paid_at, shipped_at, delivered_at, carrier,
                        tracking_number, version)
    SELECT p.id, p.number, p.user_id, 'customer' || p.customer || '@shop.example', p.status,
           p.method,
           CASE WHEN p.status = 'CANCELLED' THEN 'VOIDED' WHEN p.status = 'REFUNDED' THEN 'REFUNDED'
                WHEN p.refunded_at IS NOT NULL THEN 'PARTIALLY_REFUNDED'
                WHEN p.paid_at IS NOT NULL THEN 'PAID' ELSE 'PENDING' END,
           l.total, 'INR', %(address)s, p.placed_at,
           CASE WHEN p.method = 'ONLINE' THEN p.placed_at + interval '1 day' END,
           (p.placed_at + interval '7 days')::date, p.paid_at, p.shipped_at, p.delivered_at,
           CASE WHEN p.shipped_at IS NOT NULL THEN 'India Post' END,
           CASE WHEN p.shipped_at IS NOT NULL THEN 'EX' || p.id || 'IN' END, 1
    FROM batch p
    JOIN batch_totals l ON l.order_id = p.id
    ORDER BY p.id
"""

ORDER_LINES: Final = """
    INSERT INTO order_lines (id, order_id, variant_id, title, subtitle, search_text, image,
                             unit_price_minor, quantity, status, cancelled_at,
                             refund_requested_quantity, refund_requested_minor,
                             refunded_quantity, refunded_minor, shipped_quantity)
    SELECT id, order_id, variant_id, title, subtitle, lower(title || E'\\n' || subtitle), image,
           price_minor, quantity,
           CASE WHEN cancelled_at IS NOT NULL THEN 'CANCELLED'
                WHEN refunded_at IS NOT NULL THEN 'REFUNDED'
                WHEN status = 'PENDING' THEN 'PENDING' ELSE 'CONFIRMED' END,
           cancelled_at, 0, 0,
           CASE WHEN refunded_at IS NOT NULL THEN quantity ELSE 0 END,
           CASE WHEN refunded_at IS NOT NULL THEN total ELSE 0 END,
           CASE WHEN shipped_at IS NOT NULL THEN quantity ELSE 0 END
    FROM batch_lines ORDER BY id
"""

HISTORY: Final = """
    INSERT INTO order_history (order_id, line_id, subject, from_status, to_status, occurred_at,
                               actor, reason)
    SELECT p.id, NULL, c.subject, c.before, c.after, c.at, c.actor, c.reason
    FROM batch p CROSS JOIN LATERAL (VALUES
        (1, 'order', CASE method WHEN 'COD' THEN 'CONFIRMED' ELSE 'PENDING' END, 'CANCELLED',
         p.cancelled_at, 'system', 'The order was not paid in time.'),
        (2, 'payment', 'PENDING', 'VOIDED', p.cancelled_at, 'system',
         'The order was not paid in time.'),
        (3, 'order', 'PENDING', 'PAID', CASE method WHEN 'ONLINE' THEN p.paid_at END, 'provider',
         'The order was paid.'),
        (4, 'order', CASE method WHEN 'COD' THEN 'CONFIRMED' ELSE 'PAID' END, 'PROCESSING',
         p.packed_at, 'staff:1', 'Processing started.'),
        (5, 'order', 'PROCESSING', 'SHIPPED', p.shipped_at, 'staff:1', 'Shipped.'),
        (6, 'order', 'SHIPPED', 'DELIVERED', p.delivered_at, 'staff:1', 'The order was delivered.'),
        (7, 'payment', 'PENDING', 'PAID', p.paid_at, 'provider', 'The order was paid.'),
        (8, 'payment', 'PAID', CASE p.status WHEN 'REFUNDED' THEN 'REFUNDED'
                                             ELSE 'PARTIALLY_REFUNDED' END,
         p.refunded_at, 'staff:1', 'It came back.'),
        (9, 'order', 'DELIVERED', 'REFUNDED',
         CASE p.status WHEN 'REFUNDED' THEN p.refunded_at END, 'staff:1', 'It came back.')
    ) AS c (step, subject, before, after, at, actor, reason)
    WHERE c.at IS NOT NULL ORDER BY p.id, c.step
"""

LINE_HISTORY: Final = """
    INSERT INTO order_history (order_id, line_id, subject, from_status, to_status, occurred_at,
                               actor, reason)
    SELECT l.order_id, l.id, 'line', c.before, c.after, c.at, c.actor, c.reason
    FROM batch_lines l CROSS JOIN LATERAL (VALUES
        (1, CASE method WHEN 'COD' THEN 'CONFIRMED' ELSE 'PENDING' END, 'CANCELLED',
         l.cancelled_at, 'system', 'The order was not paid in time.'),
        (2, 'PENDING', 'CONFIRMED', CASE method WHEN 'ONLINE' THEN l.paid_at END, 'provider',
         'The order was paid.'),
        (3, 'CONFIRMED', 'REFUND_REQUESTED', l.refunded_at - interval '1 day', 'staff:1',
         'It came back.'),
        (4, 'REFUND_REQUESTED', 'REFUNDED', l.refunded_at, 'staff:1', 'It came back.')
    ) AS c (step, before, after, at, actor, reason)
    WHERE c.at IS NOT NULL ORDER BY l.id, c.step
"""

MOVEMENTS: Final = """
    INSERT INTO stock_movements (variant_id, kind, on_hand_delta, reserved_delta, reference,
                                 order_id, actor, note, occurred_at)
    SELECT l.variant_id, c.kind, c.on_hand * l.quantity, c.reserved * l.quantity,
           'line:' || l.id || ':' || c.kind, l.order_id, c.actor, '', c.at
    FROM batch_lines l CROSS JOIN LATERAL (VALUES
        ('reserve', 0, 1, l.placed_at, 'customer'),
        ('release', 0, -1, l.cancelled_at, 'system'),
        ('sell', -1, -1, l.shipped_at, 'staff:1')
    ) AS c (kind, on_hand, reserved, at, actor)
    WHERE c.at IS NOT NULL ORDER BY c.at
"""

PAYMENTS: Final = """
    INSERT INTO payments (id, order_id, order_number, user_id, amount_minor, currency, status,
                          captured_minor, refunded_minor, reference, open_key, created_at,
                          reported_at, settled_at, check_at, version)
    SELECT p.id + 4, p.id, p.number, p.user_id, l.total, 'INR',
           CASE WHEN p.paid_at IS NOT NULL THEN 'SUCCEEDED'
                WHEN p.cancelled_at IS NOT NULL THEN 'CANCELLED' ELSE 'REQUIRES_ACTION' END,
           CASE WHEN p.paid_at IS NOT NULL THEN l.total ELSE 0 END,
           l.refunded,
           'pi_' || (p.id + 4), 'payment:' || (p.id + 4) || ':open', p.placed_at,
           coalesce(p.paid_at, p.cancelled_at), coalesce(p.paid_at, p.cancelled_at),
           CASE WHEN p.status = 'PENDING' THEN %(now)s + interval '1 day' END, 1
    FROM batch p JOIN batch_totals l ON l.order_id = p.id
    WHERE p.method = 'ONLINE' ORDER BY p.id
"""

REFUNDS: Final = """
    INSERT INTO refunds (id, payment_id, key, amount_minor, currency, origin, reason, status,
                         reference, requested_at, settled_at)
    SELECT p.id + 5, p.id + 4, 'refund:' || (p.id + 5), l.refunded, 'INR', 'STAFF',
           'It came back.', 'SUCCEEDED', 're_' || (p.id + 5),
           p.refunded_at - interval '1 day', p.refunded_at
    FROM batch p JOIN batch_totals l ON l.order_id = p.id
    WHERE p.refunded_at IS NOT NULL ORDER BY p.id
"""

REFUND_PARTS: Final = """
    INSERT INTO refund_parts (refund_id, line_id, quantity, amount_minor)
    SELECT order_id + 5, id, quantity, total FROM batch_lines
    WHERE refunded_at IS NOT NULL ORDER BY id
"""

# Those of a shop that deletes events after 100 days.
WEBHOOK_EVENTS: Final = """
    INSERT INTO webhook_events (id, type, payload, received_at, next_attempt_at, state, attempts,
                                settled_at, reference)
    SELECT 'evt_' || (p.id + 4), 'payment_intent.succeeded',
           json_build_object(
               'id', 'evt_' || (p.id + 4), 'object', 'event', 'type', 'payment_intent.succeeded',
               'data', json_build_object('object', json_build_object(
                   'id', 'pi_' || (p.id + 4), 'object', 'payment_intent', 'currency', 'inr',
                   'amount', l.total, 'amount_received', l.total,
                   'status', 'succeeded',
                   'metadata', json_build_object('order_number', p.number)
               ))
           )::text,
           p.paid_at, p.paid_at, 'handled', 1, p.paid_at, 'pi_' || (p.id + 4)
    FROM batch p JOIN batch_totals l ON l.order_id = p.id
    WHERE p.method = 'ONLINE' AND p.paid_at > %(now)s - interval '100 days' ORDER BY p.id
"""

STOCK_LEVELS: Final = """
    UPDATE stock_levels s SET on_hand = m.on_hand, reserved = m.reserved
    FROM (SELECT variant_id, sum(on_hand_delta) AS on_hand, sum(reserved_delta) AS reserved
          FROM stock_movements GROUP BY variant_id) m
    WHERE m.variant_id = s.variant_id
"""

# Run for each batch before the others.
BATCH_STATEMENTS: Final = (BATCH, LINES, TOTALS)
# Two groups that take about the same time: their tables, and the statements of each batch.
GROUPS: Final = (
    (
        ("orders", "order_lines", "payments", "refunds", "refund_parts", "webhook_events"),
        (ORDERS, ORDER_LINES, PAYMENTS, REFUNDS, REFUND_PARTS, WEBHOOK_EVENTS),
    ),
    (("order_history", "stock_movements"), (HISTORY, LINE_HISTORY, MOVEMENTS)),
)
TABLES: Final = ("users", *GROUPS[0][0], *GROUPS[1][0])
