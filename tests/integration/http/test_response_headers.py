"""All headers of representative responses, and the members of their log lines.

Each response is compared as a whole, so that no header disappears or is added unnoticed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector
from werkzeug.test import TestResponse

from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.entrypoints.logs import add_request_ids
from tests.support.accounts import CheapPasswords, Person, a_customer
from tests.support.builders.catalog import a_product, add_product

MakeApp = Callable[..., Flask]
ORIGIN: Final = "https://shop.example"
PRODUCT: Final = "/api/products/{product}/"

# The values of these headers differ in each run.
ANY: Final = "(any)"
VARIABLE: Final = frozenset({"X-Request-ID", "Content-Length", "ETag", "Set-Cookie", "Date"})

EVERY: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Content-Security-Policy": (
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "X-Request-ID": ANY,
}
API: Final = EVERY | {"Vary": "Origin"}
JSON: Final = {"Content-Type": "application/json", "Content-Length": ANY}
PROBLEM: Final = {"Content-Type": "application/problem+json", "Content-Length": ANY}
HTML: Final = {"Content-Type": "text/html; charset=utf-8", "Content-Length": ANY}
NO_STORE: Final = {"Cache-Control": "no-store"}
READABLE: Final = {
    "Access-Control-Allow-Origin": ORIGIN,
    "Access-Control-Expose-Headers": (
        "link, etag, x-total-count, x-estimated-count, x-request-id, retry-after, location,"
        " idempotent-replayed"
    ),
}
PRODUCT_HEADERS: Final = API | JSON | {"Cache-Control": "no-cache", "ETag": ANY}
PAGE_POLICY: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:;"
        " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
}
ADMIN: Final = (
    EVERY
    | HTML
    | NO_STORE
    | {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self';"
            " img-src 'self' data: blob: https:; connect-src 'self'; form-action 'self';"
            " frame-ancestors 'none'; base-uri 'none'"
        ),
        "Vary": "Cookie",
    }
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A request, and the status and all headers of its response. `signed_in` sends a token."""

    path: str
    status: int
    headers: Mapping[str, str]
    method: str = "GET"
    sent: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    signed_in: bool = False


PREFLIGHT: Final = {"Access-Control-Request-Method": "POST"}
CASES: Final = {
    "health": Case(path="/api/health/", status=200, headers=API | JSON | NO_STORE),
    "head": Case(path="/api/health/", method="HEAD", status=200, headers=API | JSON | NO_STORE),
    "options": Case(
        path="/api/health/",
        method="OPTIONS",
        status=200,
        headers=API | HTML | {"Allow": "GET, HEAD, OPTIONS"},
    ),
    "https": Case(
        path="/api/health/",
        sent={"X-Forwarded-Proto": "https"},
        status=200,
        headers=API
        | JSON
        | NO_STORE
        | {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"},
    ),
    "preflight": Case(
        path="/api/cart/",
        method="OPTIONS",
        sent=PREFLIGHT | {"Origin": ORIGIN},
        status=204,
        headers=API
        | READABLE
        | {
            "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
            "Access-Control-Allow-Headers": (
                "authorization, content-type, idempotency-key, if-match, if-none-match,"
                " x-request-id, x-session"
            ),
            "Access-Control-Max-Age": "600",
        },
    ),
    "preflight of another origin": Case(
        path="/api/cart/",
        method="OPTIONS",
        sent=PREFLIGHT | {"Origin": "https://evil.example"},
        status=204,
        headers=API,
    ),
    "product": Case(path=PRODUCT, status=200, headers=PRODUCT_HEADERS),
    "product of an origin": Case(
        path=PRODUCT, sent={"Origin": ORIGIN}, status=200, headers=PRODUCT_HEADERS | READABLE
    ),
    "product accepting gzip": Case(
        path=PRODUCT, sent={"Accept-Encoding": "gzip"}, status=200, headers=PRODUCT_HEADERS
    ),
    "unchanged product": Case(
        path=PRODUCT,
        sent={"If-None-Match": "{etag}"},
        status=304,
        headers=API | {"ETag": ANY, "Cache-Control": "no-cache"},
    ),
    "products": Case(path="/api/products/", status=200, headers=PRODUCT_HEADERS),
    "counted products": Case(
        path="/api/products/?count=true",
        status=200,
        headers=PRODUCT_HEADERS | {"X-Total-Count": "1"},
    ),
    "unknown URL": Case(path="/api/nothing/", status=404, headers=API | PROBLEM),
    "unknown product": Case(path="/api/products/999/", status=404, headers=API | PROBLEM),
    "unknown page": Case(path="/nothing", status=404, headers=EVERY | PROBLEM | {"Vary": "Accept"}),
    "unknown image": Case(path="/media/x", status=404, headers=EVERY | PROBLEM),
    "unknown host": Case(
        path="/api/health/", sent={"Host": "evil.example"}, status=400, headers=API | PROBLEM
    ),
    "no token": Case(
        path="/api/cart/",
        sent={"Origin": ORIGIN},
        status=401,
        headers=API | PROBLEM | READABLE | {"WWW-Authenticate": "Bearer"},
    ),
    "wrong method": Case(
        path="/api/health/",
        method="DELETE",
        status=405,
        headers=API | PROBLEM | {"Allow": "GET, HEAD, OPTIONS"},
    ),
    "malformed body": Case(
        path="/api/token/", method="POST", body=b"{", status=400, headers=API | PROBLEM
    ),
    "large body": Case(
        path="/api/token/",
        method="POST",
        body=b"x" * 2_000_000,
        status=413,
        headers=API | PROBLEM,
    ),
    "unexpected error": Case(path="/api/fail/", status=500, headers=API | PROBLEM),
    "signed in": Case(
        path="/api/whoami/", signed_in=True, status=200, headers=API | JSON | NO_STORE
    ),
    "denied": Case(
        path="/api/products/",
        method="POST",
        body=b"{}",
        signed_in=True,
        status=403,
        headers=API | PROBLEM | NO_STORE,
    ),
    "sign-in page": Case(path="/admin/sign-in/", status=200, headers=ADMIN | {"Set-Cookie": ANY}),
    "redirect to the sign-in page": Case(
        path="/admin/", status=302, headers=ADMIN | {"Location": "/admin/sign-in/?next=/admin/"}
    ),
    "front page": Case(
        path="/",
        status=200,
        headers=EVERY
        | HTML
        | PAGE_POLICY
        | {"Cache-Control": "no-cache", "ETag": ANY, "Vary": "Accept, Accept-Encoding"},
    ),
    "API reference": Case(
        path="/api/docs/",
        status=200,
        headers=API | HTML | PAGE_POLICY | {"Cache-Control": "no-cache", "ETag": ANY},
    ),
    "OpenAPI document": Case(
        path="/api/openapi.json",
        status=200,
        headers=PRODUCT_HEADERS | {"Vary": "Accept-Encoding, Origin"},
    ),
    "compressed OpenAPI document": Case(
        path="/api/openapi.json",
        sent={"Accept-Encoding": "gzip"},
        status=200,
        headers=PRODUCT_HEADERS
        | {"Vary": "Accept-Encoding, Origin", "Content-Encoding": "gzip", "Date": ANY},
    ),
}


@pytest.fixture(scope="module")
def app(make_shared_app: MakeApp) -> Flask:
    app = make_shared_app(CheapPasswords(), TRUSTED_PROXIES="1")

    def fail() -> str:
        raise LookupError

    app.add_url_rule("/api/fail/", view_func=fail)
    return app


@pytest.fixture(scope="module")
def product(app: Flask) -> int:
    injector: Injector = app.extensions["novacart.injector"]
    return add_product(injector.get(UnitOfWorkFactory), a_product())  # type: ignore[type-abstract]


@pytest.fixture(scope="module")
def asha(app: Flask) -> Person:
    return a_customer(app.test_client())


Send = Callable[[Case], TestResponse]


@pytest.fixture
def send(client: FlaskClient, product: int, asha: Person) -> Send:
    def send(case: Case) -> TestResponse:
        headers = dict(case.sent)
        if headers.get("If-None-Match"):
            headers["If-None-Match"] = client.get(f"/api/products/{product}/").headers["ETag"]
        if case.signed_in:
            headers |= asha.headers
        if case.body is not None:
            headers["Content-Type"] = "application/json"
        return client.open(
            case.path.format(product=product), method=case.method, headers=headers, data=case.body
        )

    return send


def shown(response: TestResponse) -> dict[str, str]:
    """Headers without variable values, and without the order of a list's elements."""
    names = [name for name, _ in response.headers]
    assert len(names) == len(set(names)), names
    headers = {name: ANY if name in VARIABLE else value for name, value in response.headers}
    for name in {"Vary", "Allow"} & set(headers):
        headers[name] = ", ".join(sorted(headers[name].split(", ")))
    return headers


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_response_has_exactly_these_headers(send: Send, case: Case) -> None:
    response = send(case)
    assert response.status_code == case.status
    assert shown(response) == case.headers


@pytest.mark.parametrize("name", ["health", "unchanged product", "unknown URL", "signed in"])
def test_request_is_logged_once_with_both_ids(send: Send, name: str) -> None:
    case = CASES[name]
    with structlog.testing.capture_logs(processors=[add_request_ids]) as lines:
        response = send(case)
    requests = [line for line in lines if line["event"] == "request"]
    line = requests[-1]
    assert set(line) == {
        "event", "log_level", "method", "milliseconds", "request_id", "route", "server_request_id",
        "status",
    }  # fmt: skip
    assert (line["method"], line["status"]) == (case.method, case.status)
    assert line["request_id"] == line["server_request_id"] == response.headers["X-Request-ID"]
