"""What the worker does once in a while."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledJob:
    """`run` is called about every `every_seconds`, by one worker of all.

    It may be called twice in a row after a crash, so doing it again does no harm.
    """

    name: str
    every_seconds: int
    run: Callable[[], object]
