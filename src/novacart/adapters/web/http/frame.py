"""What is done before and after each view: two hooks, which call one function for each concern.

Flask's `request` and `g` find the current object at each access, so the hooks do it once and pass
the objects on.
"""

from collections.abc import Callable, Collection
from http import HTTPStatus
from time import perf_counter
from typing import Any, Protocol, TypeVar, cast

from flask import Flask, Request, Response, g, request

from novacart.adapters.web.http import (
    compression,
    endpoints,
    proxies,
    request_log,
    rsgi,
    security_headers,
)
from novacart.adapters.web.http.cors import Cors
from novacart.adapters.web.http.request_log import WriteLine
from novacart.adapters.web.http.responses import NovaCartResponse
from novacart.adapters.web.http.shared_cache import SharedCache
from novacart.application.ports.request_context import RequestContext

Object = TypeVar("Object")


class CountRequest(Protocol):
    def __call__(self, request: Request, response: Response, seconds: float) -> None:
        """Count a request in the metrics."""
        ...


def init_app(
    app: Flask,
    *,
    allowed_origins: Collection[str] = (),
    debug: bool = False,
    trusted_proxies: int = 0,
    set_context: Callable[[RequestContext], None] | None = None,
    set_log_ids: Callable[[tuple[str, str]], object] | None = None,
    write_line: WriteLine | None = None,
    record_denial: Callable[[Request], None] | None = None,
    count: CountRequest | None = None,
    cache_seconds: int = 0,
) -> None:
    """Register the hooks.

    `set_log_ids` receives the client's id and ours of each request. `write_line` receives the line
    of the access log; without it, structlog does. `record_denial` is called for each 403.
    `cache_seconds` is for the views that are `cacheable`; 0 lets no shared cache answer.
    """
    cors = Cors(allowed_origins)
    shared_cache = SharedCache(cache_seconds) if cache_seconds else None
    compress = compression.init_app(app)
    endpoints.init_app(app)
    warn_of_proxy = None if trusted_proxies else proxies.ProxyWarning()

    def before() -> Response | None:
        current = _current(request)
        context = _current(g)
        request_log.start(current, context)
        if set_log_ids is not None:
            set_log_ids((context.request_id, context.server_request_id))
        if set_context is not None:
            set_context(
                RequestContext(
                    actor="anonymous",
                    request_id=context.server_request_id,
                    address=current.remote_addr,
                )
            )
        if warn_of_proxy is not None:
            warn_of_proxy(current)
        if current.method == "OPTIONS" and (preflight := cors.preflight(current)):
            return preflight
        rsgi.raise_rejection(current)
        endpoints.limit_body(app, current)
        return None

    def after(response: NovaCartResponse) -> Response:
        current = _current(request)
        context = _current(g)
        if response.status_code == HTTPStatus.FORBIDDEN and record_denial is not None:
            record_denial(current)
        if shared_cache is not None and "principal" not in context:
            shared_cache.allow(app, current, response)
        compress(current, response)
        # One pass over the headers: each lookup in Werkzeug's Headers scans the whole list.
        names = {name.lower() for name, _ in response.headers}
        headers = security_headers.missing(
            names,
            signed_in="principal" in context,
            https=current.scheme == "https" and not debug,
        )
        headers += cors.headers(current, response, names)
        headers.append((request_log.REQUEST_ID_HEADER, context.request_id))
        response.added_headers = headers
        if count is not None:
            count(current, response, perf_counter() - context.started)
        request_log.finish(current, response, context, write_line)
        return response

    app.before_request(before)
    app.after_request(cast("Any", after))


def _current(proxy: Object) -> Object:
    """Return the object behind a proxy of Flask."""
    return cast("Object", cast("Any", proxy)._get_current_object())  # noqa: SLF001 (documented)
