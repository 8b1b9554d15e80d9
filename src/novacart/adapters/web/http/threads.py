"""The threads of a web process."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Threads:
    """Numbers of threads by what they run, and of requests that may queue for each pool.

    `most_slow_reads` is the number for slow reads while many of them wait.
    """

    writes: int = 4
    provider: int = 8
    slow_reads: int = 2
    most_slow_reads: int = 4
    queue: int = 64

    @property
    def connections(self) -> int:
        """The most database connections in use at once: one a thread, one in the event loop."""
        return self.writes + self.provider + self.most_slow_reads + 1
