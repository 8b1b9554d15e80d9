"""Detection of a reverse proxy that the settings do not know."""

import structlog
from flask import Request

_log = structlog.get_logger("novacart.proxies")


class ProxyWarning:
    """Logs one warning in each process if a request carries an untrusted `X-Forwarded-For`.

    For servers that trust no proxy. All clients behind such a proxy have one address, and so share
    one rate limit.
    """

    def __init__(self) -> None:
        self._is_logged = False

    def __call__(self, request: Request) -> None:
        if not self._is_logged and "HTTP_X_FORWARDED_FOR" in request.environ:
            self._is_logged = True
            _log.warning(
                "untrusted_forwarded_header",
                hint="A request had X-Forwarded-For, but TRUSTED_PROXIES is 0. Behind a reverse"
                " proxy, set it to the number of proxies; otherwise a client has sent it.",
            )
