"""Spans, metrics and log lines, exported by OTLP over HTTP.

The trace id of a request is the id that its log lines and audit log entries have
(`server_request_id`), and the spans of event handlers that the request caused are in its trace.
Spans have no parameters of statements, no bodies, no query strings and no texts of errors, since
those are customers' data.
"""

import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from inspect import isgeneratorfunction
from threading import Lock
from time import time_ns
from typing import Any, Final, ParamSpec, TypeVar

from opentelemetry import context as otel_context
from opentelemetry._logs import SeverityNumber
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.metrics import Histogram
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    Tracer,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from novacart.application.ports.request_context import RequestContexts

P = ParamSpec("P")
R = TypeVar("R")

_REQUEST_ID: Final = "novacart.request_id"
_FIRST_SERVER_ERROR: Final = 500
_CLIENT: Final = SpanKind.CLIENT
_SEVERITIES: Final = {
    "debug": SeverityNumber.DEBUG,
    "info": SeverityNumber.INFO,
    "warning": SeverityNumber.WARN,
    "error": SeverityNumber.ERROR,
    "critical": SeverityNumber.FATAL,
}
# The ids of the next root span; None for random ones.
_next_ids: ContextVar[tuple[int, int] | None] = ContextVar("novacart_next_span_ids", default=None)


class OpenTelemetryTracing:
    """Spans of requests, use cases, statements, provider calls and event handlers.

    `endpoint` is the base URL of a collector. Further settings are the environment variables of
    OpenTelemetry's SDK, such as OTEL_TRACES_SAMPLER. No thread runs before the first span, since
    web processes are forked before.
    """

    def __init__(self, endpoint: str, contexts: RequestContexts) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._contexts = contexts
        self._started: _Sdk | None = None
        self._starting = Lock()

    @contextmanager
    def span(
        self,
        name: str,
        *,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Mapping[str, str] | None = None,
        links: tuple[Link, ...] = (),
    ) -> Iterator[Span]:
        """Run the block in a span. An error sets its status and its type."""
        with self._tracer.start_as_current_span(
            name,
            kind=kind,
            attributes={**(attributes or {}), **self._request_id()},
            links=links,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield span
            except Exception as error:
                span.set_attribute("error.type", type(error).__qualname__)
                span.set_status(StatusCode.ERROR)
                raise

    def traced(
        self, function: Callable[P, R], name: str, kind: SpanKind = SpanKind.INTERNAL
    ) -> Callable[P, R]:
        """Return `function` with a span for each call; a generator's ends with its iteration."""
        if isgeneratorfunction(function):

            @wraps(function)
            def generator(*args: P.args, **kwargs: P.kwargs) -> Any:  # noqa: ANN401 (its items)
                with self._tracer.start_span(name, kind=kind, attributes=self._request_id()):
                    yield from function(*args, **kwargs)

            return generator

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            with self.span(name, kind=kind):
                return function(*args, **kwargs)

        return call

    def trace_calls(self, instance: object, port: type) -> None:
        """Give each call of the port's methods on `instance` a span."""
        for name, method in vars(port).items():
            if not name.startswith("_") and callable(method) and name not in vars(instance):
                call = getattr(instance, name)
                setattr(instance, name, self.traced(call, f"{port.__name__}.{name}", _CLIENT))

    def handled(self, handle: Callable[[Any], None], name: str) -> Callable[[Any], None]:
        """Return the event handler with a span in the trace of the request of the event."""

        @wraps(handle, updated=())
        def handler(event: Any) -> None:  # noqa: ANN401 (each handler's own event)
            request = _ids(self._contexts.current().request_id)
            links: tuple[Link, ...] = ()
            token = None
            if request is not None:
                links = (Link(SpanContext(*request, is_remote=True, trace_flags=TraceFlags(1))),)
                token = _next_ids.set((request[0], RandomIdGenerator().generate_span_id()))
            try:
                with self.span(name, kind=SpanKind.CONSUMER, links=links):
                    handle(event)
            finally:
                if token is not None:
                    _next_ids.reset(token)

        return handler

    def statement(self, sql: str, seconds: float) -> None:
        """Add the span of a statement that has just ended, within another span only."""
        if not get_current_span().is_recording():
            return
        end = time_ns()
        self._tracer.start_span(
            sql.lstrip().partition(" ")[0],
            kind=_CLIENT,
            attributes={"db.query.text": sql, **self._request_id()},
            start_time=end - int(seconds * 1e9),
        ).end(end)

    def begin_request(self, request_id: str, traceparent: str = "") -> "RequestSpan":
        """Start the span of an HTTP request; the client's `traceparent` becomes a link."""
        client = TraceContextTextMapPropagator().extract({"traceparent": traceparent})
        context = get_current_span(client).get_span_context()
        token = _next_ids.set(_ids(request_id))
        try:
            span = self._tracer.start_span(
                "HTTP",
                context=otel_context.Context(),
                kind=SpanKind.SERVER,
                attributes={_REQUEST_ID: request_id},
                links=(Link(context),) if context.is_valid else (),
            )
        finally:
            _next_ids.reset(token)
        return RequestSpan(span, self._sdk.durations)

    def log_line(self, line: str) -> None:
        """Export a line of the log, in the trace of its request.

        Lines before the first span of the process are not exported, since no thread may run then.
        """
        if self._started is None:
            return
        record = json.loads(line) if line.startswith("{") else {"event": line.rstrip()}
        if str(record.get("logger", "")).startswith("opentelemetry"):
            # The export of such an error may fail, too, and log the next one.
            return
        level = record.pop("level", "info")
        record.pop("timestamp", None)
        context = otel_context.get_current()
        ids = _ids(record.get("server_request_id"))
        if ids is not None and not get_current_span().get_span_context().is_valid:
            # The line about a request is written after its span has ended.
            span = SpanContext(*ids, is_remote=False, trace_flags=TraceFlags(1))
            context = set_span_in_context(NonRecordingSpan(span), context)
        self._started.logger.emit(
            timestamp=time_ns(),
            context=context,
            severity_text=level,
            severity_number=_SEVERITIES.get(level, SeverityNumber.INFO),
            body=record.pop("event", ""),
            attributes={
                name: value if isinstance(value, str | int | float) else json.dumps(value)
                for name, value in record.items()
            },
        )

    def flush(self) -> None:
        """Export what is waiting."""
        self._sdk.logs.force_flush()
        self._sdk.spans.force_flush()
        self._sdk.metrics.force_flush()

    def close(self) -> None:
        """Export what is waiting, and stop the threads."""
        self._sdk.logs.shutdown()
        self._sdk.spans.shutdown()
        self._sdk.metrics.shutdown()

    def _request_id(self) -> dict[str, str]:
        request_id = self._contexts.current().request_id
        return {} if request_id is None else {_REQUEST_ID: request_id}

    @property
    def _tracer(self) -> Tracer:
        return self._sdk.tracer

    @property
    def _sdk(self) -> "_Sdk":
        if self._started is None:
            with self._starting:
                if self._started is None:
                    self._started = _Sdk(self._endpoint)
        return self._started


class _Sdk:
    """The providers, whose threads export spans, metrics and log lines."""

    def __init__(self, endpoint: str) -> None:
        resource = Resource.create({"service.instance.id": f"{socket.gethostname()}-{os.getpid()}"})
        # Neither OTEL_SERVICE_NAME nor OTEL_RESOURCE_ATTRIBUTES has a name.
        if str(resource.attributes["service.name"]).startswith("unknown_service"):
            resource = resource.merge(Resource({"service.name": "novacart"}))
        self.spans = TracerProvider(resource=resource, id_generator=_RequestIds())
        exporter = OTLPSpanExporter(f"{endpoint}/v1/traces")
        self.spans.add_span_processor(BatchSpanProcessor(exporter))
        self.tracer = self.spans.get_tracer("novacart")
        self.logs = LoggerProvider(resource=resource)
        self.logs.add_log_record_processor(
            BatchLogRecordProcessor(OTLPLogExporter(endpoint=f"{endpoint}/v1/logs"))
        )
        self.logger = self.logs.get_logger("novacart")
        reader = PeriodicExportingMetricReader(OTLPMetricExporter(f"{endpoint}/v1/metrics"))
        self.metrics = MeterProvider([reader], resource=resource)
        self.durations = self.metrics.get_meter("novacart").create_histogram(
            "http.server.request.duration", unit="s", description="Duration of HTTP requests."
        )


class RequestSpan:
    """The span of an HTTP request, the current one until `end`."""

    def __init__(self, span: Span, durations: Histogram) -> None:
        self._span = span
        self._durations = durations
        self._started = time_ns()
        self._token = otel_context.attach(set_span_in_context(span))

    def end(self, method: str, route: str, status: int) -> None:
        """Name the span by its route: the path may contain tokens."""
        attributes: dict[str, str | int] = {
            "http.request.method": method,
            "http.route": route,
            "http.response.status_code": status,
        }
        self._span.update_name(f"{method} {route}")
        self._span.set_attributes(attributes)
        if status >= _FIRST_SERVER_ERROR:
            self._span.set_status(StatusCode.ERROR)
        self._span.end()
        self._durations.record((time_ns() - self._started) / 1e9, attributes)
        otel_context.detach(self._token)


class _RequestIds(IdGenerator):
    """Random ids, unless the next root span belongs to a request.

    The span id of a request is the second half of its trace id, so that spans of event handlers can
    link to it.
    """

    def __init__(self) -> None:
        self._random = RandomIdGenerator()

    def generate_trace_id(self) -> int:
        ids = _next_ids.get()
        return self._random.generate_trace_id() if ids is None else ids[0]

    def generate_span_id(self) -> int:
        ids = _next_ids.get()
        if ids is None or get_current_span().get_span_context().is_valid:
            return self._random.generate_span_id()
        return ids[1]


def _ids(request_id: str | None) -> tuple[int, int] | None:
    """Return trace id and span id of a request; None if its id is not 32 hexadecimal digits."""
    try:
        trace_id = int(request_id or "", 16)
    except ValueError:
        return None
    span_id = trace_id & (1 << 64) - 1
    return (trace_id, span_id) if span_id and trace_id >> 64 and trace_id >> 128 == 0 else None
