"""One line for each request: what was asked and how it went, never who or what with."""

from time import perf_counter

import structlog
from flask import Flask, Response, g, request

_log = structlog.get_logger("novacart.request")


def install(app: Flask) -> None:
    """Log each request once, under its id.

    Neither query, body, headers nor address are written: they hold tokens and people.
    """

    def begin() -> None:
        g.started = perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    def finish(answer: Response) -> Response:
        _log.info(
            "request",
            method=request.method,
            route=route_template(),
            status=answer.status_code,
            milliseconds=round((perf_counter() - g.started) * 1000, 1),
        )
        return answer

    app.before_request(begin)
    app.after_request(finish)


def route_template() -> str:
    """The route with its placeholders: the path itself may name a person or a token."""
    return request.url_rule.rule if request.url_rule is not None else "(none)"
