"""Shops under test: a filled database, the same application in this process, and the servers."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final

import jwt
from flask import Flask
from injector import Injector
from sqlalchemy import Connection, event

from benchmarks.catalog import fill_catalog
from benchmarks.customers import Customer, CustomerFactory
from benchmarks.databases import BenchmarkDatabase, copy_rows, running_database
from benchmarks.load_generator import Exchange, Request, ServerStuck, measure, once
from benchmarks.mail_server import running_mail_server
from benchmarks.metrics import Statements
from benchmarks.progress import Progress
from benchmarks.recording import FloorRoute, write_routes
from benchmarks.servers import (
    SECRET_KEY,
    Checkout,
    Server,
    ServerFailed,
    floor_server,
    migrate,
    running_worker,
    shop_environment,
    shop_server,
)
from novacart.adapters.persistence.database import Database
from novacart.application.ports.tokens import Tokens
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import ProductId
from novacart.entrypoints.http import create_app
from novacart.entrypoints.settings import load_settings
from tests.support.databases import create_schema
from tests.support.query_counter import counted_statements

SHOP: Final = "this checkout"
FLOOR: Final = "floor"
_NEXT: Final = re.compile(r'<http://127\.0\.0\.1(/[^>]*)>; rel="next"')
_DRAIN_TIMEOUT: Final = 120.0
_POLL_INTERVAL: Final = 0.05
_FIRST_JOBS: Final = 1.0  # seconds in which a worker runs the jobs that are due
_PENDING: Final = "SELECT count(*) FROM outbox_messages WHERE state = 'pending'"
_DELETE: Final = "DELETE FROM outbox_messages"
_PARKED: Final = "SELECT count(*) FROM outbox_messages WHERE state = 'parked'"


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkShop:
    """A filled database, and the shop on it in this process.

    `environment` is that of its servers, whose logs are in `folder`.
    """

    database: BenchmarkDatabase
    app: Flask
    products: list[ProductId]
    customers: CustomerFactory
    progress: Progress
    environment: Mapping[str, str]
    folder: Path

    @property
    def injector(self) -> Injector:
        injector: Injector = self.app.extensions["novacart.injector"]
        return injector

    def send(self, request: Request) -> Any:  # noqa: ANN401 (parsed JSON)
        """Send a request to the application in this process and return the JSON.

        Raises `AssertionError` for another status than the expected one.
        """
        response = self.app.test_client().open(
            request.path,
            method=request.method,
            headers={"Host": "127.0.0.1", **request.headers},
            data=request.body or None,
        )
        assert response.status_code == request.expected, response.get_data(as_text=True)
        return response.json

    def count_statements(self, requests: Sequence[Request]) -> Statements:
        """Send requests to the application in this process and count their SQL statements."""
        database = self.injector.get(Database)
        commits: list[Connection] = []

        def record_commit(connection: Connection) -> None:
            commits.append(connection)

        event.listen(database.engine, "commit", record_commit)
        try:
            with counted_statements(database) as sent:
                for request in requests:
                    self.send(request)
        finally:
            event.remove(database.engine, "commit", record_commit)
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
    dialect: str,
    folder: Path,
    *,
    products: int,
    progress: Progress,
    variants: int = 1,
    attributes: bool = False,
    debug: bool = False,
    mail_delay: float = 0.0,
) -> Iterator[BenchmarkShop]:
    """Fill a new database with `products` products, with the settings of production.

    `variants` is the number of each product, and `attributes` whether it has some. `debug` enables
    the sandbox payment provider. `mail_delay` is the time in which the mail server accepts a
    message, in seconds.
    """
    with (
        running_mail_server(mail_delay) as mail,
        running_database(dialect, folder) as database,
        opened_shop(
            database,
            folder,
            products=products,
            progress=progress,
            variants=variants,
            attributes=attributes,
            DEBUG=str(debug),
            **mail,
        ) as shop,
    ):
        progress.say(f"{dialect}: filled with {products:,} products")
        database.refresh_statistics()
        yield shop


@contextmanager
def opened_shop(
    benchmark_database: BenchmarkDatabase,
    folder: Path,
    *,
    products: int,
    progress: Progress,
    variants: int = 1,
    attributes: bool = False,
    **settings: str,
) -> Iterator[BenchmarkShop]:
    """Create the schema in an empty database, and fill it."""
    environment = shop_environment(benchmark_database.url, folder, **settings)
    create_schema(benchmark_database.url)
    app = create_app(load_settings(environment, dotenv=folder / "no.env"))
    injector: Injector = app.extensions["novacart.injector"]
    database = injector.get(Database)
    begin: UnitOfWorkFactory = injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    try:
        added = fill_catalog(
            database, begin, products, progress, variants=variants, attributes=attributes
        )
        yield BenchmarkShop(
            database=benchmark_database,
            app=app,
            products=added,
            customers=CustomerFactory(begin, injector.get(Tokens), added),  # type: ignore[type-abstract]
            progress=progress,
            environment=environment,
            folder=folder,
        )
    finally:
        database.dispose()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A server that is measured, and its processes by kind.

    Releases before access tokens had an `audience` refuse tokens with one.
    """

    name: str
    server: Server
    database: BenchmarkDatabase
    processes: Mapping[str, int]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = Path()
    checkout: Checkout = field(default_factory=Checkout)
    audience: bool = True

    @contextmanager
    def with_worker(self) -> Iterator["Subject"]:
        """Run a worker that has no events to handle yet."""
        with self.database.connection() as execute:
            execute(_DELETE)
        with running_worker(self.environment, self.folder, self.checkout) as worker:
            sleep(_FIRST_JOBS)
            subject = replace(self, processes={**self.processes, "worker": worker})
            subject.wait_until_drained()
            yield subject

    def wait_until_drained(self) -> float:
        """Wait until no event is pending; return the seconds that it took.

        Raises `ServerStuck` after two minutes.
        """
        start = monotonic()
        with self.database.connection() as execute:
            while pending := execute(_PENDING):
                if monotonic() > start + _DRAIN_TIMEOUT:
                    raise ServerStuck(f"{pending} events are still pending; see {self.folder}.")
                sleep(_POLL_INTERVAL)
            drained = monotonic() - start
            assert not execute(_PARKED), f"events failed; see {self.folder}"
        return drained

    def exchange_of(self, request: Request) -> Exchange:
        """Encode a request for this subject."""
        authorization = request.headers.get("Authorization")
        if self.audience or authorization is None:
            return request.exchange
        token = _without_audience(authorization.removeprefix("Bearer "))
        headers = {**request.headers, "Authorization": f"Bearer {token}"}
        return replace(request, headers=headers).exchange


def _without_audience(token: str) -> str:
    claims = jwt.decode(token, options={"verify_signature": False})
    del claims["aud"]
    return jwt.encode(claims, SECRET_KEY, algorithm="HS256")


@contextmanager
def running_subjects(
    shop: BenchmarkShop, routes: Sequence[FloorRoute], against: Checkout | None
) -> Iterator[list[Subject]]:
    """Run the shop, the floor if it has routes, and the other checkout on a copy of the data."""
    (probe,) = shop.customers.create(1, lines=0, progress=shop.progress)
    with shop.database.connection() as execute:
        # A worker shall handle the events of the load only.
        execute(_DELETE)
    with ExitStack() as stack:
        subjects = [_shop_subject(shop, stack)]
        if routes:
            path = shop.folder / "routes.json"
            write_routes(routes, path)
            server = stack.enter_context(floor_server(shop.environment, shop.folder, path))
            subjects.append(_subject(FLOOR, server, shop.database))
        if against is not None:
            subjects.append(_other_subject(shop, against, probe, stack))
        shop.database.refresh_statistics()
        yield subjects


def _shop_subject(shop: BenchmarkShop, stack: ExitStack) -> Subject:
    server = stack.enter_context(shop_server(shop.environment, shop.folder))
    subject = _subject(SHOP, server, shop.database)
    return replace(subject, environment=shop.environment, folder=shop.folder)


def other_shop(
    shop: BenchmarkShop, checkout: Checkout
) -> tuple[BenchmarkDatabase, Mapping[str, str], Path]:
    """Copy the rows of a shop to a database with the schema of another checkout.

    Return it with the environment and the folder of the checkout's processes.
    """
    folder = shop.folder / "other"
    database = shop.database.sibling("other")
    environment = {
        **shop.environment,
        "DATABASE_URL": database.url,
        "VAR_DIR": str(folder / "var"),
    }
    migrate(environment, folder, checkout)
    copy_rows(shop.database, database)
    database.refresh_statistics()
    return database, environment, folder


def _other_subject(
    shop: BenchmarkShop, checkout: Checkout, probe: Customer, stack: ExitStack
) -> Subject:
    database, environment, folder = other_shop(shop, checkout)
    server = stack.enter_context(shop_server(environment, folder, checkout))
    subject = _subject(checkout.revision or str(checkout.folder), server, database)
    subject = replace(subject, environment=environment, folder=folder, checkout=checkout)
    request = Request.get("/api/cart/", token=probe.access)
    for audience in (True, False):
        subject = replace(subject, audience=audience)
        if not measure(server.port, once([subject.exchange_of(request)])).failed:
            return subject
    raise ServerFailed(f"{checkout.folder} does not accept the access tokens of this checkout.")


def _subject(name: str, server: Server, database: BenchmarkDatabase) -> Subject:
    return Subject(
        name=name,
        server=server,
        database=database,
        processes={"web": server.process, **database.processes},
    )


def web_workers() -> int:
    """Return the number of processes that `novacart serve` starts on this machine."""
    return load_settings({"SECRET_KEY": SECRET_KEY}, dotenv=Path("no.env")).web_workers
