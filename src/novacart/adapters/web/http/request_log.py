"""The request id and the access log."""

import re
from time import perf_counter
from typing import Final
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

REQUEST_ID_HEADER: Final = "X-Request-ID"
_SAFE_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~:=+/-]{0,127}")

_log = structlog.get_logger("novacart.request")


def init_app(app: Flask) -> None:
    """Give each request an id and log it once. Register it before everything else.

    `g.request_id` is the one that the client sees: its own if that is safe to log.
    `g.server_request_id` is always ours. Only that one names entries of the audit log, since
    clients may use one id for many requests. A log line has both.

    Query, body, headers and client address are not logged: they may hold tokens and personal
    data.
    """

    def start_request() -> None:
        g.started = perf_counter()
        g.server_request_id = uuid4().hex
        g.request_id = safe_id(request.headers.get(REQUEST_ID_HEADER)) or g.server_request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(
            request_id=g.request_id, server_request_id=g.server_request_id
        )

    def finish_request(response: Response) -> Response:
        _log.info(
            "request",
            method=request.method,
            route=route_template(),
            status=response.status_code,
            milliseconds=round((perf_counter() - g.started) * 1000, 1),
        )
        response.headers[REQUEST_ID_HEADER] = g.request_id
        return response

    app.before_request(start_request)
    app.after_request(finish_request)


def safe_id(header: str | None) -> str | None:
    """Return the client's request id if it is safe to log, else None."""
    return header if header and _SAFE_ID.fullmatch(header) else None


def route_template() -> str:
    """Return the route with its placeholders. The path itself may hold a name or a token."""
    return request.url_rule.rule if request.url_rule is not None else "(none)"
