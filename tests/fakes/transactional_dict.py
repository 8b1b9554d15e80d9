"""A dictionary that forgets what was not committed."""

import pickle
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.events import AggregateRoot

K = TypeVar("K")
V = TypeVar("V")


class TransactionalDict(Generic[K, V]):
    """What was committed, and on top of it what one unit of work has put there so far.

    Whatever is taken or put is a copy: a change that is not put back, or not committed,
    is forgotten here as it would be in a database.
    """

    # Things are kept pickled: to unpickle is to copy, at a third of what `deepcopy` takes.

    def __init__(self) -> None:
        self._committed: dict[K, bytes] = {}
        self._staged: dict[K, bytes | None] = {}

    def get(self, key: K) -> V | None:
        found = self._staged[key] if key in self._staged else self._committed.get(key)
        return None if found is None else _unpickled(found)

    def put(self, key: K, value: V) -> None:
        """Raises `ConcurrentChange` where an aggregate's version is not the stored one."""
        if isinstance(value, AggregateRoot):
            before = self.get(key)
            if isinstance(before, AggregateRoot) and before.version != value.version:
                raise ConcurrentChange
            value.version += 1
        kept = pickle.dumps(value)
        if isinstance(value, AggregateRoot):
            kept = _without_events(kept)
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


def _without_events(kept: bytes) -> bytes:
    aggregate: AggregateRoot = _unpickled(kept)
    return pickle.dumps(aggregate) if aggregate.collect_events() else kept


def _unpickled(kept: bytes) -> Any:  # noqa: ANN401 (what was put there)
    return pickle.loads(kept)  # noqa: S301 (a shelf's own)
