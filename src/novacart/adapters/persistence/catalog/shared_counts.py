"""Counts of products that all processes share."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from hashlib import sha256
from typing import Any

import orjson

from novacart.application.catalog.facets import FacetCounts, FacetGroup
from novacart.application.catalog.queries import ProductFilter
from novacart.application.ports.result_cache import ResultCache


class SharedCounts:
    """Counts groups of facets, or reads the counts of another process from the cache.

    `age`: the seconds for which the last counts had been cached.
    """

    def __init__(
        self, cache: ResultCache, count: Callable[[Sequence[FacetGroup]], Sequence[FacetCounts]]
    ) -> None:
        self._cache = cache
        self._count = count
        self.age = 0.0

    def __call__(self, groups: Sequence[FacetGroup]) -> Sequence[FacetCounts]:
        cached = self._cache.get(_key(groups), lambda: encode(self._count(groups)))
        self.age = cached.age
        return decode(cached.value)


def shared_count(
    cache: ResultCache, filters: ProductFilter, count: Callable[[], int]
) -> tuple[int, float]:
    """The number of products of a list, and the seconds for which it had been cached."""
    cached = cache.get("count:" + _hashed(filters), lambda: str(count()).encode())
    return int(cached.value), cached.age


def _key(groups: Sequence[FacetGroup]) -> str:
    """The key has the attributes as this process knows them, and the fields that it reads."""
    names = [each.name for each in fields(FacetCounts)]
    return "facets:" + _hashed((names, groups))


def _hashed(key: object) -> str:
    return sha256(repr(key).encode(errors="surrogatepass")).hexdigest()


def encode(counts: Sequence[FacetCounts]) -> bytes:
    """The counts as JSON. Maps are pairs, since keys of JSON are texts."""
    return orjson.dumps([_to_json(each) for each in counts], default=list)


def _to_json(counts: FacetCounts) -> dict[str, Any]:
    values = [(key, list(of_value.items())) for key, of_value in counts.values.items()]
    return {each.name: getattr(counts, each.name) for each in fields(counts)} | {
        "categories": list(counts.categories.items()),
        "values": values,
        "ranges": list(counts.ranges.items()),
    }


def decode(value: bytes) -> list[FacetCounts]:
    """The counts that were encoded."""
    return [_from_json(each) for each in orjson.loads(value)]


def _from_json(counts: dict[str, Any]) -> FacetCounts:
    read = {
        "categories": dict(counts["categories"]),
        "brands": [tuple(each) for each in counts["brands"]],
        "values": {key: dict(of_value) for key, of_value in counts["values"]},
        "ranges": {key: tuple(each) for key, each in counts["ranges"]},
    }
    return FacetCounts(**counts | read)
