"""The threads of a web process."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Threads:
    """Numbers of threads by what they run, and of requests that may queue for each pool.

    More threads for `slow_reads` do not make those of many clients faster (decision 25).
    """

    writes: int = 4
    provider: int = 8
    slow_reads: int = 2
    queue: int = 64

    @property
    def connections(self) -> int:
        """The most database connections in use at once: one a thread, one in the event loop."""
        return self.writes + self.provider + self.slow_reads + 1
