"""What every answer tells a browser not to do with it (OWASP Secure Headers Project)."""

from typing import Final

from flask import Flask, Response, g, request

NOTHING: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
OWN_PAGE: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:;"
    " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_BY_DEFAULT: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Content-Security-Policy": NOTHING,
}
_HSTS: Final = "max-age=31536000; includeSubDomains"


def install(app: Flask, *, debug: bool) -> None:
    """Add the headers; a page that needs a wider Content-Security-Policy sets its own first.

    There is no Cross-Origin-Resource-Policy: other origins' pages show the shop's pictures.
    What only a signed-in user may see is kept by no cache.
    """

    def add(answer: Response) -> Response:
        # One look at what is there, since each of Werkzeug's own would go through the list.
        present = {name.lower() for name, _ in answer.headers}
        for name, value in _BY_DEFAULT.items():
            if name.lower() not in present:
                answer.headers.add(name, value)
        if "cache-control" not in present and "principal" in g:
            answer.headers.add("Cache-Control", "no-store")
        if not debug and request.is_secure and "strict-transport-security" not in present:
            answer.headers.add("Strict-Transport-Security", _HSTS)
        return answer

    app.after_request(add)
