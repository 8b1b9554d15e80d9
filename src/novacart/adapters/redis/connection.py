"""Connections to Redis, and the names of keys."""

import hashlib
from typing import Final

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry

# Idle connections are closed when the server restarts. By default redis-py waits seconds between
# three retries, also after a timeout.
_RETRY: Final = Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,))
_PURPOSE: Final = b"novacart.redis:"


def connect(url: str, *, timeout: float) -> "Redis":
    """Connect at the first command. Each command times out after `timeout` seconds."""
    return Redis.from_url(url, socket_timeout=timeout, socket_connect_timeout=timeout, retry=_RETRY)


def key_prefix(secret_key: str) -> str:
    """Prefix of all keys of the shop with this secret key: shops can share a database of Redis."""
    digest = hashlib.sha256(_PURPOSE + secret_key.encode()).hexdigest()
    return f"novacart:{digest[:16]}:"


def has_valid_options(url: str) -> bool:
    """Whether a connection can be created with the options of the URL. Connects to no server."""
    try:
        connect(url, timeout=1).connection_pool.make_connection()
    except (TypeError, ValueError, RedisError):
        return False
    return True
