"""Prometheus text at `/metrics`, summed over all worker processes."""

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

from novacart.adapters.web.http.access_log import route_template
from novacart.adapters.web.http.auth import open_to_anyone


def install(app: Flask, *, multiprocess: bool) -> None:
    """Count requests and their time by route template, method and status.

    With `multiprocess`, the samples of all processes are read from the directory that
    `PROMETHEUS_MULTIPROC_DIR` named before the first of them started.
    """
    if multiprocess:
        # The library looks for the directory as it is imported, and a process that was forked
        # for its work may have imported it before the directory was named.
        values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    requests = Counter(
        "novacart_http_requests",
        "Requests answered.",
        ["method", "route", "status"],
        registry=registry,
    )
    seconds = Histogram(
        "novacart_http_request_seconds",
        "Seconds until the answer was ready.",
        ["method", "route"],
        registry=registry,
    )
    methods = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

    def begin() -> None:
        g.measured_from = perf_counter()

    def finish(answer: Response) -> Response:
        method = request.method if request.method in methods else "(other)"
        requests.labels(method, route_template(), answer.status_code).inc()
        seconds.labels(method, route_template()).observe(perf_counter() - g.measured_from)
        return answer

    @open_to_anyone
    def metrics() -> Response:
        shown = registry
        if multiprocess:
            shown = CollectorRegistry()
            MultiProcessCollector(shown)  # type: ignore[no-untyped-call] # ships no such type
        return Response(generate_latest(shown), content_type=CONTENT_TYPE_LATEST)

    app.before_request(begin)
    app.after_request(finish)
    app.add_url_rule("/metrics", "metrics", metrics)
