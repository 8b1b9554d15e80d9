"""One name for each request, in its answer, its problems and its log lines."""

import re
from typing import Final
from uuid import uuid4

from flask import Flask, Response, g, request

HEADER: Final = "X-Request-ID"
_SANE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~:=+/-]{0,127}")


def sane_request_id(offered: str | None) -> str:
    """The client's own id where it is short and harmless in a log line; else a new one."""
    if offered and _SANE.fullmatch(offered):
        return offered
    return uuid4().hex


def install(app: Flask) -> None:
    """Name every request before anything else looks at it."""

    def name_request() -> None:
        g.request_id = sane_request_id(request.headers.get(HEADER))

    def tell_name(answer: Response) -> Response:
        answer.headers[HEADER] = g.request_id
        return answer

    app.before_request(name_request)
    app.after_request(tell_name)
