"""Shops under test: a filled database, a server, and the same application in this process."""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from flask import Flask
from injector import Injector
from sqlalchemy import Connection, event

from benchmarks.catalog import fill_catalog
from benchmarks.customers import CustomerFactory
from benchmarks.load_generator import Request
from benchmarks.metrics import Statements
from benchmarks.progress import Progress
from benchmarks.servers import SECRET_KEY, Server, granian_server, shop_environment, shop_server
from novacart.adapters.persistence.database import Database
from novacart.application.ports.tokens import Tokens
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import ProductId
from novacart.entrypoints.http import create_app
from novacart.entrypoints.settings import load_settings
from tests.support.databases import create_schema
from tests.support.postgres import PostgresServer

DATABASES: Final = ("sqlite", "postgresql")
# The server of the tests runs without fsync; a shop must not.
_DURABLE: Final = {"fsync": "on", "full_page_writes": "on"}
_NEXT: Final = re.compile(r'<http://127\.0\.0\.1(/[^>]*)>; rel="next"')


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkShop:
    """`server` runs `novacart serve`; `app` is the same shop in this process.

    `environment` is the environment of the server, to start further servers with.
    """

    name: str
    server: Server
    app: Flask
    products: list[ProductId]
    customers: CustomerFactory
    progress: Progress
    environment: Mapping[str, str]

    @property
    def injector(self) -> Injector:
        injector: Injector = self.app.extensions["novacart.injector"]
        return injector

    def send(self, request: Request, *, expected: int) -> Any:  # noqa: ANN401 (parsed JSON)
        """Send a request to the application in this process and return the JSON.

        Raises `AssertionError` for another status.
        """
        response = self.app.test_client().open(
            request.path,
            method=request.method,
            headers=dict(request.headers),
            data=request.body or None,
        )
        assert response.status_code == expected, response.get_data(as_text=True)
        return response.json

    def count_statements(self, request: Request, *, expected: int) -> Statements:
        """Send a request to the application in this process and count its SQL statements."""
        engine = self.injector.get(Database).engine
        sent: list[str] = []
        commits: list[Connection] = []

        def record(_c: object, _cursor: object, statement: str, *_: object) -> None:
            # Only on SQLite is BEGIN an explicit statement.
            if not statement.startswith("BEGIN"):
                sent.append(statement)

        def record_commit(connection: Connection) -> None:
            commits.append(connection)

        event.listen(engine, "before_cursor_execute", record)
        event.listen(engine, "commit", record_commit)
        try:
            self.send(request, expected=expected)
        finally:
            event.remove(engine, "before_cursor_execute", record)
            event.remove(engine, "commit", record_commit)
        return Statements(sent=len(sent), commits=len(commits))

    def page(self, path: str, number: int) -> str:
        """Return the path of page `number` of a list, by following the `Link` headers."""
        with self.progress.step(f"to page {number:,}", number) as advance:
            for _ in range(number - 1):
                response = self.app.test_client().get(path, headers={"Host": "127.0.0.1"})
                match = _NEXT.search(response.headers.get("Link", ""))
                assert match is not None, f"{path} is the last page"
                path = match[1]
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
) -> Iterator[BenchmarkShop]:
    """Run a shop with `products` products and the settings of production.

    `debug` enables the sandbox payment provider.
    """
    environment = shop_environment(database_url, folder, DEBUG=str(debug))
    create_schema(database_url)
    app = create_app(load_settings(environment, dotenv=folder / "no.env"))
    injector: Injector = app.extensions["novacart.injector"]
    database = injector.get(Database)
    begin: UnitOfWorkFactory = injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    added = fill_catalog(begin, products, progress)
    _refresh_statistics(database)
    try:
        with shop_server(environment, folder) as server:
            yield BenchmarkShop(
                name=name,
                server=server,
                app=app,
                products=added,
                customers=CustomerFactory(begin, injector.get(Tokens), added),  # type: ignore[type-abstract]
                progress=progress,
                environment=environment,
            )
    finally:
        database.dispose()


def _refresh_statistics(database: Database) -> None:
    """Run ANALYZE, as autovacuum does after a while."""
    with database.reading() as connection:
        connection.exec_driver_sql("ANALYZE")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopOptions:
    """`against` is another checkout, whose server runs on the same database."""

    databases: Sequence[str] = DATABASES
    products: int = 1_000
    debug: bool = False
    against: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkServers:
    """`bare` serves a bare Flask route, the baseline; `folder` is for further servers."""

    bare: Server
    shops: Sequence[BenchmarkShop]
    folder: Path


@contextmanager
def running_shops(options: ShopOptions, progress: Progress) -> Iterator[BenchmarkServers]:
    """Run a shop on each database, and the bare route."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="novacart_bench_")))
        # PostgreSQL may run as another user.
        folder.chmod(0o755)
        bare = stack.enter_context(
            granian_server(
                "benchmarks.bare_flask:app", {}, folder, path="/bare/", workers=web_workers()
            )
        )
        shops = []
        for name in options.databases:
            shop = stack.enter_context(
                filled_shop(
                    name,
                    _database_url(name, folder, stack),
                    folder,
                    products=options.products,
                    progress=progress,
                    debug=options.debug,
                )
            )
            if options.against is not None:
                other = shop_server(shop.environment, folder, checkout=options.against)
                server = stack.enter_context(other)
                shops.append(replace(shop, name=f"{name}, before", server=server))
            shops.append(shop)
        yield BenchmarkServers(bare=bare, shops=shops, folder=folder)


def web_workers() -> int:
    """Return the number of processes that `novacart serve` starts on this machine."""
    return load_settings({"SECRET_KEY": SECRET_KEY}, dotenv=Path("no.env")).web_workers


def _database_url(name: str, folder: Path, stack: ExitStack) -> str:
    if name == "sqlite":
        return f"sqlite:///{folder}/shop.sqlite3"
    server = PostgresServer(folder / "postgres", settings=_DURABLE)
    stack.callback(server.stop)
    server.start()
    return server.url()
