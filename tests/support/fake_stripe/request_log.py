"""Log of API requests, for tests that count them."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass

from tests.support.fake_stripe.wire import Json, Request


@dataclass(slots=True, kw_only=True)
class LogEntry:
    """One call and its result, without API keys and headers."""

    id: str
    method: str
    path: str
    idempotency_key: str | None
    parameters: Json
    stripe_version: str | None
    fault: str | None = None
    status: int | None = None
    replayed: bool = False


class RequestLog:
    """The calls since the start or the last reset, oldest first."""

    def __init__(self) -> None:
        self._entries: list[LogEntry] = []
        self._lock = threading.Lock()

    def begin(self, request: Request) -> LogEntry:
        """Log a call before it is handled."""
        entry = LogEntry(
            id=request.id,
            method=request.method,
            path=request.path,
            idempotency_key=request.headers.get("idempotency-key"),
            parameters=request.parameters,
            stripe_version=request.headers.get("stripe-version"),
        )
        with self._lock:
            self._entries.append(entry)
        return entry

    def entries(self) -> list[Json]:
        """Return the calls as JSON."""
        with self._lock:
            return [asdict(entry) for entry in self._entries]
