"""Security headers of every response (OWASP Secure Headers Project)."""

from typing import Final

from flask import Flask, Response, g, request

DENY_ALL: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
SAME_ORIGIN_PAGE: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:;"
    " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_DEFAULTS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Content-Security-Policy": DENY_ALL,
}
_HSTS: Final = "max-age=31536000; includeSubDomains"


def init_app(app: Flask, *, debug: bool) -> None:
    """Add the headers that a response has not set itself, such as its Content-Security-Policy.

    Responses to a signed-in user get `Cache-Control: no-store`. There is no
    Cross-Origin-Resource-Policy, since pages of other origins show the product images.
    """

    def add_headers(response: Response) -> Response:
        # One pass over the headers: each lookup in Werkzeug's Headers scans the whole list.
        present = {name.lower() for name, _ in response.headers}
        for name, value in _DEFAULTS.items():
            if name.lower() not in present:
                response.headers.add(name, value)
        if "cache-control" not in present and "principal" in g:
            response.headers.add("Cache-Control", "no-store")
        if not debug and request.is_secure and "strict-transport-security" not in present:
            response.headers.add("Strict-Transport-Security", _HSTS)
        return response

    app.after_request(add_headers)
