"""New identities."""

from typing import Protocol


class IdGenerator(Protocol):
    def take(self, count: int = 1) -> list[int]:
        """`count` integers that were never given out before, rising, gaps allowed."""
        ...
