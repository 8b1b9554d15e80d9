"""Jobs that the worker runs at intervals."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledJob:
    """One worker calls `run` about every `every_seconds`.

    `run` is idempotent: after a crash it may be called twice. If it can take minutes, `is_long`
    lets it run beside messages and other jobs.
    """

    name: str
    every_seconds: int
    run: Callable[[], object]
    is_long: bool = False
