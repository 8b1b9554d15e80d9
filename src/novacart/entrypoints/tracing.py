"""Wire the traces. OpenTelemetry is imported only if it is switched on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from injector import Binder, Injector, Module

from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.entrypoints.settings import Settings

if TYPE_CHECKING:
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


def traced_use_case(use_case: type, tracing: OpenTelemetryTracing) -> type:
    """Return a subclass of a use case with a span for each call."""
    call = tracing.traced(use_case.__call__, use_case.__name__)
    return type(use_case.__name__, (use_case,), {"__call__": call})


class TracingModule(Module):
    def __init__(self, settings: Settings) -> None:
        self._endpoint = settings.otel_exporter_otlp_endpoint

    def configure(self, binder: Binder) -> None:
        from novacart.adapters.opentelemetry.tracing import OpenTelemetryTracing  # noqa: PLC0415

        # All instances share one context variable.
        tracing = OpenTelemetryTracing(self._endpoint, ContextVarRequestContexts())
        binder.bind(OpenTelemetryTracing, to=tracing)
