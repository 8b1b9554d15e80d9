"""The threads of a web process."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Threads:
    """Sizes of the pools: `writes` and `provider` threads, and requests that may queue for each."""

    writes: int = 4
    provider: int = 8
    queue: int = 64

    @property
    def connections(self) -> int:
        """The most database connections in use at once: one a thread, one in the event loop."""
        return self.writes + self.provider + 1
