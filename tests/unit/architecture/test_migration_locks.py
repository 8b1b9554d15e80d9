"""The rules for migrations find what would lock a large table, and allow what would not."""

import pytest

from tests.support.migration_locks import Sent, violations

EXISTING = frozenset({"orders"})
NOT_NULL = (
    Sent("ALTER TABLE orders ADD CONSTRAINT ck_note CHECK (note IS NOT NULL) NOT VALID"),
    Sent("ALTER TABLE orders VALIDATE CONSTRAINT ck_note", in_transaction=False),
    Sent("ALTER TABLE orders ALTER COLUMN note SET NOT NULL"),
    Sent("ALTER TABLE orders DROP CONSTRAINT ck_note"),
)


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("CREATE INDEX ix_orders_note ON orders (note)", "without CONCURRENTLY"),
        ('CREATE UNIQUE INDEX ix ON public."orders" USING btree (note)', "without CONCURRENTLY"),
        ("LOCK TABLE orders IN SHARE MODE", "locks a table"),
        ("TRUNCATE orders", "truncates"),
        ("DROP TABLE orders", "drops"),
        ("REINDEX TABLE orders", "rewrites"),
        ("UPDATE orders SET note = ''", "all rows"),
        ("UPDATE orders SET note = '' WHERE note IS NULL", "all rows"),
        ("DELETE FROM orders", "all rows"),
        ("ALTER TABLE orders ALTER COLUMN note TYPE VARCHAR(20)", "rewrites"),
        ("ALTER TABLE orders ALTER COLUMN note SET DATA TYPE TEXT", "rewrites"),
        ("ALTER TABLE orders ALTER COLUMN note SET NOT NULL", "without a validated CHECK"),
        ("ALTER TABLE orders ADD CONSTRAINT ck CHECK (total > 0)", "without NOT VALID"),
        (
            "ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY(user_id) REFERENCES users (id)",
            "without NOT VALID",
        ),
        ("ALTER TABLE orders ADD COLUMN note TEXT CHECK (note <> '')", "with a constraint"),
        ("ALTER TABLE orders ADD COLUMN user_id BIGINT REFERENCES users (id)", "with a constraint"),
        ("ALTER TABLE orders ADD COLUMN note TEXT NOT NULL", "does not fill"),
        ("ALTER TABLE orders ADD COLUMN key UUID DEFAULT gen_random_uuid()", "for each row"),
        ("ALTER TABLE orders ADD COLUMN n INT GENERATED ALWAYS AS (id) STORED", "for each row"),
        ("ALTER TABLE orders DROP COLUMN note", "release before"),
        ("ALTER TABLE orders RENAME COLUMN note TO remark", "release before"),
        ("ALTER TABLE orders RENAME TO sales", "release before"),
        ("ALTER TABLE orders VALIDATE CONSTRAINT ck", "in a transaction"),
    ],
)
def test_statement_that_locks_or_breaks_is_refused(sql: str, reason: str) -> None:
    (violation,) = violations([Sent(sql)], EXISTING)
    assert reason in violation
    assert list(violations([Sent(sql)], frozenset({"carts"}))) == []


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE INDEX CONCURRENTLY ix_orders_note ON orders (note)",
        "DROP INDEX ix_orders_note",
        "ALTER TABLE orders ADD COLUMN note TEXT",
        "ALTER TABLE orders ADD COLUMN note TEXT DEFAULT '' NOT NULL",
        "ALTER TABLE orders ADD CONSTRAINT ck CHECK (total > 0) NOT VALID",
        "ALTER TABLE orders ADD CONSTRAINT uq UNIQUE USING INDEX ix_orders_number",
        "ALTER TABLE orders ALTER COLUMN note DROP NOT NULL",
        "ALTER TABLE orders ALTER COLUMN note SET DEFAULT ''",
        "INSERT INTO totals SELECT user_id, sum(total) FROM orders GROUP BY user_id",
        "CREATE TABLE totals (user_id BIGINT NOT NULL PRIMARY KEY)",
    ],
)
def test_statement_without_a_long_lock_is_allowed(sql: str) -> None:
    assert list(violations([Sent(sql)], EXISTING)) == []


def test_batch_with_parameters_is_allowed() -> None:
    sql = "UPDATE orders SET note = '' WHERE id BETWEEN %(low)s AND %(high)s"
    assert list(violations([Sent(sql, has_parameters=True)], EXISTING)) == []


def test_not_null_after_a_validated_check_is_allowed() -> None:
    assert list(violations(NOT_NULL, EXISTING)) == []
    without_validation = [NOT_NULL[0], *NOT_NULL[2:]]
    (violation,) = violations(without_validation, EXISTING)
    assert "without a validated CHECK" in violation
