"""Security events in the log and in the metrics."""

from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Counter

from novacart.application.ports.request_context import RequestContext
from novacart.domain.shared.events import SecurityEvent

_log: Final = structlog.get_logger("novacart.security")


class LogSecurityMonitor:
    """Logs the name and fields of each event, its actor and the client's address.

    Events have ids and no secrets. The request id is bound to the log already.
    """

    def __init__(self) -> None:
        self._counter: Counter | None = None

    def count_in(self, registry: CollectorRegistry) -> None:
        """Count events by name in the registry from now on."""
        self._counter = Counter(
            "novacart_security_events", "Security events.", ["event"], registry=registry
        )

    def notice(self, event: SecurityEvent, context: RequestContext) -> None:
        fields = event.payload()
        del fields["occurred_at"]
        _log.info(event.name, **fields, actor=context.actor, address=context.address)
        if self._counter is not None:
            self._counter.labels(event.name).inc()
