"""Hooks before and after each view, which call one function for each concern.

Flask's `request` and `g` find the current object at each access, so the objects are passed on.
"""

from collections.abc import Callable, Collection
from http import HTTPStatus
from time import perf_counter
from typing import Protocol

from flask import Request, Response
from flask.ctx import _AppCtxGlobals as Globals

from novacart.adapters.web.http import (
    compression,
    endpoints,
    proxies,
    rate_limits,
    request_log,
    rsgi,
    security_headers,
)
from novacart.adapters.web.http.app import NovaCartFlask
from novacart.adapters.web.http.cors import Cors
from novacart.adapters.web.http.request_log import WriteLine
from novacart.adapters.web.http.responses import NovaCartResponse
from novacart.adapters.web.http.shared_cache import SharedCache
from novacart.application.ports.request_context import RequestContext


class CountRequest(Protocol):
    def __call__(self, request: Request, response: Response, seconds: float) -> None:
        """Count a request in the metrics."""
        ...


def init_app(
    app: NovaCartFlask,
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

    def before(request: Request, context: Globals) -> Response | None:
        request_log.start(request, context)
        if set_log_ids is not None:
            set_log_ids((context.request_id, context.server_request_id))
        if set_context is not None:
            set_context(
                RequestContext(
                    actor="anonymous",
                    request_id=context.server_request_id,
                    address=request.remote_addr,
                    user_agent=request.environ.get("HTTP_USER_AGENT"),
                )
            )
        if warn_of_proxy is not None:
            warn_of_proxy(request)
        if request.method == "OPTIONS" and (preflight := cors.preflight(request)):
            return preflight
        rsgi.raise_rejection(request)
        endpoints.limit_body(app, request)
        return None

    def after(request: Request, context: Globals, response: NovaCartResponse) -> Response:
        if response.status_code == HTTPStatus.FORBIDDEN and record_denial is not None:
            record_denial(request)
        rate_limits.count_time_of_search(app, request, context)
        if shared_cache is not None and "principal" not in context:
            shared_cache.allow(app, request, response)
        compress(request, response)
        # One pass over the headers: each lookup in Werkzeug's Headers scans the whole list.
        names = {name.lower() for name, _ in response.headers}
        headers = security_headers.missing(
            names,
            signed_in="principal" in context,
            https=request.scheme == "https" and not debug,
        )
        headers += cors.headers(request, response, names)
        headers.append((request_log.REQUEST_ID_HEADER, context.request_id))
        response.added_headers = headers
        if count is not None:
            count(request, response, perf_counter() - context.started)
        request_log.finish(request, response, context, write_line)
        return response

    app.surround_views(before, after)
