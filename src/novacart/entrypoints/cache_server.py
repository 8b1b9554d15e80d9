"""The server of caches that all processes share: Valkey or Redis, if the shop has one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from novacart.adapters.redis.cache_connection import CacheConnection
    from novacart.entrypoints.settings import Settings


@dataclass(frozen=True, slots=True)
class CacheServer:
    """`connection` is None without `REDIS_URL`."""

    connection: CacheConnection | None

    @classmethod
    def connect(cls, settings: Settings) -> CacheServer:
        """Connect at the first command. The library is imported only if it is used."""
        if not settings.redis_url:
            return cls(None)
        from novacart.adapters.redis.cache_connection import CacheConnection  # noqa: PLC0415
        from novacart.adapters.redis.connection import key_prefix  # noqa: PLC0415

        # Commands that use no cache, such as an export, run without a secret key.
        prefix = key_prefix(settings.secret_key)
        return cls(CacheConnection.connect(settings.redis_url, prefix=prefix))
