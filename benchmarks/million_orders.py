"""A shop with two years of orders behind it, made by the database itself."""

from typing import Final

from sqlalchemy import Connection, TextClause, text

from benchmarks.progress import Progress
from novacart.adapters.persistence.database import Database

_PORTION: Final = 50_000
_PRODUCTS: Final = 2_000
_USERS: Final = 50_000
_YEARS: Final = 2

# Of every hundred orders: how each ended. Those of the last days are still on their way.
_STATUS: Final = """CASE
    WHEN n % 100 < 12 THEN 'CANCELLED' WHEN n % 100 < 16 THEN 'REFUNDED'
    WHEN age < interval '1 day' AND n % 100 < 20 THEN 'PENDING'
    WHEN age < interval '2 days' THEN 'PAID' WHEN age < interval '4 days' THEN 'PROCESSING'
    WHEN age < interval '9 days' THEN 'SHIPPED' ELSE 'DELIVERED' END"""

_PEOPLE: Final = text(f"""
    INSERT INTO users (id, username, username_key, email, email_key, password_hash, first_name,
        last_name, role, is_active, created_at, password_changed_at, password_generation, version)
    SELECT n, 'user' || n, 'user' || n, 'user' || n || '@example.com',
        'user' || n || '@example.com',
        '-', '', '', 'customer', true, now(), now(), 1, 1 FROM generate_series(1, {_USERS}) n
""")  # noqa: S608 (numbers of our own)
_GOODS: Final = (
    text(f"""
    INSERT INTO products (id, title, subtitle, description, price_minor, currency, brand,
        created_at, updated_at, version)
    SELECT n, 'Product ' || n, '', '', 10000 + n, 'INR', 'Brand ' || n % 100, now(), now(), 1
    FROM generate_series(1, {_PRODUCTS}) n"""),  # noqa: S608 (likewise)
    text(f"""
    INSERT INTO stock_levels (product_id, on_hand, reserved)
    SELECT n, n % 500, 0 FROM generate_series(1, {_PRODUCTS}) n"""),  # noqa: S608 (likewise)
)
_ORDERS: Final = text(f"""
    INSERT INTO orders (id, number, user_id, email, status, payment_method, payment_status,
        total_minor, currency, placed_at, expires_at, estimated_delivery, paid_at, shipped_at,
        carrier, tracking_number, version)
    SELECT 10000000 + n, 'NC-B' || n, u, 'user' || u || '@example.com', status, 'ONLINE',
        CASE status WHEN 'CANCELLED' THEN 'VOIDED' WHEN 'PENDING' THEN 'PENDING'
            WHEN 'REFUNDED' THEN 'REFUNDED' ELSE 'PAID' END,
        20000 + (n * 7919) % 900000, 'INR', at, at + interval '30 minutes', at::date + 5,
        CASE WHEN status IN ('CANCELLED', 'PENDING') THEN NULL ELSE at END,
        CASE WHEN status IN ('SHIPPED', 'DELIVERED') THEN at END,
        CASE WHEN status IN ('SHIPPED', 'DELIVERED') THEN 'Dak' END,
        CASE WHEN status IN ('SHIPPED', 'DELIVERED') THEN 'T' || n END, 1
    FROM (SELECT n, u, now() - age AS at, {_STATUS} AS status FROM
        (SELECT n, 1 + (n * 31) % {_USERS} AS u,
            interval '{365 * _YEARS} days' * ((n * 104729) % :all) / :all AS age
         FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) n) ages) made
""")  # noqa: S608 (likewise)
_LINES: Final = text(f"""
    INSERT INTO order_lines (id, order_id, product_id, title, subtitle, search_text,
        unit_price_minor, quantity, status, cancelled_at, refund_requested_quantity,
        refund_requested_minor, refunded_quantity, refunded_minor)
    SELECT 100000000 + n * 2 + k, o.id, 1 + (n * 17 + k * 601) % {_PRODUCTS}, 'Product', '', '',
        10000 + n % 400000, 1 + k, CASE o.status WHEN 'CANCELLED' THEN 'CANCELLED'
            WHEN 'PENDING' THEN 'PENDING' ELSE 'CONFIRMED' END,
        CASE o.status WHEN 'CANCELLED' THEN o.placed_at END, 0, 0, 0, 0
    FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) n
    JOIN orders o ON o.id = 10000000 + n CROSS JOIN generate_series(0, 1) k
""")  # noqa: S608 (likewise)
_PAYMENTS: Final = text("""
    INSERT INTO payments (id, order_id, order_number, user_id, amount_minor, currency, status,
        captured_minor, refunded_minor, reference, open_key, created_at, settled_at, version)
    SELECT 200000000 + o.id, o.id, o.number, o.user_id, o.total_minor, 'INR', 'SUCCEEDED',
        o.total_minor, CASE o.status WHEN 'REFUNDED' THEN o.total_minor ELSE 0 END, 'pi_' || o.id,
        'open-' || o.id, o.placed_at, o.placed_at, 1
    FROM orders o WHERE o.paid_at IS NOT NULL
        AND o.id BETWEEN 10000000 + CAST(:first AS bigint) AND 10000000 + CAST(:last AS bigint)
""")
_REFUNDS: Final = text("""
    INSERT INTO refunds (id, payment_id, key, amount_minor, currency, origin, reason, status,
        reference, requested_at, settled_at)
    SELECT 300000000 + p.id, p.id, 'r-' || p.id, p.amount_minor, 'INR', 'STAFF', '', 'SUCCEEDED',
        're_' || p.id, p.created_at + interval '1 day', p.created_at + interval '1 day'
    FROM payments p WHERE p.refunded_minor > 0
        AND p.order_id BETWEEN 10000000 + CAST(:first AS bigint)
        AND 10000000 + CAST(:last AS bigint)
""")


def fill(database: Database, count: int, progress: Progress) -> None:
    """`count` orders of two lines each, with their payments and refunds, on PostgreSQL."""
    with database.writing() as connection:
        _at_ease(connection)
        for statement in (_PEOPLE, *_GOODS):
            connection.execute(statement)
        connection.commit()
    with progress.step(f"{count:,} orders", count) as advance:
        for first in range(1, count + 1, _PORTION):
            last = min(first + _PORTION - 1, count)
            with database.writing() as connection:
                _at_ease(connection)
                given = {"first": first, "last": last}
                connection.execute(_ORDERS, given | {"all": count})
                for statement in (_LINES, _PAYMENTS, _REFUNDS):
                    connection.execute(statement, given)
                connection.commit()
            advance(last - first + 1)
    with database.reading() as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))


def _at_ease(connection: Connection) -> None:
    for setting in _SETTINGS:
        connection.execute(setting)


_SETTINGS: Final[tuple[TextClause, ...]] = (
    text("SET LOCAL statement_timeout = 0"),
    text("SET LOCAL synchronous_commit = off"),
)
