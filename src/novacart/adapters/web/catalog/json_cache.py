"""JSON that is encoded again only when what it shows has changed."""

from collections.abc import Callable, Hashable
from hashlib import sha256
from typing import Final, Generic, NamedTuple, TypeVar

from novacart.adapters.web.http.responses import json_bytes

Value = TypeVar("Value")


class TaggedJson(NamedTuple):
    """JSON and its `ETag`."""

    content: bytes
    etag: str

    @classmethod
    def of(cls, content: bytes) -> "TaggedJson":
        return cls(content, f'"{sha256(content).hexdigest()[:32]}"')


class JsonCache(Generic[Value]):
    """Encodes values, and caches the JSON of the last value of each key.

    A value is read from the database for each request, and its JSON is used again only if it is
    equal to the value that was encoded. So the JSON is never older than the value.
    """

    MAX_KEYS: Final = 64

    def __init__(self, body: Callable[[Value], object]) -> None:
        """`body` returns what `json_bytes` encodes. It must depend on the value only."""
        self._body = body
        self._cached: dict[Hashable, tuple[Value, TaggedJson]] = {}

    def encode(self, key: Hashable, value: Value) -> TaggedJson:
        cached = self._cached.get(key)
        if cached is not None and cached[0] == value:
            return cached[1]
        encoded = TaggedJson.of(json_bytes(self._body(value)))
        if len(self._cached) >= self.MAX_KEYS:
            self._cached.clear()
        self._cached[key] = value, encoded
        return encoded
