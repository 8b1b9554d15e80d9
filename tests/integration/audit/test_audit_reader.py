"""Each check reports a violation that is planted in the database."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Final
from unittest.mock import Mock

import pytest
from sqlalchemy import bindparam, text
from sqlalchemy.exc import IntegrityError

from novacart.adapters.persistence.audit.reader import SqlAuditReader
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.metadata import UtcDateTime
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.order_numbers import RandomOrderNumbers
from novacart.application.audit.invariants import ATTRIBUTES, AUDIT_LOG, INVARIANTS, TAGS
from novacart.application.ordering.place_order import PlaceOrder, PlaceOrderCommand
from novacart.application.ordering.policy import CheckoutPolicy
from novacart.application.ordering.release_reservations import ReleaseReservations
from novacart.application.ports.audit_reader import RecordedBalance
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.shared.ids import OrderId
from tests.support.builders.catalog import (
    a_category,
    a_product,
    add_attributes,
    add_categories,
    add_product,
    an_attribute,
    details,
)
from tests.support.builders.ordering import AS_CUSTOMER, NOON, ShopFixture
from tests.support.clock import SetClock

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CHECKED_IN_DATABASE = [each.number for each in INVARIANTS if each is not AUDIT_LOG]


@pytest.fixture
def shop(database: Database) -> ShopFixture:
    """A paid order with a partial refund, a COD order, and an unpaid order."""
    begin = SqlUnitOfWorkFactory(database, AS_CUSTOMER)
    shop = ShopFixture(begin, stock=50, prices=(100, 250))
    place = PlaceOrder(
        begin=begin,
        clock=SetClock(NOON),
        contexts=AS_CUSTOMER,
        numbers=RandomOrderNumbers(),
        policy=CheckoutPolicy(pending_order_ttl=timedelta(minutes=30)),
    )
    paid, _cod, _unpaid = (
        _placed(shop, place, method)
        for method in (PaymentMethod.ONLINE, PaymentMethod.COD, PaymentMethod.ONLINE)
    )
    with begin() as work:
        order = work.orders.get(paid)
        order.pay(at=NOON, actor="stripe")
        item = order.lines[0].refund_of(1)
        order.request_refund([item], reason="too many", at=NOON, actor="user:1")
        work.orders.save(order)
        work.commit()
    _execute(
        database,
        """INSERT INTO payments (id, order_id, order_number, user_id, amount_minor, currency,
               status, captured_minor, refunded_minor, reference, open_key, created_at, version)
           SELECT 9001, id, number, user_id, total_minor, currency, 'SUCCEEDED', total_minor,
               10000, 'pi_1', 'open', placed_at, 1 FROM orders WHERE payment_status = 'PAID'""",
        """INSERT INTO refunds (id, payment_id, key, amount_minor, currency, origin, reason,
               status, reference, requested_at)
           VALUES (9002, 9001, 'k', 10000, 'INR', 'CUSTOMER', 'too many', 'PENDING', 're_1',
               :now)""",
        """INSERT INTO refund_parts (refund_id, line_id, quantity, amount_minor)
           SELECT 9002, id, 1, 10000 FROM order_lines WHERE refund_requested_minor = 10000""",
        "INSERT INTO token_families (id, user_id, opened_at, version)"
        " SELECT 9003, id, password_changed_at, 1 FROM users",
    )
    return shop


def _placed(shop: ShopFixture, place: PlaceOrder, method: PaymentMethod) -> OrderId:
    shop.fill_cart(2, 1)
    return place(
        PlaceOrderCommand(user_id=shop.customer, address_id=shop.address, payment_method=method)
    ).id


def _execute(database: Database, *statements: str) -> None:
    with database.writing() as connection:
        for statement in statements:
            clause = text(statement)
            if ":now" in statement:
                clause = clause.bindparams(bindparam("now", NOON, type_=UtcDateTime))
            connection.execute(clause)
        connection.commit()


def _violations(database: Database, number: int, *, later: timedelta = timedelta(0)) -> list[str]:
    return list(SqlAuditReader(database).check(number, now=NOON + later).violations)


@pytest.mark.usefixtures("shop")
def test_sound_data_has_no_violations(database: Database) -> None:
    results = {
        number: SqlAuditReader(database).check(number, now=NOON) for number in CHECKED_IN_DATABASE
    }
    assert [each for each in results.values() if each.violations] == []
    assert {number for number, each in results.items() if not each.checked} == {9, 10, 18, 20, 21}


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("number", "damage", "message"),
    [
        (1, "UPDATE orders SET total_minor = total_minor + 1", "lines sum to"),
        (1, "UPDATE order_lines SET quantity = quantity + 1", "lines sum to"),
        (2, "DELETE FROM refund_parts; DELETE FROM refunds; DELETE FROM payments", "captured 0"),
        (2, "UPDATE payments SET order_number = 'NC-0'", "differs from order"),
        (
            3,
            (
                "INSERT INTO payments (id, order_id, order_number, user_id, amount_minor, currency,"
                " status, captured_minor, refunded_minor, open_key, created_at, version)"
                " SELECT 9010, id, number, user_id, total_minor, currency, 'SUCCEEDED',"
                " total_minor,"
                " 0, 'other', placed_at, 1 FROM orders WHERE status = 'PENDING'"
            ),
            "has no refund",
        ),
        (
            3,
            (
                "DROP INDEX uq_payments_one_for_an_order; "
                "INSERT INTO payments (id, order_id, order_number, user_id, amount_minor, currency,"
                " status, captured_minor, refunded_minor, open_key, created_at, version)"
                " SELECT 9010, order_id, order_number, user_id, amount_minor, currency, status,"
                " captured_minor, 0, 'other', created_at, 1 FROM payments"
            ),
            "has 2 captures that are not fully refunded",
        ),
        (4, "UPDATE payments SET refunded_minor = 9999", "refunded amount is"),
        (4, "UPDATE order_lines SET refunded_minor = 1", "1 refunded and"),
        (4, "UPDATE orders SET late_refunded_minor = 1", "1 of a late payment refunded"),
        (4, "UPDATE refunds SET amount_minor = 99999999", "exceed"),
        (4, "UPDATE refund_parts SET amount_minor = 1", "refunds sum to"),
        (5, "UPDATE refund_parts SET amount_minor = 1", "items sum to"),
        (6, "UPDATE stock_levels SET on_hand = on_hand + 1", "movements sum to"),
        (6, "UPDATE stock_levels SET reserved = reserved - 1", "movements sum to"),
        (6, "DELETE FROM stock_movements; DELETE FROM stock_levels", "has no stock level"),
        (6, "UPDATE variants SET price_minor = price_minor + 1", "of its default variant"),
        (6, "UPDATE products SET sku = 'OTHER'", "of its default variant"),
        (6, "UPDATE products SET default_variant_id = 1", "of its default variant"),
        (6, "UPDATE variants SET combination = '7'", "has values of 0 options"),
        (
            7,
            (
                "INSERT INTO stock_movements (variant_id, kind, on_hand_delta, reserved_delta,"
                " reference, order_id, actor, note, occurred_at)"
                " SELECT variant_id, 'release', 0, -1, 'again', order_id, 'x', '', occurred_at"
                " FROM stock_movements WHERE kind = 'reserve' ORDER BY id LIMIT 1"
            ),
            "should be reserved, the ledger has",
        ),
        (
            7,
            (
                "UPDATE stock_movements SET reserved_delta = reserved_delta + 1"
                " WHERE kind = 'reserve'; "
                "INSERT INTO stock_movements (variant_id, kind, on_hand_delta, reserved_delta,"
                " reference, order_id, actor, note, occurred_at)"
                " SELECT variant_id, 'release', 0, -1, 'again' || id, order_id, 'x', '',"
                " occurred_at"
                " FROM stock_movements WHERE kind = 'reserve'"
            ),
            "3 reserved, 2 ordered",
        ),
        (
            7,
            "UPDATE orders SET status = 'REFUNDED' WHERE status = 'PAID'",
            "0 should be reserved, the ledger has",
        ),
        (
            7,
            "UPDATE order_lines SET shipped_quantity = 1",
            "1 shipped and 0 returned, the ledger has 0 and 0",
        ),
        (
            7,
            "UPDATE order_lines SET shipped_quantity = 1, returned_quantity = 1",
            "are back in stock, but only -1 were refunded after shipping",
        ),
        (
            7,
            "UPDATE stock_movements SET order_id = 424242 WHERE order_id IS NOT NULL",
            "stock movements of order 424242, which does not exist",
        ),
        (
            7,
            "DELETE FROM refund_parts; DELETE FROM order_history; DELETE FROM order_lines",
            "2 reserved, but not ordered",
        ),
        (17, "UPDATE products SET image = '/other.webp'", "shows /other.webp, its first picture"),
        (17, "UPDATE variants SET image = '/other.webp'", "is not a picture of its product"),
        (8, "UPDATE orders SET status = 'PROCESSING' WHERE status = 'PAID'", "history ends with"),
        (
            8,
            "UPDATE order_history SET to_status = 'DELIVERED' WHERE subject = 'order'",
            "no transition",
        ),
        (
            8,
            (
                "INSERT INTO order_history (order_id, line_id, subject, from_status, to_status,"
                " occurred_at, actor, reason) SELECT order_id, line_id, subject, from_status,"
                " to_status, occurred_at, actor, reason FROM order_history"
            ),
            "is followed by one from",
        ),
        (
            8,
            (
                "UPDATE orders SET shipped_at = placed_at, carrier = 'Post', tracking_number = '1'"
                " WHERE status = 'PENDING'"
            ),
            "was shipped without payment",
        ),
        (
            8,
            (
                "UPDATE orders SET shipped_at = placed_at, carrier = 'Post', tracking_number = '1',"
                " status = 'CANCELLED' WHERE payment_method = 'COD'"
            ),
            "was cancelled after it was shipped, but not returned",
        ),
        (15, "UPDATE brand_counts SET on_sale = 1", "on sale 1, there are 0"),
        (15, "UPDATE products SET is_on_sale = true", "wrongly marked"),
        (16, "DELETE FROM price_history", "is not that of its last entry"),
        (16, "UPDATE variants SET compare_at_minor = price_minor + 1", "of its last entry"),
        (
            16,
            (
                "INSERT INTO price_history (variant_id, price_minor, currency, valid_from,"
                " changed_by) SELECT variant_id, price_minor, currency,"
                " '2020-01-01 00:00:00.000000', 'x' FROM price_history"
            ),
            "is valid before an earlier one",
        ),
        (16, "UPDATE variants SET lowest_30_days_minor = 1", "is not on sale"),
        (12, "UPDATE users SET is_active = false", "is active after"),
        (
            12,
            "UPDATE token_families SET opened_at = '2020-01-01 00:00:00.000000'",
            "is active after",
        ),
        (19, "UPDATE orders SET link_generation = 1", "has the link generation 1"),
    ],
)
def test_damage_is_reported(database: Database, number: int, damage: str, message: str) -> None:
    _execute(database, *damage.split("; "))
    assert any(message in violation for violation in _violations(database, number))


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    "negative", ["reserved = -1", "on_hand = 0, reserved = 1"], ids=["reserved", "available"]
)
def test_stock_below_zero_is_reported_without_its_constraint(
    database: Database, negative: str
) -> None:
    with database.writing() as connection:
        if database.dialect == "sqlite":
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        else:
            for name in ("reserved", "on_hand"):
                drop = f"ALTER TABLE stock_levels DROP CONSTRAINT ck_stock_levels_{name}"
                connection.exec_driver_sql(drop)
        connection.execute(text(f"UPDATE stock_levels SET {negative}"))  # noqa: S608 (a constant)
        connection.commit()
    assert any("on hand, " in each for each in _violations(database, 6))


@pytest.mark.usefixtures("shop")
def test_money_withdrawn_for_a_dispute_needs_no_refund(database: Database) -> None:
    _execute(
        database,
        """INSERT INTO payments (id, order_id, order_number, user_id, amount_minor, currency,
               status, captured_minor, refunded_minor, open_key, created_at, version)
           SELECT 9010, id, number, user_id, total_minor, currency, 'SUCCEEDED', total_minor,
               0, 'other', placed_at, 1 FROM orders WHERE status = 'PENDING'""",
        """INSERT INTO disputes (reference, payment_id, amount_minor, currency, status,
               withdrawn, reinstated, opened_at)
           SELECT 'dp_1', id, amount_minor, currency, 'NEEDS_RESPONSE', true, false, created_at
           FROM payments WHERE id = 9010""",
    )
    assert not [each for each in _violations(database, 3) if "has no refund" in each]
    _execute(database, "UPDATE disputes SET reinstated = true, status = 'WON'")
    assert [each for each in _violations(database, 3) if "has no refund" in each]


@pytest.mark.usefixtures("shop")
def test_open_payments_are_under_way_for_a_day_while_they_are_checked(database: Database) -> None:
    reader = SqlAuditReader(database)

    def read(later: timedelta) -> tuple[RecordedBalance, dict[str, bool]]:
        payments = reader.payments(since=NOON - DAY, now=NOON + later)
        return (
            reader.balances(now=NOON + later)["INR"],
            {payment.reference: payment.is_under_way for payment in payments},
        )

    _execute(
        database,
        """INSERT INTO payments (id, order_id, order_number, user_id, amount_minor, currency,
               status, captured_minor, refunded_minor, reference, open_key, created_at, check_at,
               version)
           SELECT 9010, id, number, user_id, total_minor, currency, 'CREATED', 0, 0, 'pi_2', 'two',
               placed_at, placed_at, 1 FROM orders WHERE status = 'PENDING'""",
    )
    settled = RecordedBalance(captured=45_000, refunded=10_000, pending=10_000)
    under_way = replace(settled, capturable=45_000)
    assert read(HOUR / 10) == (under_way, {"pi_1": False, "pi_2": True})
    assert read(HOUR) == (settled, {"pi_1": False, "pi_2": False})
    _execute(database, "UPDATE payments SET check_at = '2030-01-01' WHERE id = 9010")
    assert read(HOUR) == (under_way, {"pi_1": False, "pi_2": True})
    assert read(25 * HOUR) == (settled, {"pi_1": False, "pi_2": False})
    _execute(
        database,
        "UPDATE payments SET refunded_minor = 0 WHERE id = 9001",
        "UPDATE refunds SET status = 'REQUESTED'",
    )
    requested = replace(settled, refunded=0, pending=0, requested=10_000)
    assert read(25 * HOUR)[0] == requested


@pytest.mark.usefixtures("shop")
def test_overdue_order_expiry_is_reported(database: Database) -> None:
    assert any("should have expired" in each for each in _violations(database, 7, later=HOUR))


@pytest.mark.usefixtures("shop")
def test_overdue_order_that_may_be_paid_is_reported_after_a_day(database: Database) -> None:
    """Meanwhile it waits for a provider that cannot be reached."""
    _execute(
        database,
        """INSERT INTO payments (id, order_id, order_number, user_id, amount_minor, currency,
               status, captured_minor, refunded_minor, reference, open_key, created_at, version)
           SELECT 9010, id, number, user_id, total_minor, currency, 'FAILED', 0, 0, 'pi_2',
               'other', placed_at, 1 FROM orders WHERE status = 'PENDING'""",
    )
    assert not any("should have expired" in each for each in _violations(database, 7, later=HOUR))
    late = _violations(database, 7, later=25 * HOUR)
    assert any("should have expired" in each for each in late)


@pytest.mark.usefixtures("shop")
def test_overdue_message_is_reported(database: Database) -> None:
    assert any("is due since" in each for each in _violations(database, 11, later=HOUR))


@pytest.mark.usefixtures("shop")
def test_duplicate_message_is_reported(database: Database) -> None:
    _execute(
        database,
        """INSERT INTO outbox_messages
               (name, version, payload, actor, occurred_at, state, attempts, next_attempt_at)
           SELECT name, version, payload, actor, occurred_at, state, attempts, next_attempt_at
           FROM outbox_messages WHERE name = 'order.confirmed'""",
    )
    assert any("order.confirmed events" in each for each in _violations(database, 11))


@pytest.mark.usefixtures("shop")
def test_message_of_an_unknown_order_is_reported(database: Database) -> None:
    _execute(
        database,
        """UPDATE outbox_messages SET payload = '{"order_id": 424242}'
           WHERE name = 'order.placed'""",
    )
    assert any("does not exist" in each for each in _violations(database, 11))


def test_overdue_webhook_event_is_reported(database: Database) -> None:
    _execute(
        database,
        """INSERT INTO webhook_events (id, type, payload, received_at, next_attempt_at, state,
               attempts) VALUES ('evt_1', 'charge.refunded', '{}', :now, :now, 'pending', 0)""",
    )
    assert _violations(database, 9) == []
    assert any("evt_1" in each for each in _violations(database, 9, later=HOUR))


def test_locked_and_expired_keys_are_reported(shop: ShopFixture, database: Database) -> None:
    _execute(
        database,
        f"""INSERT INTO idempotency_keys (user_id, key, fingerprint, state, attempt,
                locked_until, created_at, expires_at)
            SELECT {shop.customer}, 'k', 'f', 'in_progress', 1, expires_at, placed_at, expires_at
            FROM orders WHERE expires_at IS NOT NULL LIMIT 1""",  # noqa: S608
    )
    assert any("is locked until" in each for each in _violations(database, 10))
    assert any("was not deleted" in each for each in _violations(database, 10, later=3 * DAY))


def test_missing_constraint_is_reported(database: Database) -> None:
    _execute(database, "DROP INDEX uq_addresses_one_default")
    assert _violations(database, 13) == [
        "Table addresses has no constraint uq_addresses_one_default."
    ]


_PAYMENT: Final = """
    INSERT INTO payments (id, order_id, order_number, user_id, amount_minor, currency, status,
        captured_minor, refunded_minor, reference, open_key, created_at, version)
    SELECT 9010, order_id, order_number, user_id, amount_minor, currency, {status},
        0, 0, {reference}, 'other', created_at, 1 FROM payments"""
_REFUND: Final = """
    INSERT INTO refunds (id, payment_id, key, amount_minor, currency, origin, reason, status,
        reference, requested_at)
    SELECT 9010, payment_id, {key}, amount_minor, currency, origin, reason, status,
        {reference}, requested_at FROM refunds"""
_EVENT: Final = """
    INSERT INTO webhook_events (id, type, payload, received_at, next_attempt_at, state, attempts)
    VALUES ('evt_1', 'charge.refunded', '{}', :now, :now, 'pending', 0)"""
_KEY: Final = """
    INSERT INTO idempotency_keys (user_id, key, fingerprint, state, attempt, locked_until,
        created_at, expires_at)
    SELECT user_id, 'k', 'f', 'in_progress', 1, placed_at, placed_at, expires_at
    FROM orders WHERE status = 'PENDING'"""
_WISH: Final = """
    INSERT INTO wishlist_entries (user_id, variant_id, added_at)
    SELECT user_id, variant_id, added_at FROM cart_lines"""


@pytest.mark.parametrize(
    ("constraint", "columns", "statements"),
    [
        ("ck_cart_lines_quantity", "", ["UPDATE cart_lines SET quantity = 0"]),
        (
            "uq_cart_lines_user_id_variant_id",
            "cart_lines.user_id, cart_lines.variant_id",
            ["UPDATE cart_lines SET variant_id = (SELECT min(variant_id) FROM cart_lines)"],
        ),
        (
            "pk_wishlist_entries",
            "wishlist_entries.user_id, wishlist_entries.variant_id",
            [_WISH, _WISH],
        ),
        ("ck_order_lines_quantity", "", ["UPDATE order_lines SET quantity = 0"]),
        (
            "ck_order_lines_refund_quantity",
            "",
            ["UPDATE order_lines SET refunded_quantity = quantity + 1"],
        ),
        ("ck_order_lines_refund_amount", "", ["UPDATE order_lines SET refunded_minor = -1"]),
        (
            "ck_order_lines_refund_amount",
            "",
            ["UPDATE order_lines SET refunded_minor = quantity * unit_price_minor + 1"],
        ),
        (
            "ck_orders_paid_before_it_moves",
            "",
            ["UPDATE orders SET status = 'PROCESSING' WHERE status = 'PENDING'"],
        ),
        (
            "uq_payments_reference",
            "payments.reference",
            [_PAYMENT.format(status="'CANCELLED'", reference="reference")],
        ),
        (
            "uq_payments_one_for_an_order",
            "payments.order_id",
            [_PAYMENT.format(status="'CREATED'", reference="NULL")],
        ),
        ("uq_refunds_key", "refunds.key", [_REFUND.format(key="key", reference="NULL")]),
        (
            "uq_refunds_reference",
            "refunds.reference",
            [_REFUND.format(key="'other'", reference="reference")],
        ),
        ("pk_webhook_events", "webhook_events.id", [_EVENT, _EVENT]),
        (
            "pk_idempotency_keys",
            "idempotency_keys.user_id, idempotency_keys.key",
            [_KEY, _KEY],
        ),
    ],
)
def test_database_refuses_rows_that_violate_an_invariant(
    shop: ShopFixture, database: Database, constraint: str, columns: str, statements: list[str]
) -> None:
    shop.fill_cart(1, 1)
    *earlier, last = statements
    _execute(database, *earlier)
    is_named = database.dialect == "postgresql" or not columns
    expected = constraint if is_named else f"UNIQUE constraint failed: {columns}"
    with pytest.raises(IntegrityError, match=re.escape(expected)):
        _execute(database, last)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("UPDATE products SET category_id = 13 WHERE id = 201", "attribute fabric, which is not"),
        ("UPDATE attribute_counts SET products = 7", "7 products counted with the value Wool"),
        ("DELETE FROM product_attributes", "there are 0."),
        ("DELETE FROM attribute_counts", "0 products counted"),
    ],
)
def test_wrong_values_and_counts_of_attributes_are_found(
    database: Database, damage: str, message: str
) -> None:
    begin = SqlUnitOfWorkFactory(database, AS_CUSTOMER)
    categories = a_category(11, "clothing"), a_category(12, "coats", parent=11)
    add_categories(begin, *categories, a_category(13, "toys"))
    add_attributes(begin, an_attribute(100, 11, "fabric"))
    add_product(begin, a_product(201, details(category_id=12, attributes={100: "Wool"})))
    assert _violations(database, ATTRIBUTES.number) == []
    _execute(database, damage)
    assert any(message in each for each in _violations(database, ATTRIBUTES.number))


def test_wrong_sort_keys_of_tags_are_found(postgresql_url: str) -> None:
    database = Database.connect(postgresql_url)
    begin = SqlUnitOfWorkFactory(database, AS_CUSTOMER)
    add_product(begin, a_product(201, details(tags=("Sea",))))
    assert _violations(database, TAGS.number) == []
    for damage in (
        "UPDATE product_tags SET price_minor = 7",
        "UPDATE products SET archived_at = :now; UPDATE product_tags SET created_at = :now",
    ):
        _execute(database, *damage.split("; "))
        assert "Product 201: its tag sea" in _violations(database, TAGS.number)[0]
    database.dispose()


def test_units_that_the_audit_reports_are_released_once(
    database: Database, shop: ShopFixture
) -> None:
    # As a release left it that refunded the remaining amount of a line without its units.
    _execute(database, "UPDATE orders SET status = 'REFUNDED' WHERE status = 'PAID'")
    reported = _violations(database, 7)
    assert len(reported) == 2
    release = ReleaseReservations(
        begin=shop.begin, clock=SetClock(NOON), reader=SqlAuditReader(database)
    )
    released = release()
    assert [
        f"Order {each.order_number}, variant {each.variant_id}: 0 should be reserved,"
        f" the ledger has {each.quantity}."
        for each in released
    ] == reported
    assert not [*_violations(database, 6), *_violations(database, 7)]
    assert release() == []
    with database.reading() as connection:
        notes = connection.scalars(text("SELECT note FROM stock_movements WHERE kind = 'release'"))
        assert set(notes) == {"The order does not need these units, but they stayed reserved."}


def test_reserved_units_of_a_line_that_was_shipped_without_a_sale_are_not_released(
    database: Database, shop: ShopFixture
) -> None:
    _execute(
        database,
        "UPDATE orders SET shipped_at = placed_at, status = 'SHIPPED', carrier = 'Post',"
        " tracking_number = '1' WHERE payment_method = 'COD'",
        "UPDATE order_lines SET shipped_quantity = quantity"
        " WHERE order_id IN (SELECT id FROM orders WHERE status = 'SHIPPED')",
    )
    reported = _violations(database, 7)
    assert reported
    release = ReleaseReservations(
        begin=shop.begin, clock=SetClock(NOON), reader=SqlAuditReader(database)
    )
    assert release() == []
    assert _violations(database, 7) == reported


def test_order_that_changed_since_it_was_reported_keeps_what_it_needs(
    database: Database, shop: ShopFixture
) -> None:
    with database.reading() as connection:
        everything = [OrderId(id_) for id_ in connection.scalars(text("SELECT id FROM orders"))]
    reader = Mock(spec=SqlAuditReader, excess_reservations=lambda: everything)
    release = ReleaseReservations(begin=shop.begin, clock=SetClock(NOON), reader=reader)
    assert release() == []
    with shop.begin() as work:
        assert sum(len(work.orders.get(each).reserved_units) for each in everything) == 6
