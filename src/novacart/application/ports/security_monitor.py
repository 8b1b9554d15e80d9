"""Monitoring of security events."""

from typing import Protocol

from novacart.application.ports.request_context import RequestContext
from novacart.domain.shared.events import SecurityEvent


class SecurityMonitor(Protocol):
    """Logs and counts security events at once, before the worker writes the audit log."""

    def notice(self, event: SecurityEvent, context: RequestContext) -> None:
        """Log and count an event. Never raises."""
        ...
