"""The threads of a web process."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Threads:
    """Numbers of threads by what they run, and of requests that may queue for each pool.

    With more `slow_reads`, those of many clients at once have more uneven latencies.
    """

    writes: int = 4
    provider: int = 8
    slow_reads: int = 2
    queue: int = 64

    @property
    def connections(self) -> int:
        """The most database connections in use at once: one a thread, one in the event loop."""
        return self.writes + self.provider + self.slow_reads + 1
