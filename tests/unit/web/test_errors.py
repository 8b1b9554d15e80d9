"""Error codes, their statuses, and the problem documents of the error handlers."""

import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from importlib import import_module
from pkgutil import walk_packages

import orjson
import psycopg  # noqa: F401 (can't be imported during a test, unlike the modules that use it)
import pytest
from flask import Flask, Response, url_for
from flask.testing import FlaskClient

import novacart
from novacart.adapters.web.http import errors, frame
from novacart.adapters.web.http.app import NovaCartFlask
from novacart.adapters.web.http.endpoints import declare_unknown
from novacart.adapters.web.http.errors import DOMAIN_STATUSES, ApiError, invalid
from novacart.application.ports.errors import StorageUnavailable
from novacart.domain.shared.errors import DomainError, InvalidValue


def every_domain_error() -> Iterator[type[DomainError]]:
    for module in walk_packages(novacart.__path__, "novacart."):
        name = module.name.rpartition(".")[2]
        if name not in {"env", "wsgi"} and module.name != "novacart.entrypoints.rsgi":
            import_module(module.name)
    classes: list[type[DomainError]] = [DomainError]
    for error in classes:
        classes.extend(error.__subclasses__())
    return (error for error in classes if error.__module__.startswith("novacart."))


def test_every_domain_error_has_a_status() -> None:
    codes = {error.code: error.__name__ for error in every_domain_error()}
    assert {code: name for code, name in codes.items() if code not in DOMAIN_STATUSES} == {}


def test_every_domain_status_belongs_to_an_error() -> None:
    assert set(DOMAIN_STATUSES) - {error.code for error in every_domain_error()} == set()


@pytest.fixture
def app() -> Flask:
    app = NovaCartFlask("test")
    frame.init_app(app)
    errors.init_app(app)
    app.add_url_rule("/things/<int:number>/", view_func=lambda number: {"number": number})
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def raising(app: Flask, error: Exception) -> FlaskClient:
    def view() -> str:
        raise error

    app.add_url_rule("/raise/", view_func=view)
    return app.test_client()


def test_problem_has_the_members_of_rfc_9457(client: FlaskClient) -> None:
    response = client.get("/nothing/", headers={"X-Request-ID": "abc-1"})
    assert response.content_type == "application/problem+json"
    assert orjson.loads(response.data) == {
        "type": "/problems/not-found",
        "title": "Not Found",
        "status": 404,
        "detail": "There is no page at this URL.",
        "code": "not_found",
        "request_id": "abc-1",
    }


def test_wrong_method_returns_the_allowed_ones(client: FlaskClient) -> None:
    response = client.delete("/things/1/")
    assert response.status_code == 405
    assert {"GET", "HEAD", "OPTIONS"} == set(response.headers["Allow"].split(", "))
    assert response.get_json()["code"] == "method_not_allowed"


def test_url_without_trailing_slash_is_not_found(client: FlaskClient) -> None:
    response = client.get("/things/1")
    assert response.status_code == 404
    assert "end in a slash" in response.get_json()["detail"]


@pytest.mark.parametrize(
    "number", ["0", "-1", "007", "1.5", "9007199254740992", "9" * 16, "9" * 40, "१", "1e3", "x"]
)
def test_invalid_id_in_a_url_is_not_found(client: FlaskClient, number: str) -> None:
    assert client.get(f"/things/{number}/").status_code == 404
    assert client.delete(f"/things/{number}/").status_code == 404


def test_invalid_fields_are_top_level_members_unless_reserved(app: Flask) -> None:
    error = invalid({"username": ["Taken."], "status": ["Unknown."], "code": ["No."]})
    body = raising(app, error).get("/raise/").get_json()
    assert body["username"] == ["Taken."]
    assert (body["status"], body["code"]) == (400, "invalid_value")
    assert body["errors"] == {"username": ["Taken."], "status": ["Unknown."], "code": ["No."]}


def test_invalid_value_of_the_domain_is_a_field_error(app: Flask) -> None:
    response = raising(app, InvalidValue("quantity", "At least 1.")).get("/raise/")
    assert response.status_code == 400
    assert response.get_json()["quantity"] == ["At least 1."]
    assert response.get_json()["errors"] == {"quantity": ["At least 1."]}


def test_error_details_never_replace_the_members_of_the_problem(app: Flask) -> None:
    class Full(DomainError):
        code = "wishlist_full"

    error = Full("Too many.", details={"limit": 500, "status": 200})
    body = raising(app, error).get("/raise/").get_json()
    assert (body["limit"], body["status"], body["detail"]) == (500, 409, "Too many.")


def test_unavailable_is_503_with_retry_after(app: Flask) -> None:
    response = raising(app, StorageUnavailable("disk full", retry_after=7)).get("/raise/")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "7"
    assert "disk" not in response.text


def test_unexpected_error_does_not_show_its_message(app: Flask) -> None:
    response = raising(app, RuntimeError("canary")).get("/raise/")
    assert response.status_code == 500
    assert response.get_json()["code"] == "internal_error"
    assert "canary" not in response.text
    assert "X-Request-ID" in response.headers


def test_api_error_sends_its_headers(app: Flask) -> None:
    error = ApiError("too_many_requests", "Wait.", headers={"Retry-After": "9"})
    response = raising(app, error).get("/raise/")
    assert (response.status_code, response.headers["Retry-After"]) == (429, "9")


# Firefox and Chromium, curl, and a client of the API.
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("path", "accept", "mimetype"),
    [
        ("/unknown", BROWSER, "text/html"),
        ("/unknown", "*/*", "application/problem+json"),
        ("/unknown", "application/json", "application/problem+json"),
        ("/unknown", None, "application/problem+json"),
        ("/api/unknown", BROWSER, "application/problem+json"),
        # An endpoint without an error page is one of the API.
        ("/raise/", BROWSER, "application/problem+json"),
    ],
)
def test_browser_gets_a_page_for_an_unknown_address(
    app: Flask, path: str, accept: str | None, mimetype: str
) -> None:
    client = raising(app, ApiError("not_found", "No such thing."))
    response = client.get(path, headers={"Accept": accept} if accept else {})
    assert (response.status_code, response.mimetype) == (404, mimetype)
    assert ("Accept" in response.vary) == (path == "/unknown")
    is_page = mimetype == "text/html"
    assert ("<p>There is no page at this URL.</p>" in response.text) == is_page
    assert (response.headers.get("Cache-Control") == "no-store") == is_page


@pytest.mark.parametrize("path", ["/", "/unknown", "/admin/"])
def test_browser_gets_a_page_for_an_unknown_host(app: Flask, path: str) -> None:
    app.config["TRUSTED_HOSTS"] = ["shop.example"]
    declare_unknown(app, "/admin/", lambda _status: Response(url_for("static")))
    client = app.test_client()
    headers = {"Host": "other.example", "Accept": BROWSER}
    response = client.get(path, headers=headers)
    assert (response.status_code, response.mimetype) == (400, "text/html")
    assert "other.example" in response.text
    style = re.search("<style>(.*)</style>", response.text)
    assert style is not None
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in response.headers["Content-Security-Policy"]
    assert client.get(path, headers=headers | {"Accept": "*/*"}).mimetype != "text/html"


def test_page_shows_the_text_of_an_error_escaped(app: Flask) -> None:
    app.config["TRUSTED_HOSTS"] = ["shop.example"]
    response = app.test_client().get("/", headers={"Host": "<b>&.example", "Accept": BROWSER})
    assert response.status_code == 400
    assert "<b>" not in response.text


def test_unknown_address_below_a_prefix_has_its_page(app: Flask) -> None:
    declare_unknown(app, "/admin/", lambda status: Response(f"Admin {status}", status))
    client = app.test_client()
    assert client.get("/admin/x", headers={"Accept": BROWSER}).text == "Admin 404"
    assert client.get("/other", headers={"Accept": BROWSER}).text != "Admin 404"
