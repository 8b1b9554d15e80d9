"""Detection of a reverse proxy that the settings do not know."""

import structlog
from flask import Flask, request

_log = structlog.get_logger("novacart.proxies")


def init_app(app: Flask) -> None:
    """Log one warning in each process if a request carries an untrusted `X-Forwarded-For`.

    Register it only if no proxy is trusted. All clients behind such a proxy have one address,
    and so share one rate limit.
    """
    is_logged = False

    def warn() -> None:
        nonlocal is_logged
        if not is_logged and "HTTP_X_FORWARDED_FOR" in request.environ:
            is_logged = True
            _log.warning(
                "untrusted_forwarded_header",
                hint="A request had X-Forwarded-For, but TRUSTED_PROXIES is 0. Behind a reverse"
                " proxy, set it to the number of proxies; otherwise a client has sent it.",
            )

    app.before_request(warn)
