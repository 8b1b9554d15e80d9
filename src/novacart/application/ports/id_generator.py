"""New ids."""

from typing import Protocol


class IdGenerator(Protocol):
    def take(self, count: int = 1) -> list[int]:
        """Return `count` unused ids in ascending order, possibly with gaps."""
        ...

    def skip(self, highest: int) -> None:
        """Never return ids up to `highest`, which were taken from a file."""
        ...
