"""Prometheus metrics at `/metrics`, summed over all web processes."""

from hmac import compare_digest
from time import perf_counter

from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    values,
)
from prometheus_client.multiprocess import MultiProcessCollector

from novacart.adapters.web.http.auth import NotAuthenticated, public
from novacart.adapters.web.http.request_log import route_template
from novacart.adapters.web.operations.security_monitor import LogSecurityMonitor


def init_app(
    app: Flask, *, token: str, multiprocess: bool, security_monitor: LogSecurityMonitor
) -> None:
    """Count security events, and requests and their duration by route template, method and status.

    The page needs `Authorization: Bearer <token>`. `multiprocess` reads the samples of all
    processes from the directory in `PROMETHEUS_MULTIPROC_DIR`.
    """
    if multiprocess:
        # prometheus_client reads the variable on import, which in a forked process may have
        # happened before the variable was set.
        values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    requests = Counter(
        "novacart_http_requests",
        "HTTP requests.",
        ["method", "route", "status"],
        registry=registry,
    )
    seconds = Histogram(
        "novacart_http_request_seconds",
        "Duration of HTTP requests in seconds.",
        ["method", "route"],
        registry=registry,
    )
    security_monitor.count_in(registry)
    methods = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

    expected = f"Bearer {token}".encode()

    def start_timer() -> None:
        g.measured_from = perf_counter()

    def count_request(response: Response) -> Response:
        method = request.method if request.method in methods else "(other)"
        requests.labels(method, route_template(), response.status_code).inc()
        seconds.labels(method, route_template()).observe(perf_counter() - g.measured_from)
        return response

    @public
    def metrics() -> Response:
        authorization = request.headers.get("Authorization", "").encode()
        if not compare_digest(authorization, expected):
            raise NotAuthenticated("Send the METRICS_TOKEN of the settings as a bearer token.")
        source = registry
        if multiprocess:
            source = CollectorRegistry()
            MultiProcessCollector(source)  # type: ignore[no-untyped-call] # ships no such type
        return Response(generate_latest(source), content_type=CONTENT_TYPE_LATEST)

    app.before_request(start_timer)
    app.after_request(count_request)
    app.add_url_rule("/metrics", "metrics", metrics)
