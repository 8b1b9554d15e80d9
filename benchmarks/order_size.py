"""Rows, bytes and write-ahead log of an order: `python -m benchmarks.order_size [--orders 300]`.

Paid orders of three lines are placed over HTTP with the sandbox provider, and the events are
handled. The figures do not depend on the machine.
"""

import argparse
import tempfile
from http import HTTPStatus
from pathlib import Path

import psycopg
from injector import Injector
from psycopg import sql

from novacart.adapters.persistence.database import Database
from novacart.entrypoints.container import build_relay
from novacart.entrypoints.http import create_app
from novacart.entrypoints.settings import load_settings
from tests.support.accounts import CheapPasswords
from tests.support.databases import create_schema
from tests.support.postgres import PostgresServer
from tests.support.shoppers import Shopper, new_product

_LINES = 3
# As in production: the first change of a page after a checkpoint is logged with the whole page.
_SETTINGS = {"full_page_writes": "on", "wal_level": "replica"}


def main() -> None:
    """Print a table of the tables that grow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=300)
    orders = parser.parse_args().orders
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = PostgresServer(folder / "server", settings=_SETTINGS)
        server.start()
        try:
            _measure(server.url(), folder, orders)
        finally:
            server.crash()


def _measure(url: str, folder: Path, orders: int) -> None:
    create_schema(url)
    environ = {"DEBUG": "True", "DATABASE_URL": url, "VAR_DIR": str(folder / "var")}
    settings = load_settings(environ, dotenv=folder / ".env")
    app = create_app(settings, CheapPasswords())
    injector: Injector = app.extensions["novacart.injector"]
    relay = build_relay(injector)
    products = [
        new_product(injector, stock=10 * orders, title=f"Kettle {n}") for n in range(_LINES)
    ]
    shopper = Shopper(app.test_client())

    def place() -> None:
        body = {"payment_method": "ONLINE", "address_id": shopper.address}
        order = shopper.ordered(*products, **body)
        intent = shopper.person.post("/api/payments/payment-intent/", {"order_id": order["id"]})
        path = f"/api/payments/sandbox/{intent.get_json()['payment_intent_id']}/confirm/"
        assert shopper.client.post(path, json={"outcome": "succeed"}).status_code == HTTPStatus.OK
        while relay():
            pass

    place()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        before, wal_before = _sizes(connection), _wal(connection)
        for _ in range(orders):
            place()
        wal = _wal(connection) - wal_before
        growth = {
            table: (rows - before[table][0], size - before[table][1])
            for table, (rows, size) in _sizes(connection).items()
        }
    print("| table | rows | bytes with indexes |\n|---|---:|---:|")
    for table, (rows, size) in sorted(growth.items(), key=lambda item: -item[1][1]):
        if rows:
            print(f"| {table} | {rows / orders:.1f} | {size // orders:,} |")
    total = sum(size for _, size in growth.values())
    print(
        f"| all | {sum(rows for rows, _ in growth.values()) / orders:.1f} | {total // orders:,} |"
    )
    print(f"\nWrite-ahead log: {wal // orders:,} bytes an order.")
    injector.get(Database).dispose()


def _sizes(connection: psycopg.Connection) -> dict[str, tuple[int, int]]:
    """Rows, and bytes of the table without dead rows and with its indexes."""
    connection.execute("VACUUM FULL")
    tables = [
        name
        for (name,) in connection.execute(
            "SELECT relname FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
    ]
    sizes = {}
    for table in tables:
        statement = sql.SQL("SELECT count(*), pg_total_relation_size({}) FROM {}").format(
            sql.Literal(table), sql.Identifier(table)
        )
        sizes[table] = connection.execute(statement).fetchone() or (0, 0)
    return sizes


def _wal(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT (pg_current_wal_lsn() - '0/0')::bigint").fetchone()
    assert row is not None
    return int(row[0])


if __name__ == "__main__":
    main()
