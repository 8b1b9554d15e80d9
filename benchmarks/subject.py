"""A shop to measure: its database, filled; its server; and itself in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from injector import Injector

from benchmarks.catalogue import fill_catalogue
from benchmarks.progress import Progress
from benchmarks.servers import shop_environment, shop_server
from benchmarks.shoppers import Shoppers
from benchmarks.statements import Statements, statements_of
from benchmarks.wire import Request
from novacart.adapters.persistence.database import Database
from novacart.application.ports.tokens import Tokens
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import ProductId
from novacart.entrypoints.http import create_app
from novacart.entrypoints.settings import load_settings
from tests.support.databases import create_schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """`port` is where `novacart serve` listens; `app` is the same shop in this process."""

    name: str
    port: int
    app: Flask
    products: list[ProductId]
    shoppers: Shoppers
    progress: Progress

    def answer(self, request: Request, *, expected: int) -> Statements:
        """Serve it in this process. Raises `AssertionError` for another status."""
        return statements_of(self.app, request, expected=expected)


@contextmanager
def filled_shop(
    name: str, database_url: str, folder: Path, *, products: int, progress: Progress
) -> Iterator[Subject]:
    """A migrated shop with so many products, and its server in production's settings."""
    environment = shop_environment(database_url, folder)
    create_schema(database_url)
    app = create_app(load_settings(environment, dotenv=folder / "no.env"))
    injector: Injector = app.extensions["novacart.injector"]
    database = injector.get(Database)
    begin: UnitOfWorkFactory = injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    added = fill_catalogue(begin, products, progress)
    _refresh_statistics(database)
    try:
        with shop_server(environment, folder) as port:
            yield Subject(
                name=name,
                port=port,
                app=app,
                products=added,
                shoppers=Shoppers(begin, injector.get(Tokens), added),  # type: ignore[type-abstract]
                progress=progress,
            )
    finally:
        database.dispose()


def _refresh_statistics(database: Database) -> None:
    """What a running shop's database learns by itself, in time."""
    with database.reading() as connection:
        connection.exec_driver_sql("ANALYZE")
