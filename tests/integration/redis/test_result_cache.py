"""Cache of results on a real Redis server."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from redis import Redis
from structlog.testing import capture_logs

from novacart.adapters.redis import result_cache
from novacart.adapters.redis.cache_connection import CacheConnection
from novacart.adapters.redis.circuit_breaker import RETRY_AFTER
from novacart.adapters.redis.connection import key_prefix
from novacart.adapters.redis.result_cache import RedisResultCache
from tests.support.clock import SetClock
from tests.support.contracts.result_cache import SECONDS, ResultCacheContract
from tests.support.redis import RedisServer, ServerClock


def connect(url: str, *, secret_key: str = "first shop") -> RedisResultCache:
    connection = CacheConnection.connect(url, prefix=key_prefix(secret_key))
    return RedisResultCache(connection, seconds=SECONDS)


@pytest.fixture
def clock(client: Redis) -> SetClock:
    return ServerClock(client)


@pytest.fixture
def cache(server: RedisServer, client: Redis) -> RedisResultCache:  # noqa: ARG001 (emptied)
    return connect(server.url)


class TestRedisResultCache(ResultCacheContract):
    def test_processes_share_results(self, cache: RedisResultCache, server: RedisServer) -> None:
        cache.get("lamps", lambda: b"first")
        other = connect(server.url)
        assert other.get("lamps", lambda: b"second").value == b"first"

    def test_shops_have_their_own_results(
        self, cache: RedisResultCache, server: RedisServer
    ) -> None:
        cache.get("lamps", lambda: b"of the first shop")
        other = connect(server.url, secret_key="other shop")
        assert other.get("lamps", lambda: b"of the other shop").value == b"of the other shop"

    def test_emptied_server_is_filled_again(self, cache: RedisResultCache, client: Redis) -> None:
        cache.get("lamps", lambda: b"first")
        client.flushall()
        client.script_flush()
        assert cache.get("lamps", lambda: b"second").value == b"second"
        assert cache.get("lamps", lambda: b"third").value == b"second"


def age_of_a_result_that_is_stored_late(server: RedisServer, seconds: int) -> float | None:
    """Its age according to the cache; None if it is not kept.

    The time between begin and end of the computation is that of the server's clock.
    """
    cache = connect(server.url)
    keep = cache._keep

    def late(*, keys: list[str], args: list[int]) -> object:
        value, begun_at, kept_for = args
        return keep(keys=keys, args=[value, begun_at - seconds * 1000, kept_for])

    cache._keep = cast("Callable[..., object]", late)  # type: ignore[assignment]
    cache.get("lamps", lambda: b"late")
    value, age = cache.get("lamps", lambda: b"new")
    return age if value == b"late" else None


@pytest.mark.usefixtures("client")
def test_age_is_counted_from_the_begin_of_the_computation(server: RedisServer) -> None:
    age = age_of_a_result_that_is_stored_late(server, 20)
    assert age is not None
    assert age >= 20


@pytest.mark.usefixtures("client")
def test_result_that_is_stored_too_late_is_not_kept(server: RedisServer) -> None:
    assert age_of_a_result_that_is_stored_late(server, SECONDS) is None


@pytest.mark.usefixtures("client")
def test_age_that_is_counted_from_the_end_is_too_low(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control."""
    naive = "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])"
    monkeypatch.setattr(result_cache, "_KEEP", naive)
    age = age_of_a_result_that_is_stored_late(server, SECONDS)
    assert age is not None
    assert age < SECONDS


def test_result_is_computed_again_after_the_clock_of_the_server_was_set_back(
    cache: RedisResultCache, clock: SetClock
) -> None:
    cache.get("lamps", lambda: b"first")
    clock.move(seconds=-3600)
    assert cache.get("lamps", lambda: b"second") == (b"second", 0)
    assert cache.get("lamps", lambda: b"third").value == b"second"


def test_result_is_used_for_an_hour_more_without_a_limit_of_its_time(
    cache: RedisResultCache, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control."""
    cache.get("lamps", lambda: b"first")
    clock.move(seconds=-3600)
    monkeypatch.setattr(cache, "_milliseconds", 2 * 3_600_000)
    assert cache.get("lamps", lambda: b"second").value == b"first"


def test_server_that_is_gone_is_tried_again_after_some_seconds(tmp_path: Path) -> None:
    now = [100.0]

    def stop_and_compute() -> bytes:
        server.kill()
        return b"own"

    def get() -> bytes:
        return cache.get("lamps", lambda: b"own").value

    with RedisServer(tmp_path) as server, server.client() as client, capture_logs() as lines:
        connection = CacheConnection(client, prefix="shop:", clock=lambda: now[0])
        cache = RedisResultCache(connection, seconds=SECONDS)
        assert cache.get("lamps", stop_and_compute).value == b"own"
        assert get() == b"own"
        server.start()
        assert get() == b"own"
        assert client.dbsize() == 0
        now[0] += RETRY_AFTER
        assert get() == b"own"
        assert client.dbsize() == 1
    assert [line["event"] for line in lines] == ["redis_unavailable", "redis_available"]


def test_full_server_is_logged_once(tmp_path: Path) -> None:
    now = [100.0]
    with RedisServer(tmp_path) as server, server.client() as client, capture_logs() as lines:
        connection = CacheConnection(client, prefix="shop:", clock=lambda: now[0])
        cache = RedisResultCache(connection, seconds=SECONDS)
        client.config_set("maxmemory", 1)
        for _ in range(3):
            assert cache.get("lamps", lambda: b"own").value == b"own"
            now[0] += RETRY_AFTER
        client.config_set("maxmemory", 0)
        cache.get("lamps", lambda: b"own")
        assert client.dbsize() == 1
    assert [line["event"] for line in lines] == ["redis_unavailable", "redis_available"]


def test_server_that_does_not_respond_is_not_waited_for(
    server: RedisServer, cache: RedisResultCache
) -> None:
    with server.stopped():
        assert cache.get("lamps", lambda: b"own") == (b"own", 0)
