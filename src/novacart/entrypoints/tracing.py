"""Wire the traces. OpenTelemetry is imported only if it is switched on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from injector import Binder, Injector, Module, inject, singleton

from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.entrypoints.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from novacart.adapters.opentelemetry.tracing import OpenTelemetryTracing


def tracing_of(injector: Injector) -> OpenTelemetryTracing | None:
    """Return the tracing of this process; None if it is switched off."""
    if not injector.get(Settings).otel_exporter_otlp_endpoint:
        return None
    from novacart.adapters.opentelemetry.tracing import OpenTelemetryTracing  # noqa: PLC0415

    return injector.get(OpenTelemetryTracing)


def trace_ports(injector: Injector, tracing: OpenTelemetryTracing, *ports: type) -> None:
    """Give each call of these ports a span."""
    for port in ports:
        tracing.trace_calls(injector.get(port), port)


class TracingModule(Module):
    """Bind the tracing, and subclasses of the use cases with a span for each call."""

    def __init__(self, settings: Settings, use_cases: Iterable[type]) -> None:
        self._endpoint = settings.otel_exporter_otlp_endpoint
        self._use_cases = list(use_cases)

    def configure(self, binder: Binder) -> None:
        from novacart.adapters.opentelemetry.tracing import OpenTelemetryTracing  # noqa: PLC0415

        # All instances share one context variable.
        tracing = OpenTelemetryTracing(self._endpoint, ContextVarRequestContexts())
        binder.bind(OpenTelemetryTracing, to=tracing)
        for use_case in self._use_cases:
            call = tracing.traced(use_case.__call__, use_case.__name__)
            traced = type(use_case.__name__, (use_case,), {"__call__": call})
            binder.bind(use_case, to=inject(traced), scope=singleton)
