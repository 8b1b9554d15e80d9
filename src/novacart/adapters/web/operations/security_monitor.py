"""Security events in the log and in the metrics."""

from collections.abc import Callable
from typing import Final

import structlog

from novacart.application.ports.request_context import RequestContext
from novacart.domain.shared.events import SecurityEvent

_log: Final = structlog.get_logger("novacart.security")


class LogSecurityMonitor:
    """Logs the name and fields of each event, its actor and the client's address.

    Events have ids and no secrets. The request id is bound to the log already.
    """

    def __init__(self) -> None:
        self._count: Callable[[str], None] | None = None

    def count_with(self, count: Callable[[str], None]) -> None:
        """Call `count` with the name of each event from now on."""
        self._count = count

    def notice(self, event: SecurityEvent, context: RequestContext) -> None:
        fields = event.payload()
        del fields["occurred_at"]
        _log.info(event.name, **fields, actor=context.actor, address=context.address)
        if self._count is not None:
            self._count(event.name)
