"""The request id and the access log."""

import os
import re
from collections.abc import Callable
from time import perf_counter
from typing import Final

import structlog
from flask import Request, Response
from flask.ctx import _AppCtxGlobals as Globals

REQUEST_ID_HEADER: Final = "X-Request-ID"
_SAFE_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~:=+/-]{0,127}")

_log = structlog.get_logger("novacart.request")

WriteLine = Callable[[dict[str, object]], None]


def start(request: Request, context: Globals) -> None:
    """Give the request its ids and note the time.

    `g.request_id` is the id that the client sees: its own if that is safe to log.
    `g.server_request_id` is always ours. Only that one names entries of the audit log, since
    clients may use one id for many requests. A log line has both.
    """
    context.started = perf_counter()
    context.server_request_id = server_id = os.urandom(16).hex()
    context.request_id = safe_id(request.environ.get("HTTP_X_REQUEST_ID")) or server_id


def finish(request: Request, response: Response, context: Globals, write: WriteLine | None) -> None:
    """Log the request once, with `write` or through structlog.

    Query, body, headers and client address are not logged: they may hold tokens and personal
    data.
    """
    line = {
        "method": request.method,
        "route": route_template(request),
        "status": response.status_code,
        "milliseconds": round((perf_counter() - context.started) * 1000, 1),
    }
    if write is None:
        _log.info("request", **line)
    else:
        line["event"] = "request"
        line["request_id"] = context.request_id
        line["server_request_id"] = context.server_request_id
        write(line)


def safe_id(header: str | None) -> str | None:
    """Return the client's request id if it is safe to log, else None."""
    return header if header and _SAFE_ID.fullmatch(header) else None


def route_template(request: Request) -> str:
    """Return the route with its placeholders. The path itself may hold a name or a token."""
    return request.url_rule.rule if request.url_rule is not None else "(none)"
