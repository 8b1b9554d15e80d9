"""Redis is dead at the start, comes back, hangs, is emptied and dies: sign-ins go on."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.process_harness import PASSWORD, ProcessHarness
from tests.support.redis import RedisServer


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_customers_sign_in_through_every_failure_of_redis(
    processes: ProcessHarness, tmp_path: Path
) -> None:
    redis = RedisServer(tmp_path / "redis")
    processes.environ |= {"RATELIMIT_ENABLED": "True", "REDIS_URL": redis.url}
    server = processes.start("serve")
    try:
        # Dead at the start.
        processes.sign_in("asha")
        server.wait_for_output("redis_unavailable")
        # Started.
        redis.start()
        _sign_in_until(processes, lambda: "redis_available" in server.output_text)
        _sign_in(processes)
        with redis.client() as client:
            assert client.keys("novacart:attempts:sign_in:*")
            # Emptied.
            client.flushall()
            client.script_flush()
            _sign_in(processes)
            assert client.keys("novacart:attempts:sign_in:*")
        # It hangs, until the requests have their responses.
        with redis.stopped():
            for _ in range(3):
                _sign_in(processes)
        _sign_in_until(processes, lambda: server.output_text.count("redis_available") == 2)
        # Killed, and wrong passwords still count.
        redis.kill()
        statuses = {_status(processes, "wrong-password") for _ in range(12)}
        assert statuses == {401, 429}
        assert server.output_text.count('"redis_unavailable"') == 3
        assert '"status": 5' not in server.output_text
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
