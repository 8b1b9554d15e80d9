"""Security headers of every response (OWASP Secure Headers Project)."""

from typing import Final

DENY_ALL: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
SAME_ORIGIN_PAGE: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:;"
    " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_DEFAULTS: Final = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
    ("Content-Security-Policy", DENY_ALL),
]
_NAMES: Final = frozenset(name.lower() for name, _ in _DEFAULTS)
_HSTS: Final = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
_NO_STORE: Final = ("Cache-Control", "no-store")


def missing(names: set[str], *, signed_in: bool, https: bool) -> list[tuple[str, str]]:
    """Return the headers that a response lacks; it may have its own Content-Security-Policy.

    `names` are those of its headers, in lower case.

    Responses to a signed-in user get `Cache-Control: no-store`. There is no
    Cross-Origin-Resource-Policy, since pages of other origins show the product images.
    """
    if names.isdisjoint(_NAMES):
        headers = _DEFAULTS.copy()
    else:
        headers = [header for header in _DEFAULTS if header[0].lower() not in names]
    if signed_in and "cache-control" not in names:
        headers.append(_NO_STORE)
    if https and "strict-transport-security" not in names:
        headers.append(_HSTS)
    return headers
