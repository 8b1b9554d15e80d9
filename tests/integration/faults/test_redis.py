"""Redis is dead at the start, comes back, hangs, is emptied and dies: sign-ins and facets go on."""

import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

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
        lines = server.output_text.splitlines()
        return sum(all(each in line for each in wanted) for line in lines)

    def show_facets() -> None:
        """Those of a new filter, which no process has kept."""
        assert processes.send("GET", f"/api/products/facets/?min_price={next(prices)}")[0] == 200

    try:
        # Dead at the start.
        show_facets()
        processes.sign_in("asha")
        server.wait_for_output('"affects":"rate_limits"')
        # Started.
        redis.start()
        _sign_in_until(processes, lambda: changes("redis_available", affects="rate_limits") == 1)
        _sign_in(processes)
        show_facets()
        with redis.client() as client:
            assert client.keys("novacart:*:attempts:sign_in:*")
            assert client.keys("novacart:*:results:facets:*")
            # Emptied.
            client.flushall()
            client.script_flush()
            _sign_in(processes)
            show_facets()
            assert client.keys("novacart:*:attempts:sign_in:*")
            assert client.keys("novacart:*:results:facets:*")
        # It hangs, until the requests have their responses.
        with redis.stopped():
            show_facets()
            for _ in range(3):
                _sign_in(processes)
        _sign_in_until(processes, lambda: changes("redis_available", affects="rate_limits") == 2)
        show_facets()
        # Killed, and wrong passwords still count.
        redis.kill()
        show_facets()
        statuses = {_status(processes, "wrong-password") for _ in range(12)}
        assert statuses == {401, 429}
        assert changes("redis_unavailable", affects="rate_limits") == 3
        assert changes("redis_unavailable", affects="caches") == 3
        assert '"status":5' not in server.output_text
    finally:
        server.stop()
        redis.kill()


def _status(processes: ProcessHarness, password: str) -> int:
    credentials = {"username": "asha", "password": password}
    return processes.send("POST", "/api/token/", credentials)[0]


def _sign_in(processes: ProcessHarness) -> None:
    assert _status(processes, PASSWORD) == 200


def _sign_in_until(processes: ProcessHarness, condition: Callable[[], bool]) -> None:
    for _ in range(20):
        _sign_in(processes)
        if condition():
            return
        time.sleep(0.5)
    raise AssertionError
