"""Recent exchanges of refresh tokens on a real Redis server."""

from pathlib import Path

import pytest
from redis import Redis

from novacart.adapters.redis.cache_connection import CacheConnection
from novacart.adapters.redis.circuit_breaker import RETRY_AFTER
from novacart.adapters.redis.connection import key_prefix
from novacart.adapters.redis.recent_exchanges import RedisRecentExchanges
from tests.support.clock import SetClock
from tests.support.contracts.recent_exchanges import LEEWAY, RecentExchangesContract
from tests.support.redis import RedisServer, ServerClock


def connect(url: str, *, secret_key: str = "first shop") -> RedisRecentExchanges:
    connection = CacheConnection.connect(url, prefix=key_prefix(secret_key))
    return RedisRecentExchanges(connection, leeway=LEEWAY)


@pytest.fixture
def clock(client: Redis) -> SetClock:
    return ServerClock(client)


@pytest.fixture
def recent(server: RedisServer, client: Redis) -> RedisRecentExchanges:  # noqa: ARG001 (emptied)
    return connect(server.url)


class TestRedisRecentExchanges(RecentExchangesContract):
    def test_processes_share_exchanges_and_shops_do_not(
        self, recent: RedisRecentExchanges, server: RedisServer
    ) -> None:
        recent.add("first")
        assert connect(server.url).has("first")
        assert not connect(server.url, secret_key="other shop").has("first")

    def test_server_has_no_token_id(self, recent: RedisRecentExchanges, client: Redis) -> None:
        recent.add("first")
        ((key, value),) = [(key, client.get(key)) for key in client.scan_iter()]
        assert b"first" not in key
        assert value == b""


def test_exchanges_are_unknown_while_the_server_is_gone_or_hangs(tmp_path: Path) -> None:
    now = [100.0]
    with RedisServer(tmp_path) as server, server.client() as client:
        connection = CacheConnection.connect(server.url, prefix="shop:")
        recent = RedisRecentExchanges(connection, leeway=LEEWAY)
        with server.stopped():
            recent.add("first")
            assert not recent.has("first")
        connection = CacheConnection(client, prefix="shop:", clock=lambda: now[0])
        recent = RedisRecentExchanges(connection, leeway=LEEWAY)
        server.kill()
        recent.add("first")
        assert not recent.has("first")
        server.start()
        now[0] += RETRY_AFTER
        recent.add("first")
        assert recent.has("first")
