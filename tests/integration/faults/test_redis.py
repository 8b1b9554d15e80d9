"""Redis is dead at the start, comes back, hangs, is emptied and dies: the shop goes on."""

import time
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.support.process_harness import PASSWORD, ProcessHarness
from tests.support.redis import RedisServer


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_shop_works_through_every_failure_of_redis(
    processes: ProcessHarness, tmp_path: Path
) -> None:
    redis = RedisServer(tmp_path / "redis")
    processes.environ |= {
        "RATELIMIT_ENABLED": "True",
        "REDIS_URL": redis.url,
        "SEARCH_CACHE_SECONDS": "60",
    }
    server = processes.start("serve")
    prices = count(1)

    def changes(event: str, *, affects: str) -> int:
        wanted = (f'"event":"{event}"', f'"affects":"{affects}"')
        return sum(all(each in line for each in wanted) for line in server.output_text.splitlines())

    def show_facets() -> None:
        """Those of a new filter, which no process has kept."""
        assert processes.send("GET", f"/api/products/facets/?min_price={next(prices)}")[0] == 200

    sign_in = partial(_sign_in, processes)
    refresh_twice = partial(_refresh_twice, processes)

    try:
        # Dead at the start.
        show_facets()
        processes.sign_in("asha")
        refresh_twice()
        server.wait_for_output('"affects":"rate_limits"')
        # Started.
        redis.start()
        _repeat(sign_in, until=lambda: changes("redis_available", affects="rate_limits") == 1)
        refresh_twice()
        show_facets()
        with redis.client() as client:
            assert client.keys("novacart:*:exchanges:*")
            assert client.keys("novacart:*:attempts:sign_in:*")
            assert client.keys("novacart:*:results:facets:*")
            # Emptied.
            client.flushall()
            client.script_flush()
            refresh_twice()
            show_facets()
            assert client.keys("novacart:*:exchanges:*")
            assert client.keys("novacart:*:attempts:sign_in:*")
            assert client.keys("novacart:*:results:facets:*")
        # It hangs, until the requests have their responses.
        with redis.stopped():
            show_facets()
            for _ in range(3):
                refresh_twice()
        _repeat(sign_in, until=lambda: changes("redis_available", affects="rate_limits") == 2)
        _repeat(show_facets, until=lambda: changes("redis_available", affects="caches") == 2)
        # Killed, and wrong passwords still count.
        redis.kill()
        show_facets()
        refresh_twice()
        statuses = {_send_credentials(processes, "wrong-password")[0] for _ in range(12)}
        assert statuses == {401, 429}
        assert changes("redis_unavailable", affects="rate_limits") == 3
        assert changes("redis_unavailable", affects="caches") == 3
        assert '"status":5' not in server.output_text
    finally:
        server.stop()
        redis.kill()


def _send_credentials(processes: ProcessHarness, password: str) -> tuple[int, Any]:
    credentials = {"username": "asha", "password": password}
    return processes.send("POST", "/api/token/", credentials)


def _sign_in(processes: ProcessHarness) -> str:
    """Return the refresh token."""
    status, tokens = _send_credentials(processes, PASSWORD)
    assert status == 200
    return str(tokens["refresh"])


def _refresh_twice(processes: ProcessHarness) -> None:
    """With one token."""
    body = {"refresh": _sign_in(processes)}
    for _ in range(2):
        assert processes.send("POST", "/api/token/refresh/", body)[0] == 200


def _repeat(action: Callable[[], object], *, until: Callable[[], bool]) -> None:
    for _ in range(20):
        action()
        if until():
            return
        time.sleep(0.5)
    raise AssertionError
