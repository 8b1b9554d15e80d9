"""Rows of a small shop, for tests of queries."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert

from novacart.adapters.persistence.accounts.tables import users
from novacart.adapters.persistence.catalog.tables import (
    categories,
    products,
    stock_levels,
    variants,
)
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.ordering.tables import order_lines, orders
from novacart.adapters.persistence.payments.tables import payments, refunds

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
STATUSES = ("PENDING", "PAID", "DELIVERED", "CANCELLED")


def order_id(number: int) -> int:
    return 1000 + number


def insert_rows(database: Database, *, count: int = 12) -> None:
    """Insert `count` orders and what they refer to.

    Order n was placed n hours before `NOON`, has one line of product 11 and a total of
    (n + 1) × 100.00; the statuses repeat every four orders. Order 2 has a refund of 30.00.
    """
    with database.writing() as connection:
        connection.execute(
            insert(users),
            [_user(1, "asha", "customer"), _user(2, "olga", "owner"), _user(3, "ravi", "customer")],
        )
        connection.execute(insert(categories), [_category()])
        connection.execute(insert(products), [_product(11, "Lamp"), _product(12, "Kettle")])
        connection.execute(insert(variants), [_variant(11), _variant(12)])
        connection.execute(
            insert(stock_levels),
            [
                {"variant_id": 11, "on_hand": 5, "reserved": 2},
                {"variant_id": 12, "on_hand": 90, "reserved": 0},
            ],
        )
        numbers = range(count)
        connection.execute(insert(orders), [_order(n) for n in numbers])
        connection.execute(insert(order_lines), [_line(n) for n in numbers])
        paid = [n for n in numbers if _is_paid(n)]
        connection.execute(insert(payments), [_payment(n) for n in paid])
        connection.execute(insert(refunds), [_refund(2)])
        connection.commit()


def placed_at(number: int) -> datetime:
    return NOON - timedelta(hours=number)


def _is_paid(number: int) -> bool:
    return STATUSES[number % 4] in {"PAID", "DELIVERED"}


def _user(number: int, name: str, role: str) -> dict[str, object]:
    return {
        "id": number,
        "username": name,
        "username_key": name,
        "email": f"{name}@example.com",
        "email_key": f"{name}@example.com",
        "password_hash": "-",
        "first_name": name.title(),
        "last_name": "",
        "role": role,
        "is_active": True,
        "created_at": NOON - timedelta(days=number),
        "password_changed_at": NOON,
        "password_generation": 1,
        "version": 1,
    }


def _category() -> dict[str, object]:
    return {
        "id": 5,
        "name": "Home",
        "slug": "home",
        "position": 1,
        "is_active": True,
        "version": 1,
    }


def _product(number: int, title: str) -> dict[str, object]:
    return {
        "id": number,
        "title": title,
        "subtitle": "",
        "description": "",
        "price_minor": 10000,
        "currency": "INR",
        "brand": title,
        "brand_key": title.casefold(),
        "category_id": 5,
        "created_at": NOON,
        "updated_at": NOON - timedelta(minutes=number),
        "version": 1,
    }


def _order(number: int) -> dict[str, object]:
    status = STATUSES[number % 4]
    shipped = status == "DELIVERED"
    return {
        "id": order_id(number),
        "number": f"NC-{number:04}",
        "user_id": 1,
        "email": "asha@example.com",
        "status": status,
        "payment_method": "ONLINE",
        "payment_status": {"PENDING": "PENDING", "CANCELLED": "VOIDED"}.get(status, "PAID"),
        "total_minor": 10000 * (number + 1),
        "currency": "INR",
        "placed_at": placed_at(number),
        "expires_at": placed_at(number) + timedelta(minutes=30),
        "estimated_delivery": date(2026, 3, 20),
        "paid_at": placed_at(number) if _is_paid(number) else None,
        "shipped_at": placed_at(number) if shipped else None,
        "delivered_at": placed_at(number) if shipped else None,
        "carrier": "Dak" if shipped else None,
        "tracking_number": "T1" if shipped else None,
        "version": 1,
    }


def _variant(number: int) -> dict[str, object]:
    return {
        "id": number,
        "product_id": number,
        "price_minor": 10000,
        "currency": "INR",
        "position": 0,
        "version": 1,
    }


def _line(number: int) -> dict[str, object]:
    cancelled = STATUSES[number % 4] == "CANCELLED"
    return {
        "id": 5000 + number,
        "order_id": order_id(number),
        "variant_id": 11,
        "title": "Lamp",
        "subtitle": "",
        "search_text": "lamp",
        "unit_price_minor": 10000,
        "quantity": number + 1,
        "status": "CANCELLED" if cancelled else "CONFIRMED",
        "cancelled_at": placed_at(number) if cancelled else None,
        "refund_requested_quantity": 0,
        "refund_requested_minor": 0,
        "refunded_quantity": 0,
        "refunded_minor": 3000 if number == 2 else 0,
    }


def _payment(number: int) -> dict[str, object]:
    amount = 10000 * (number + 1)
    return {
        "id": 7000 + number,
        "order_id": order_id(number),
        "order_number": f"NC-{number:04}",
        "user_id": 1,
        "amount_minor": amount,
        "currency": "INR",
        "status": "SUCCEEDED",
        "captured_minor": amount,
        "refunded_minor": 3000 if number == 2 else 0,
        "reference": f"pi_{number}",
        "open_key": f"open-{number}",
        "created_at": placed_at(number),
        "settled_at": placed_at(number),
        "version": 1,
    }


def _refund(number: int) -> dict[str, object]:
    return {
        "id": 8000 + number,
        "payment_id": 7000 + number,
        "key": f"refund-{number}",
        "amount_minor": 3000,
        "currency": "INR",
        "origin": "STAFF",
        "reason": "Scratched",
        "status": "SUCCEEDED",
        "reference": f"re_{number}",
        "requested_at": placed_at(number),
        "settled_at": placed_at(number),
    }
