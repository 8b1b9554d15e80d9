"""Writes a small shop as INSERT statements, for the migration tests of the next release.

The shop is filled over HTTP and in the back office, on SQLite: two customers with carts, a wishlist
and orders, of which one is paid and partly refunded, one delivered, one cancelled and one unpaid.
Every run writes the same. Run it in a checkout of the release, whose last revision is NNNN:

    python -m tests.support.release_dump tests/integration/migrations/shop_NNNN.sql

Left out are passwords, sign-ins and what belongs to a process, the search index, which each
database has in its own form, and numbers that the database assigns.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from contextvars import Context
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from flask import Flask
from injector import Module, provider, singleton
from sqlalchemy import Boolean, Column, Table, select, text

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.migrate import upgrade
from novacart.adapters.persistence.schema import complete_metadata
from novacart.application.ports.order_numbers import OrderNumbers
from novacart.entrypoints.http import create_app
from novacart.entrypoints.settings import load_settings
from tests.support.accounts import CheapPasswords, ClockAt
from tests.support.back_office import StaffClient, create_account
from tests.support.clock import SetClock
from tests.support.shoppers import Shopper

_LEFT_OUT: Final = {
    "account_links",
    "attempts",
    "check_results",
    "idempotency_keys",
    "known_networks",
    "refresh_tokens",
    "schedule_turns",
    "token_families",
}
# Keys of these tables are numbers that the database assigns.
_NUMBERED: Final = {"order_history", "outbox_messages", "price_history", "stock_movements"}
# Ids of requests and of the sandbox provider. In the order of the dump they get numbers instead.
_RANDOM: Final = re.compile(
    r"(?<=_sandbox_)[0-9a-f]{24}|(?<=_secret_)[0-9a-f]{24}"
    r"|\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|\b[0-9a-f]{32}\b"
)


class _Numbers(Module):
    """Order numbers without chance."""

    @provider
    @singleton
    def numbers(self) -> OrderNumbers:
        taken = iter(range(1, 1000))
        return lambda at: f"NC-{at:%Y%m%d}-{next(taken):06}"


def fill(app: Flask, clock: SetClock) -> None:
    """Fill the shop with what customers and staff do."""
    create_account(app.extensions["novacart.injector"], "owner", "keeper")
    staff = StaffClient(app)
    staff.sign_in("keeper")
    category = {"name": "Home", "slug": "home", "parent": "", "position": "1", "is_active": "y"}
    staff.submit("/admin/categories/new/", category)
    [home] = app.test_client().get("/api/categories/").get_json()

    def add_product(title: str, price: str, stock: int, **values: str) -> int:
        clock.move(minutes=1)
        form = {"title": title, "price": price, "stock": str(stock), "category_id": ""} | values
        response = staff.submit("/admin/products/new/", form)
        return int(response.headers["Location"].rpartition("=")[2])

    lamp = add_product(
        "Brass lamp", "499", 20, sku="LP-1", brand="Diya", category_id=str(home["id"])
    )
    kettle = add_product("Kettle", "1250.50", 5, subtitle="Two litres")
    book = add_product(
        "Monsoon arithmetic", "349", 8, author="Noor Ambalgar", published_year="2021"
    )
    comb = add_product("Comb", "50", 1, sku="OLD-1", category_id=str(home["id"]))
    staff.submit(
        "/admin/products/action/", {"action": "price", "rowid": str(lamp), "percent": "-10"}
    )
    staff.submit(f"/admin/products/stock/?id={kettle}", {"delta": "3", "reason": "Counted"})

    asha, ravi = (Shopper(app.test_client(), name) for name in ("asha", "ravi"))
    clock.move(minutes=1)
    paid = _place(asha, {lamp: 2, book: 1}, "ONLINE")
    intent = asha.person.post("/api/payments/payment-intent/", {"order_id": paid["id"]}).get_json()
    confirm = f"/api/payments/sandbox/{intent['payment_intent_id']}/confirm/"
    asha.person.post(confirm, {"outcome": "succeed"})
    clock.move(minutes=1)
    refund = {"reason": "Scratched", "amount": "10", "confirmed": "10.00"}
    response = staff.submit(f"/admin/orders/refund/?id={paid['id']}", refund)
    assert response.status_code == 303, response.text
    delivered = _place(asha, {kettle: 1}, "COD")
    for action, form in (
        ("process", {}),
        ("ship", {"carrier": "Dak", "tracking_number": "T1"}),
        ("deliver", {}),
    ):
        clock.move(minutes=1)
        response = staff.submit(f"/admin/orders/{action}/?id={delivered['id']}", form)
        assert response.status_code == 303, response.text
    cancelled = _place(ravi, {kettle: 1}, "COD")
    staff.submit(f"/admin/orders/cancel/?id={cancelled['id']}", {"reason": "Changed my mind"})
    _place(ravi, {book: 3}, "ONLINE")
    clock.move(minutes=1)
    staff.submit(f"/admin/products/archive/?id={comb}")
    asha.add(lamp)
    asha.add(book, 3)
    ravi.add(lamp, 2)
    asha.person.post("/api/products/wishlist/", {"product_id": kettle})
    ravi.person.post("/api/products/wishlist/", {"product_id": book})


def _place(shopper: Shopper, quantities: dict[int, int], method: str) -> dict[str, Any]:
    for product_id, quantity in quantities.items():
        shopper.add(product_id, quantity)
    response = shopper.order(payment_method=method, address_id=shopper.address)
    assert response.status_code == 201, response.text
    order: dict[str, Any] = response.get_json()
    return order


def dump(database: Database) -> Iterator[str]:
    """The rows of all tables that have some, in the order of their foreign keys."""
    replaced: dict[str, str] = {}

    def stable(match: re.Match[str]) -> str:
        return replaced.setdefault(match[0], f"{len(replaced) + 1:04}")

    with database.reading() as connection:
        for table in complete_metadata().sorted_tables:
            if table.name in _LEFT_OUT or "dialect" in table.info:
                continue
            columns = _columns(table)
            rows = connection.execute(
                select(*(text(column.name) for column in columns))
                .select_from(text(table.name))
                .order_by(*(text(column.name) for column in table.primary_key))
            ).all()
            if not rows:
                continue
            names = ", ".join(column.name for column in columns)
            yield f"INSERT INTO {table.name} ({names}) VALUES\n"
            literals = (", ".join(map(_literal, columns, row)) for row in rows)
            lines = ",\n".join(f"({each})" for each in literals)
            yield _RANDOM.sub(stable, lines) + ";\n"


def _columns(table: Table) -> list[Column[Any]]:
    columns = list(table.columns)
    return columns[1:] if table.name in _NUMBERED else columns


def _literal(column: Column[Any], value: object) -> str:
    if value is None:
        return "NULL"
    if column.name == "password_hash":
        return "'-'"
    if isinstance(column.type, Boolean):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def write_dump(path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/shop.sqlite3"
        settings = load_settings(
            {
                "SECRET_KEY": "a-key-of-the-tests-alone-0123456789",
                "DATABASE_URL": url,
                "VAR_DIR": folder,
                "DEBUG": "True",
                "RATELIMIT_ENABLED": "False",
            },
            dotenv=Path(folder) / "no.env",
        )
        upgrade(url)
        clock = SetClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
        app = create_app(settings, CheapPasswords(), ClockAt(clock), _Numbers())
        database = app.extensions["novacart.injector"].get(Database)
        # Without the request that this thread handled last.
        Context().run(fill, app, clock)
        path.write_text("".join(dump(database)), encoding="utf-8")
        database.dispose()


def load_dump(database: Database, path: Path) -> None:
    """Insert the rows of a dump into a database at the revision of its release."""
    with database.writing() as connection:
        for statement in path.read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
        connection.commit()


if __name__ == "__main__":
    write_dump(Path(sys.argv[1]))
