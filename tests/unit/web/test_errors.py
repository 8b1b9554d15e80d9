"""Every refusal has a status, and every problem the same form."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

import novacart
from novacart.adapters.web.http import errors, request_id
from novacart.adapters.web.http.errors import STATUSES, ApiError, invalid
from novacart.adapters.web.http.routing import NovaCartFlask
from novacart.application.ports.errors import StorageUnavailable
from novacart.domain.shared.errors import DomainError, InvalidValue


def every_domain_error() -> Iterator[type[DomainError]]:
    for module in walk_packages(novacart.__path__, "novacart."):
        name = module.name.rpartition(".")[2]
        if name not in {"env", "wsgi"}:
            import_module(module.name)
    found: list[type[DomainError]] = [DomainError]
    for error in found:
        found.extend(error.__subclasses__())
    return (error for error in found if error.__module__.startswith("novacart."))


def test_every_error_of_the_shop_has_a_status() -> None:
    codes = {error.code: error.__name__ for error in every_domain_error()}
    assert {code: name for code, name in codes.items() if code not in STATUSES} == {}


def test_every_status_belongs_to_an_error_of_the_shop() -> None:
    assert set(STATUSES) - {error.code for error in every_domain_error()} == set()


@pytest.fixture
def app() -> Flask:
    app = NovaCartFlask("test")
    request_id.install(app)
    errors.install(app)
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


def test_a_problem_says_what_rfc_9457_asks_for(client: FlaskClient) -> None:
    answer = client.get("/nothing/", headers={"X-Request-ID": "abc-1"})
    assert answer.content_type == "application/problem+json"
    assert orjson.loads(answer.data) == {
        "type": "/problems/not-found",
        "title": "Not Found",
        "status": 404,
        "detail": "There is nothing at this address.",
        "code": "not_found",
        "request_id": "abc-1",
    }


def test_a_wrong_method_is_told_the_right_ones(client: FlaskClient) -> None:
    answer = client.delete("/things/1/")
    assert answer.status_code == 405
    assert {"GET", "HEAD", "OPTIONS"} == set(answer.headers["Allow"].split(", "))
    assert answer.get_json()["code"] == "method_not_allowed"


def test_an_address_without_its_slash_is_not_there(client: FlaskClient) -> None:
    answer = client.get("/things/1")
    assert answer.status_code == 404
    assert "end in a slash" in answer.get_json()["detail"]


@pytest.mark.parametrize(
    "number", ["0", "-1", "007", "1.5", "9007199254740992", "9" * 16, "9" * 40, "१", "1e3", "x"]
)
def test_an_id_that_names_nothing_is_not_there(client: FlaskClient, number: str) -> None:
    assert client.get(f"/things/{number}/").status_code == 404
    assert client.delete(f"/things/{number}/").status_code == 404


def test_invalid_fields_are_repeated_at_the_top_unless_reserved(app: Flask) -> None:
    said = invalid({"username": ["Taken."], "status": ["Unknown."], "code": ["No."]})
    body = raising(app, said).get("/raise/").get_json()
    assert body["username"] == ["Taken."]
    assert (body["status"], body["code"]) == (400, "invalid_value")
    assert body["errors"] == {"username": ["Taken."], "status": ["Unknown."], "code": ["No."]}


def test_an_invalid_value_of_the_domain_is_told_in_the_same_form(app: Flask) -> None:
    answer = raising(app, InvalidValue("quantity", "At least 1.")).get("/raise/")
    assert answer.status_code == 400
    assert answer.get_json()["quantity"] == ["At least 1."]
    assert answer.get_json()["errors"] == {"quantity": ["At least 1."]}


def test_details_of_a_refusal_are_members_and_never_replace_the_problems_own(app: Flask) -> None:
    class Full(DomainError):
        code = "wishlist_full"

    error = Full("Too many.", details={"limit": 500, "status": 200})
    body = raising(app, error).get("/raise/").get_json()
    assert (body["limit"], body["status"], body["detail"]) == (500, 409, "Too many.")


def test_an_outage_is_503_and_says_when_to_try_again(app: Flask) -> None:
    answer = raising(app, StorageUnavailable("disk full", retry_after=7)).get("/raise/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "7"
    assert "disk" not in answer.text


def test_what_nobody_foresaw_shows_nothing_of_itself(app: Flask) -> None:
    answer = raising(app, RuntimeError("canary")).get("/raise/")
    assert answer.status_code == 500
    assert answer.get_json()["code"] == "internal_error"
    assert "canary" not in answer.text
    assert "X-Request-ID" in answer.headers


def test_a_refusal_of_the_web_carries_its_headers(app: Flask) -> None:
    error = ApiError(429, code="too_many_requests", detail="Wait.", headers={"Retry-After": "9"})
    answer = raising(app, error).get("/raise/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "9")
