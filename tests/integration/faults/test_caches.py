"""What web processes keep in memory when a writer is killed, a clock is set, or many ask at once.

Each test has a negative control: a naive cache, or no cache, in the same processes.
"""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import psycopg
import pytest

from novacart.adapters.persistence.database import Database
from novacart.application.catalog.queries import CatalogQueries
from novacart.domain.shared.money import Money
from novacart.entrypoints.container import build_container
from novacart.entrypoints.settings import load_settings
from tests.support.accounts import create_owner
from tests.support.builders.accounts import PASSWORD
from tests.support.databases import ROOT, on_postgresql, on_sqlite
from tests.support.process_harness import ProcessHarness, kill
from tests.support.processes import Process, free_port
from tests.support.shoppers import new_product
from tests.support.system_clock import set_back

_HOUR: Final = 3600.0
_REQUESTS: Final = 6


class Shown(NamedTuple):
    """What a process shows of the shop's only product, and whether a customer is signed in.

    The prices and brands of the list, of the page, and of all products.
    """

    prices: set[str]
    brands: set[str]
    is_signed_in: bool


class Shop:
    """Several web processes over one database."""

    def __init__(self, processes: ProcessHarness) -> None:
        settings = load_settings(processes.environ, dotenv=processes.folder / "no.env")
        self.injector = build_container(settings)
        self.product = new_product(self.injector, price=100)
        create_owner(self.injector, "keeper")
        self._processes = processes
        self._started: list[Process] = []

    def file(self, name: str) -> Path:
        path = self._processes.folder / name
        path.touch()
        return path

    def start(self, name: str, *faults: str, **environ: str) -> ProcessHarness:
        """Start a web server of one process, which first calls `faults` of `process_faults`.

        Python imports `sitecustomize` before anything else, see its module `site`.
        """
        folder = self._processes.folder / name
        folder.mkdir()
        calls = [f"process_faults.{fault}" for fault in faults]
        if "CLOCK" in environ:
            calls[:0] = [f"system_clock.follow({environ.pop('CLOCK')!r})"]
        lines = [f"from tests.support import {call.partition('.')[0]}\n{call}\n" for call in calls]
        (folder / "sitecustomize.py").write_text("".join(lines))
        port = free_port()
        web = replace(
            self._processes,
            folder=folder,
            port=port,
            environ=self._processes.environ
            | {"PORT": str(port), "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}
            | environ,
        )
        self._started.append(web.start("serve"))
        return web

    def sign_in(self, web: ProcessHarness, name: str) -> tuple[str, str]:
        """Return the access and the refresh token."""
        credentials = {"username": name, "password": PASSWORD}
        tokens = web.send_until_ok("POST", "/api/token/", credentials)
        return tokens["access"], tokens["refresh"]

    def change(self, web: ProcessHarness, price: str, brand: str) -> int:
        """Change the product as staff; return the status, 0 without a response."""
        path = f"/api/products/{self.product}/"
        return web.send("PATCH", path, {"price": price, "brand": brand})[0]

    def shown(self, web: ProcessHarness) -> Shown:
        documents: list[Any] = [
            web.send_until_ok("GET", f"/api/products/{path}")
            for path in ("", f"{self.product}/", "price-range/", "brands/")
        ]
        [listed], page, prices, [brand] = documents
        return Shown(
            prices={listed["price"], page["price"], prices["max_price"]},
            brands={listed["brand"], page["brand"], brand["title"]},
            is_signed_in=web.send("GET", "/api/whoami/")[0] == 200,
        )

    def dearest(self, web: ProcessHarness) -> str:
        """The highest price of the facets, which may be some seconds old."""
        price: str = web.send_until_ok("GET", "/api/products/facets/")["price"]["max_price"]
        return price

    def close(self) -> None:
        self.injector.get(Database).dispose()
        for process in self._started:
            if process.running.poll() is None:
                kill(process)


@pytest.fixture
def shop(processes: ProcessHarness) -> Iterator[Shop]:
    shop = Shop(processes)
    try:
        yield shop
    finally:
        shop.close()


def expected(price: str, brand: str, *, is_signed_in: bool = True) -> Shown:
    return Shown({price}, {brand}, is_signed_in)


def change_and_die(shop: Shop, reader: ProcessHarness, *reports: str) -> tuple[Shown, Shown]:
    """What `reader` shows before and after two processes are killed after their commits.

    The first one changes the product, the second one ends the session. `reports` are what a
    process would do after its commit.
    """
    keeper, _ = shop.sign_in(reader, "keeper")
    reader.token, refresh = shop.sign_in(reader, "keeper")
    before = shop.shown(reader)
    editor = replace(shop.start("editor", "kill_after_commit()", *reports), token=keeper)
    assert shop.change(editor, "300.00", "Udaan") == 0
    other = shop.start("other", "kill_after_commit()", *reports)
    assert other.send("POST", "/api/token/blacklist/", {"refresh": refresh})[0] == 0
    return before, shop.shown(reader)


@pytest.mark.timeout(240)
def test_commit_is_shown_although_its_process_was_killed_after_it(shop: Shop) -> None:
    """By another process, which has the product, its list and the session in memory."""
    reader = shop.start("reader", SEARCH_CACHE_SECONDS="1")
    assert shop.dearest(reader) == "100.00"
    before, after = change_and_die(shop, reader)
    assert before == expected("100.00", "Kettle")
    assert after == expected("300.00", "Udaan", is_signed_in=False)
    # Nothing has to end the seconds for which facets are kept.
    reader.wait_until(lambda: shop.dearest(reader) == "300.00")


@pytest.mark.timeout(240)
@on_postgresql
def test_cache_that_is_emptied_after_each_commit_stays_old_if_the_process_is_killed(
    shop: Shop,
) -> None:
    """Negative control: the cache shows each change of a process that lives on."""
    reports = str(shop.file("reports"))
    report = f"report_commits({reports!r})"
    reader = shop.start("reader", f"cache_until_reported({reports!r})")
    editor = shop.start("first-editor", report)
    assert shop.shown(reader) == expected("100.00", "Kettle", is_signed_in=False)
    editor.token, _ = shop.sign_in(reader, "keeper")
    assert shop.change(editor, "200.00", "Peepal") == 200
    before, after = change_and_die(shop, reader, report)
    assert before == after == expected("200.00", "Peepal")
    # The commit is in the database.
    stored = shop.injector.get(CatalogQueries)  # type: ignore[type-abstract]
    assert stored.price_range(None).max_price == Money(30_000, "INR")


@pytest.mark.timeout(240)
def test_two_processes_show_each_change_of_the_other(shop: Shop) -> None:
    first, second = shop.start("first"), shop.start("second")
    first.token = second.token = shop.sign_in(first, "keeper")[0]
    assert shop.shown(first) == shop.shown(second) == expected("100.00", "Kettle")
    for price, web in ((101, first), (102, second), (103, first), (104, second)):
        assert shop.change(web, f"{price}.00", f"Brand {price}") == 200
        assert shop.shown(first) == expected(f"{price}.00", f"Brand {price}")
        assert shop.shown(second) == expected(f"{price}.00", f"Brand {price}")


@pytest.mark.timeout(240)
@on_postgresql
def test_two_processes_with_caches_by_id_disagree(shop: Shop) -> None:
    """Negative control."""
    naive = f"cache_until_reported({str(shop.file('reports'))!r})"
    first, second = shop.start("first", naive), shop.start("second", naive)
    first.token = second.token = shop.sign_in(first, "keeper")[0]
    assert shop.shown(second) == expected("100.00", "Kettle")
    assert shop.change(first, "101.00", "Peepal") == 200
    assert shop.shown(first) == expected("101.00", "Peepal")
    assert shop.shown(second) == expected("100.00", "Kettle")


@on_sqlite
def test_facets_are_not_kept_longer_if_the_clock_is_set_back(shop: Shop) -> None:
    clock = shop.file("clock")
    set_back(clock, 0)
    web = shop.start("web", CLOCK=str(clock), SEARCH_CACHE_SECONDS="1")
    assert shop.dearest(web) == "100.00"
    set_back(clock, _HOUR)
    new_product(shop.injector, price=200)
    web.wait_until(lambda: shop.dearest(web) == "200.00")


@on_sqlite
def test_facets_that_are_timed_by_the_system_clock_are_kept_longer(shop: Shop) -> None:
    """Negative control."""
    clock = shop.file("clock")
    set_back(clock, 0)
    naive = "time_results_by_the_system_clock()"
    web = shop.start("web", naive, CLOCK=str(clock), SEARCH_CACHE_SECONDS="1")
    assert shop.dearest(web) == "100.00"
    set_back(clock, _HOUR)
    new_product(shop.injector, price=200)
    time.sleep(3)
    assert shop.dearest(web) == "100.00"
    set_back(clock, 0)
    web.wait_until(lambda: shop.dearest(web) == "200.00")


class Stampede:
    """Many requests for the same facets, which wait for a lock of the database."""

    def __init__(self, shop: Shop, database_url: str, *faults: str) -> None:
        self._shop = shop
        self._address = database_url.replace("+psycopg", "")
        self._requested, self._counted = shop.file("requested"), shop.file("counted")
        self._web = shop.start(
            "web",
            *faults,
            f"count_calls('facets', {str(self._requested)!r})",
            f"count_calls('_count_facets', {str(self._counted)!r})",
            SEARCH_CACHE_SECONDS="60",
        )

    @property
    def requested(self) -> int:
        """Requests that have reached a thread."""
        return self._requested.stat().st_size

    @property
    def counted(self) -> int:
        """Requests that have counted."""
        return self._counted.stat().st_size

    def run(self, *, until: int) -> None:
        """Send all requests; unlock the products when so many have counted, and two run."""
        path = "/api/products/facets/?min_price=1"
        with psycopg.connect(self._address) as locked, ThreadPoolExecutor(_REQUESTS) as threads:
            locked.execute("LOCK TABLE products")
            sent = [threads.submit(self._web.send, "GET", path) for _ in range(_REQUESTS)]
            self._web.wait_until(lambda: self.requested >= 2 and self.counted >= until)
            locked.rollback()
            assert [each.result()[0] for each in sent] == [200] * _REQUESTS


@on_postgresql
def test_one_of_many_requests_counts_facets(shop: Shop, database_url: str) -> None:
    stampede = Stampede(shop, database_url)
    stampede.run(until=1)
    assert (stampede.requested, stampede.counted) == (_REQUESTS, 1)


@on_postgresql
def test_each_thread_counts_facets_if_none_waits_for_another(shop: Shop, database_url: str) -> None:
    """Negative control."""
    stampede = Stampede(shop, database_url, "compute_in_each_thread()")
    stampede.run(until=2)
    assert stampede.counted >= 2
