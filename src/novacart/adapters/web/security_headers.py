"""What every answer tells a browser not to do with it (OWASP Secure Headers Project)."""

from typing import Final

from flask import Flask, Response, g, request

NOTHING: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
OWN_PAGE: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:;"
    " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
_HSTS: Final = "max-age=31536000; includeSubDomains"


def install(app: Flask, *, debug: bool) -> None:
    """Add the headers; a page that needs a wider Content-Security-Policy sets its own first.

    There is no Cross-Origin-Resource-Policy: other origins' pages show the shop's pictures.
    What only a signed-in user may see is kept by no cache.
    """

    def add(answer: Response) -> Response:
        for name, value in _ALWAYS.items():
            answer.headers.setdefault(name, value)
        answer.headers.setdefault("Content-Security-Policy", NOTHING)
        if "principal" in g:
            answer.headers.setdefault("Cache-Control", "no-store")
        if request.is_secure and not debug:
            answer.headers.setdefault("Strict-Transport-Security", _HSTS)
        return answer

    app.after_request(add)
