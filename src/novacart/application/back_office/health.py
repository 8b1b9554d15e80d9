"""Whether the shop is well."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """`oldest` is when the longest waiting member came in."""

    name: str
    waiting: int
    oldest: datetime | None
    set_aside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    name: str
    last_begun: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemCheck:
    """What a check of the shop found last."""

    name: str
    ok: bool
    summary: str
    checked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    database: str
    queues: Sequence[QueueState]
    schedules: Sequence[JobState]
    checks: Sequence[SystemCheck]


class HealthQueries(Protocol):
    def health(self) -> Health: ...
