"""A dictionary that forgets what was not committed."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Generic, TypeVar

from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import AggregateRoot

K = TypeVar("K")
V = TypeVar("V")


class Shelf(Generic[K, V]):
    """What was committed, and on top of it what one unit of work has put there so far.

    Whatever is taken or put is a copy: a change that is not put back, or not committed,
    is forgotten here as it would be in a database.
    """

    def __init__(self) -> None:
        self._committed: dict[K, V] = {}
        self._staged: dict[K, V | None] = {}

    def get(self, key: K) -> V | None:
        found = self._staged[key] if key in self._staged else self._committed.get(key)
        return deepcopy(found)

    def put(self, key: K, value: V) -> None:
        """Raises `ConcurrentChange` where an aggregate's version is not the stored one."""
        if isinstance(value, AggregateRoot):
            before = self.get(key)
            if isinstance(before, AggregateRoot) and before.version != value.version:
                raise ConcurrentChange
            value.version += 1
        kept = deepcopy(value)
        if isinstance(kept, AggregateRoot):
            kept.collect_events()
        self._staged[key] = kept

    def remove(self, key: K) -> None:
        self._staged[key] = None

    def values(self) -> Iterator[V]:
        """Copies of all that is there, in the order in which it came."""
        keys = dict.fromkeys([*self._committed, *self._staged])
        for key in keys:
            found = self.get(key)
            if found is not None:
                yield found

    def commit(self) -> None:
        for key, value in self._staged.items():
            if value is None:
                self._committed.pop(key, None)
            else:
                self._committed[key] = value
        self._staged.clear()

    def rollback(self) -> None:
        self._staged.clear()
