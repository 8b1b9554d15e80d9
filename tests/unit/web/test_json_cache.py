"""JSON that is encoded again only when its value has changed."""

import orjson

from novacart.adapters.web.catalog.json_cache import JsonCache


class Counter:
    """Counts the values that are encoded."""

    def __init__(self) -> None:
        self.encoded: list[list[int]] = []

    def body(self, value: list[int]) -> object:
        self.encoded.append(value)
        return {"numbers": value}


def test_json_is_that_of_the_value_of_each_call() -> None:
    counter = Counter()
    cache = JsonCache(counter.body)
    first = cache.encode("books", [1])
    assert orjson.loads(first.content) == {"numbers": [1]}
    assert cache.encode("books", [1]) is first
    second = cache.encode("books", [2])
    assert orjson.loads(second.content) == {"numbers": [2]}
    assert second.etag != first.etag
    assert cache.encode("books", [1]) == first
    assert counter.encoded == [[1], [2], [1]]


def test_keys_have_their_own_values() -> None:
    counter = Counter()
    cache = JsonCache(counter.body)
    for _ in range(2):
        for key, value in ((None, [1]), ("books", [2])):
            assert orjson.loads(cache.encode(key, value).content) == {"numbers": value}
    assert counter.encoded == [[1], [2]]


def test_values_are_deleted_above_the_limit() -> None:
    counter = Counter()
    cache = JsonCache(counter.body)
    for key in range(cache.MAX_KEYS):
        cache.encode(key, [key])
    cache.encode(0, [0])
    assert counter.encoded.count([0]) == 1
    cache.encode(cache.MAX_KEYS, [cache.MAX_KEYS])
    cache.encode(0, [0])
    assert counter.encoded.count([0]) == 2
