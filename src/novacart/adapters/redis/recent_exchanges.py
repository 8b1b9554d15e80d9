"""Recent exchanges of refresh tokens in Redis."""

import hashlib
from datetime import timedelta

from novacart.adapters.redis.cache_connection import CacheConnection


class RedisRecentExchanges:
    """One key for each exchanged token, with a digest of the token's id."""

    def __init__(self, connection: CacheConnection, *, leeway: timedelta) -> None:
        self._connection = connection
        self._client = connection.client
        self._leeway = leeway

    def add(self, token_id: str) -> None:
        key = self._key(token_id)
        self._connection.run(lambda: self._client.set(key, b"", px=self._leeway), writes=True)

    def has(self, token_id: str) -> bool:
        key = self._key(token_id)
        return self._connection.run(lambda: self._client.exists(key)) == 1

    def _key(self, token_id: str) -> str:
        digest = hashlib.sha256(token_id.encode()).hexdigest()
        return f"{self._connection.prefix}exchanges:{digest}"
