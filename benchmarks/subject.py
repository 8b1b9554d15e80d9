"""A shop to measure: its database, filled; its server; and itself in this process."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flask import Flask
from injector import Injector

from benchmarks.catalogue import fill_catalogue
from benchmarks.http_wire import Request
from benchmarks.progress import Progress
from benchmarks.servers import Server, shop_environment, shop_server
from benchmarks.shoppers import Shoppers
from novacart.adapters.persistence.database import Database
from novacart.application.ports.tokens import Tokens
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import ProductId
from novacart.entrypoints.http import create_app
from novacart.entrypoints.settings import load_settings
from tests.support.databases import create_schema

_NEXT: Final = re.compile(r'<http://127\.0\.0\.1(/[^>]*)>; rel="next"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """`server` is `novacart serve`; `app` is the same shop in this process.

    `environment` is what the server was started with, and can be started with again.
    """

    name: str
    server: Server
    app: Flask
    products: list[ProductId]
    shoppers: Shoppers
    progress: Progress
    environment: Mapping[str, str]

    @property
    def injector(self) -> Injector:
        injector: Injector = self.app.extensions["novacart.injector"]
        return injector

    def answer(self, request: Request, *, expected: int) -> Any:  # noqa: ANN401 (parsed JSON)
        """What the shop in this process answers. Raises `AssertionError` for another status."""
        answer = self.app.test_client().open(
            request.path,
            method=request.method,
            headers=dict(request.headers),
            data=request.body or None,
        )
        assert answer.status_code == expected, answer.get_data(as_text=True)
        return answer.json

    def page(self, path: str, number: int) -> str:
        """The path of page `number` of a list, found by following `Link` from page 1."""
        with self.progress.step(f"to page {number:,}", number) as advance:
            for _ in range(number - 1):
                answer = self.app.test_client().get(path, headers={"Host": "127.0.0.1"})
                found = _NEXT.search(answer.headers.get("Link", ""))
                assert found is not None, f"{path} is the last page"
                path = found[1]
                advance(1)
        return path


@contextmanager
def filled_shop(
    name: str,
    database_url: str,
    folder: Path,
    *,
    products: int,
    progress: Progress,
    debug: bool = False,
) -> Iterator[Subject]:
    """A migrated shop with so many products, and its server in production's settings.

    `debug` is for what only a shop in development has: the sandbox's payments.
    """
    environment = shop_environment(database_url, folder, DEBUG=str(debug))
    create_schema(database_url)
    app = create_app(load_settings(environment, dotenv=folder / "no.env"))
    injector: Injector = app.extensions["novacart.injector"]
    database = injector.get(Database)
    begin: UnitOfWorkFactory = injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    added = fill_catalogue(begin, products, progress)
    _refresh_statistics(database)
    try:
        with shop_server(environment, folder) as server:
            yield Subject(
                name=name,
                server=server,
                app=app,
                products=added,
                shoppers=Shoppers(begin, injector.get(Tokens), added),  # type: ignore[type-abstract]
                progress=progress,
                environment=environment,
            )
    finally:
        database.dispose()


def _refresh_statistics(database: Database) -> None:
    """What a running shop's database learns by itself, in time."""
    with database.reading() as connection:
        connection.exec_driver_sql("ANALYZE")
