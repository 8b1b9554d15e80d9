"""The outbox as staff see it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """`payload` is JSON text; `handled_by` names the event handlers that succeeded."""

    id: int
    name: str
    version: int
    actor: str
    request_id: str | None
    occurred_at: datetime
    state: str
    attempts: int
    next_attempt_at: datetime
    handled_by: tuple[str, ...]
    last_error: str | None
    payload: str
