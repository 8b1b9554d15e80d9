"""Searches that wait for the database do not keep others from being served."""

import http.client
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from novacart.adapters.web.http.threads import Threads
from tests.support.process_harness import ProcessHarness

_WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
SEARCHES = Threads().slow_reads + 2


@pytest.fixture
def database_url(postgresql_url: str) -> str:
    """The test needs PostgreSQL: on SQLite, reads wait for no lock."""
    return postgresql_url


def status_of(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.timeout(120)
def test_others_are_served_while_searches_wait(
    processes: ProcessHarness, database_url: str
) -> None:
    """The searches in both threads wait for a lock. In the event loop, only one could wait."""
    server = processes.start("serve")
    port = processes.port
    address = database_url.replace("+psycopg", "")
    try:
        with (
            psycopg.connect(address, autocommit=True) as observer,
            psycopg.connect(address) as locked,
            ThreadPoolExecutor(SEARCHES) as threads,
        ):
            locked.execute("LOCK TABLE product_search")
            searches = [
                threads.submit(status_of, port, f"/api/products/?search=lamp{number}")
                for number in range(SEARCHES)
            ]
            waiting = 0
            deadline = time.monotonic() + 30
            while waiting < Threads().slow_reads and time.monotonic() < deadline:
                [waiting] = observer.execute(_WAITING).fetchone() or (0,)
            assert waiting == Threads().slow_reads, server.output_text
            assert status_of(port, "/api/products/?category=books") == 200
            assert not any(each.done() for each in searches)
            locked.rollback()
            assert {each.result() for each in searches} == {200}
    finally:
        server.stop()
