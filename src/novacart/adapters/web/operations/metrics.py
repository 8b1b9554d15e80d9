"""Prometheus metrics at `/metrics`: of all web processes, and of the state of the shop."""

from hmac import compare_digest

from flask import Request, Response, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    values,
)
from prometheus_client.multiprocess import MultiProcessCollector

from novacart.adapters.web.http.app import NovaCartFlask
from novacart.adapters.web.http.auth import NotAuthenticated, public
from novacart.adapters.web.http.frame import CountRequest
from novacart.adapters.web.http.request_log import route_template
from novacart.adapters.web.operations.security_monitor import LogSecurityMonitor
from novacart.adapters.web.operations.shop_state import ShopStateCollector


def init_app(
    app: NovaCartFlask,
    *,
    token: str,
    multiprocess: bool,
    security_monitor: LogSecurityMonitor,
    shop_state: ShopStateCollector,
) -> CountRequest:
    """Add the page `/metrics`, count security events, and return a function that counts requests.

    It counts requests and their duration by route template, method and status. The page needs
    `Authorization: Bearer <token>` and accepts any `Host`, since Prometheus sends the address that
    it reads, such as `web:8000`. `multiprocess` reads the samples of all processes from the
    directory in `PROMETHEUS_MULTIPROC_DIR`.
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
    durations = Histogram(
        "novacart_http_request_seconds",
        "Duration of HTTP requests in seconds.",
        ["method", "route"],
        registry=registry,
    )
    events = Counter("novacart_security_events", "Security events.", ["event"], registry=registry)
    security_monitor.count_with(lambda name: events.labels(name).inc())
    state = CollectorRegistry()
    state.register(shop_state)
    methods = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

    expected = f"Bearer {token}".encode()

    def count(request: Request, response: Response, seconds: float) -> None:
        method = request.method if request.method in methods else "(other)"
        route = route_template(request)
        requests.labels(method, route, response.status_code).inc()
        durations.labels(method, route).observe(seconds)

    @public
    def metrics() -> Response:
        authorization = request.headers.get("Authorization", "").encode()
        if not compare_digest(authorization, expected):
            raise NotAuthenticated("Send the METRICS_TOKEN of the settings as a bearer token.")
        source = registry
        if multiprocess:
            source = CollectorRegistry()
            MultiProcessCollector(source)  # type: ignore[no-untyped-call] # ships no such type
        content = generate_latest(source) + generate_latest(state)
        return Response(content, content_type=CONTENT_TYPE_LATEST)

    app.add_url_rule("/metrics", "metrics", metrics)
    app.any_host.add("/metrics")
    return count
