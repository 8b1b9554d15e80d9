"""Reads on a streaming replica: fresh for each user, and within a lag; otherwise on the primary."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from threading import Thread

import pytest
from sqlalchemy import bindparam, func, literal_column, select
from structlog.testing import capture_logs

from novacart.adapters.persistence.accounts.queries import SqlAccountQueries
from novacart.adapters.persistence.catalog.tables import products
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.replicas.database import ReplicatedDatabase
from novacart.adapters.persistence.replicas.replicas import ReplicaProblem, Replicas
from novacart.adapters.persistence.replicas.tables import last_writes
from novacart.adapters.persistence.statements import DriverStatement
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.ports.errors import StorageUnavailable
from novacart.application.ports.request_context import RequestContext
from novacart.domain.shared.ids import UserId
from tests.support.builders.ordering import add_customer, add_product
from tests.support.databases import TestRun
from tests.support.postgres import PostgresServer
from tests.support.replication import ReplicatedServers, execute, replicated_servers

MAX_LAG = 1.0
ASHA = UserId(501)
BINA = UserId(502)
IS_REPLICA = DriverStatement(select(literal_column("pg_is_in_recovery()")))
PRODUCTS = DriverStatement(select(func.count()).select_from(products))
LAST_WRITE = DriverStatement(
    select(last_writes.c.position).where(last_writes.c.user_id == bindparam("user_id"))
)


@pytest.fixture(scope="module")
def servers(test_run: TestRun) -> Iterator[ReplicatedServers]:
    with replicated_servers(test_run.new_folder("replicated")) as servers:
        yield servers


class Shop:
    """A process of a shop with a replica."""

    def __init__(self, servers: ReplicatedServers, max_lag: float = 60.0) -> None:
        self.primary = Database.connect(servers.url)
        self.replicas = Replicas(
            self.primary, [Database.connect(servers.replica_url)], max_lag=max_lag
        )
        self.database = ReplicatedDatabase(self.primary, self.replicas)
        self.contexts = ContextVarRequestContexts()
        self.begin = SqlUnitOfWorkFactory(self.primary, self.contexts, None, self.replicas)
        self.accounts = SqlAccountQueries(self.primary, self.replicas)

    def add_product(self, actor: str = "system") -> None:
        with self.contexts.bind(RequestContext(actor=actor)), self.begin() as work:
            add_product(work)
            work.commit()

    def read_as_anybody(self) -> None:
        self.replicas.begin_request(only_reads=True, for_anybody=True)

    def read_as(self, user_id: UserId) -> None:
        """Begin a request of the user, whose last write the authentication returns."""
        self.replicas.begin_request(only_reads=True, for_anybody=False)
        self.replicas.authenticated(user_id, self.last_write(user_id))

    def last_write(self, user_id: UserId) -> int:
        rows = self.primary.fetch(LAST_WRITE, {"user_id": user_id})
        return int(rows[0][0]) if rows else 0

    def uses_replica(self) -> bool:
        [[is_replica]] = self.database.fetch(IS_REPLICA)
        return bool(is_replica)

    def reading_uses_replica(self) -> bool:
        """Whether both `reading` and `snapshot` do; raises `AssertionError` if they differ."""
        found = set()
        for opened in (self.database.reading(), self.database.snapshot()):
            with opened as connection:
                found.add(connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar_one())
        [uses_replica] = found
        return bool(uses_replica)

    def products(self) -> int:
        [[number]] = self.database.fetch(PRODUCTS)
        return int(number)


@pytest.fixture
def make_shop(servers: ReplicatedServers) -> Iterator[Callable[..., Shop]]:
    shops: list[Shop] = []

    def make(max_lag: float = 60.0) -> Shop:
        shops.append(Shop(servers, max_lag))
        return shops[-1]

    yield make
    servers.resume()
    for shop in shops:
        shop.replicas.close()
        shop.primary.dispose()


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    return make_shop()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_requests_that_only_read_use_the_replica(shop: Shop) -> None:
    assert not shop.uses_replica()  # outside of a request
    shop.read_as_anybody()
    wait_until(shop.uses_replica)
    shop.read_as(ASHA)
    assert shop.uses_replica()
    assert shop.reading_uses_replica()
    shop.replicas.begin_request(only_reads=False, for_anybody=False)
    shop.replicas.authenticated(ASHA, 0)
    assert not shop.uses_replica()
    assert not shop.reading_uses_replica()


def test_request_whose_user_is_not_known_uses_the_primary(shop: Shop) -> None:
    shop.read_as_anybody()
    wait_until(shop.uses_replica)
    shop.replicas.begin_request(only_reads=True, for_anybody=False)
    assert not shop.uses_replica()


def test_user_reads_own_writes_of_another_process(
    servers: ReplicatedServers, make_shop: Callable[..., Shop]
) -> None:
    writer, reader = make_shop(), make_shop()
    reader.read_as_anybody()
    wait_until(reader.uses_replica)
    before = reader.products()
    servers.pause()
    writer.add_product(f"staff:{ASHA}")
    reader.read_as(ASHA)
    assert reader.products() == before + 1
    # Negative control: the replica lacks it.
    reader.read_as(BINA)
    assert reader.uses_replica()
    assert reader.products() == before
    servers.resume()
    reader.read_as(ASHA)
    wait_until(reader.uses_replica)
    assert reader.products() == before + 1


def test_user_whose_data_somebody_else_changed_reads_the_change(
    servers: ReplicatedServers, shop: Shop
) -> None:
    shop.read_as_anybody()
    wait_until(shop.uses_replica)
    servers.pause()
    with shop.begin() as work:
        user_id = add_customer(work, "chitra")
        work.commit()
    shop.read_as(user_id)
    assert not shop.uses_replica()


def test_each_write_records_a_newer_position(shop: Shop) -> None:
    positions = []
    for _ in range(5):
        shop.add_product(f"user:{ASHA}")
        positions.append(shop.last_write(ASHA))
    assert positions == sorted(set(positions))


def test_replica_that_lags_is_not_used(
    servers: ReplicatedServers, make_shop: Callable[..., Shop]
) -> None:
    shop = make_shop(MAX_LAG)
    shop.read_as_anybody()
    wait_until(shop.uses_replica)
    servers.pause()
    with capture_logs() as lines:
        shop.add_product()
        wait_until(lambda: not shop.uses_replica())
        wait_until(lambda: bool(lines))
        servers.resume()
        wait_until(shop.uses_replica)
        wait_until(lambda: len(lines) >= 2)
    # On a busy machine it can lag more than once.
    assert [line["event"] for line in lines][:2] == ["replica_lagging", "replica_available"]


def test_replica_of_an_idle_primary_is_used(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop(MAX_LAG)
    shop.read_as_anybody()
    wait_until(shop.uses_replica)
    deadline = time.monotonic() + 2 * MAX_LAG
    while time.monotonic() < deadline:
        wait_until(shop.uses_replica)
        time.sleep(0.1)


def test_killed_replica_costs_no_request_and_is_used_again(
    servers: ReplicatedServers, shop: Shop
) -> None:
    shop.read_as_anybody()
    wait_until(shop.uses_replica)
    with capture_logs() as lines:
        servers.replica.crash()
        for _ in range(50):
            assert not shop.uses_replica()
            assert not shop.reading_uses_replica()
        wait_until(lambda: bool(lines))
        servers.replica.start()
        wait_until(lambda: len(lines) == 2)
        assert shop.uses_replica()
    assert [line["event"] for line in lines] == ["replica_unavailable", "replica_available"]


@contextmanager
def frozen(server: PostgresServer) -> Iterator[None]:
    """Stop all processes: the system still accepts connections and acknowledges what is sent."""
    found = subprocess.run(
        ["pgrep", "-P", str(server.pid)], capture_output=True, text=True, check=True
    )
    processes = [server.pid, *map(int, found.stdout.split())]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def test_replica_that_does_not_answer_delays_reads_by_seconds(
    servers: ReplicatedServers, shop: Shop
) -> None:
    answers: dict[str, bool] = {}

    def fetch() -> None:
        answers["fetch"] = shop.uses_replica()

    def read_block() -> None:
        try:
            answers["block"] = shop.reading_uses_replica()
        except StorageUnavailable:
            answers["block"] = False

    def start(read: Callable[[], None]) -> Thread:
        thread = Thread(target=copy_context().run, args=(read,), daemon=True)
        thread.start()
        return thread

    shop.read_as_anybody()
    wait_until(shop.uses_replica)
    assert shop.reading_uses_replica()
    with frozen(servers.replica):
        for thread in [start(fetch), start(read_block)]:
            # The answer of the replica, and then a new connection to it.
            thread.join(40)
        assert answers == {"fetch": False, "block": False}
        # Later reads do not wait for it.
        assert shop.replicas.choose() is None
        assert not shop.uses_replica()
    wait_until(shop.uses_replica)


def test_promoted_replica_is_not_used(servers: ReplicatedServers, test_run: TestRun) -> None:
    other = servers.primary.replica(test_run.new_folder("promoted"))
    other.start()
    try:
        promoted = Shop(ReplicatedServers(servers.primary, other))
        promoted.read_as_anybody()
        wait_until(promoted.uses_replica)
        execute(other, "SELECT pg_promote()")
        wait_until(lambda: promoted.replicas.choose() is None)
        assert not promoted.uses_replica()
        promoted.replicas.close()
        promoted.primary.dispose()
    finally:
        other.crash()


def test_primary_that_fails_after_a_commit_fails_no_request(
    shop: Shop,
) -> None:
    with shop.primary.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE last_writes RENAME TO hidden")
        connection.commit()
    try:
        with capture_logs() as lines:
            shop.add_product(f"user:{ASHA}")
        assert [line["event"] for line in lines] == ["last_write_not_recorded"]
    finally:
        with shop.primary.writing() as connection:
            connection.exec_driver_sql("ALTER TABLE hidden RENAME TO last_writes")
            connection.commit()


def test_problems_name_what_is_wrong(servers: ReplicatedServers, shop: Shop) -> None:
    assert list(shop.replicas.problems(wait=5)) == []
    servers.pause()
    shop.add_product()
    assert list(shop.replicas.problems(wait=0)) == [("127.0.0.1", ReplicaProblem.LAGGING)]
    servers.resume()
    no_replica = Replicas(shop.primary, [shop.primary], max_lag=1)
    assert list(no_replica.problems(wait=0)) == [("127.0.0.1", ReplicaProblem.NO_REPLICA)]


def test_replica_of_another_server_is_a_problem(
    servers: ReplicatedServers, test_run: TestRun
) -> None:
    with replicated_servers(test_run.new_folder("others")) as others:
        shop = Shop(ReplicatedServers(servers.primary, others.replica))
        assert list(shop.replicas.problems(wait=0)) == [("127.0.0.1", ReplicaProblem.OTHER_CLUSTER)]
        shop.replicas.close()
        shop.primary.dispose()
