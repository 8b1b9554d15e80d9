"""Bodies, conditions, ids and origins: what the frame does with every request."""

from collections.abc import Callable

import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from novacart.adapters.web.http import cors, errors, request_id, security_headers
from novacart.adapters.web.http.conditional import etag_of, expected_version, not_modified
from novacart.adapters.web.http.json_body import MAX_DEPTH, json_body
from novacart.adapters.web.http.request_id import sane_request_id
from novacart.adapters.web.http.responses import json_response
from novacart.adapters.web.http.routing import NovaCartFlask
from novacart.adapters.web.media.routes import absolute

STOREFRONT = "https://shop.example"


@pytest.fixture
def app() -> Flask:
    app = NovaCartFlask("test")
    app.config["MAX_CONTENT_LENGTH"] = 10_000
    request_id.install(app)
    security_headers.install(app, debug=False)
    cors.install(app, [STOREFRONT])
    errors.install(app)

    def echo() -> Response:
        return json_response(json_body())

    def read() -> Response:
        etag = etag_of(3, 17)
        return not_modified(etag) or json_response({"stock": 17}, headers={"ETag": etag})

    def write() -> Response:
        return json_response({"expected": expected_version()})

    app.add_url_rule("/api/echo/", view_func=echo, methods=["POST"])
    app.add_url_rule("/api/thing/", "read", read)
    app.add_url_rule("/api/thing/", "write", write, methods=["PUT"])
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def post(client: FlaskClient) -> Callable[..., TestResponse]:
    def send(body: bytes, content_type: str = "application/json") -> TestResponse:
        return client.post("/api/echo/", data=body, content_type=content_type)

    return send


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[1,]",
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'"\xff"',
        b'\xef\xbb\xbf{"a": 1}',
        '{"a": 1}'.encode("utf-16"),
        b"[" * 5000,
        b'{"a":' * 100 + b"1" + b"}" * 100,
        b"1" * 5000,
        b"\0",
    ],
)
def test_what_is_not_strict_json_is_malformed(
    post: Callable[..., TestResponse], body: bytes
) -> None:
    answer = post(body)
    assert answer.status_code == 400
    assert answer.get_json()["code"] == "malformed_json"


def test_nesting_is_taken_up_to_the_limit(post: Callable[..., TestResponse]) -> None:
    assert post(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH).status_code == 200
    assert post(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1)).status_code == 400
    assert post(b"[" + b"[]," * 100 + b"[]]").status_code == 200


@pytest.mark.parametrize("declared", ["application/json", "application/json; charset=utf-8"])
def test_json_is_read_as_declared(post: Callable[..., TestResponse], declared: str) -> None:
    assert post(b'{"a": "\xc3\xbc"}', declared).get_json() == {"a": "ü"}


@pytest.mark.parametrize("declared", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_of_another_type_is_not_taken(
    post: Callable[..., TestResponse], declared: str
) -> None:
    assert post(b"a=1", declared).status_code == 415


def test_no_body_is_an_empty_object(post: Callable[..., TestResponse]) -> None:
    assert post(b"", "").get_json() == {}


def test_a_body_over_the_limit_is_too_large(post: Callable[..., TestResponse]) -> None:
    answer = post(b'"' + b"x" * 10_000 + b'"')
    assert answer.status_code == 413
    assert answer.get_json()["code"] == "request_entity_too_large"


@pytest.mark.parametrize("condition", ['"3-17"', 'W/"3-17"', '"1-1", "3-17"', "*"])
def test_who_has_it_already_is_sent_nothing(client: FlaskClient, condition: str) -> None:
    answer = client.get("/api/thing/", headers={"If-None-Match": condition})
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["ETag"] == '"3-17"'


@pytest.mark.parametrize("condition", ['"3-16"', '"3"', "garbage", ""])
def test_who_has_something_else_is_sent_all(client: FlaskClient, condition: str) -> None:
    answer = client.get("/api/thing/", headers={"If-None-Match": condition})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("condition", "version"),
    [('"3-17"', 3), ('"3"', 3), ('"2-1", "3-17"', 3), ("*", None), (None, None)],
)
def test_a_write_may_insist_on_a_version(
    client: FlaskClient, condition: str | None, version: int | None
) -> None:
    headers = {"If-Match": condition} if condition else {}
    answer = client.put("/api/thing/", headers=headers)
    assert answer.get_json() == {"expected": version}


@pytest.mark.parametrize("condition", ['W/"3-17"', "3", '"other"', ""])
def test_a_condition_that_can_never_hold_fails(client: FlaskClient, condition: str) -> None:
    answer = client.put("/api/thing/", headers={"If-Match": condition})
    assert answer.status_code == 412
    assert answer.get_json()["code"] == "precondition_failed"


@pytest.mark.parametrize("offered", ["abc-1", "a", "0" * 128, "01HX.a_b~c"])
def test_a_sane_request_id_is_kept(offered: str) -> None:
    assert sane_request_id(offered) == offered


@pytest.mark.parametrize(
    "offered", [None, "", "a b", "x" * 129, 'a"', "a\n", "é", "-", "{}", "a\0"]
)
def test_any_other_request_id_is_replaced(offered: str | None) -> None:
    made = sane_request_id(offered)
    assert made != offered
    assert len(made) == 32


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/api/thing/"),
        ("GET", "/api/nothing/"),
        ("DELETE", "/api/thing/"),
        ("POST", "/api/echo/"),
    ],
)
def test_the_storefront_can_read_every_answer(
    client: FlaskClient, method: str, address: str
) -> None:
    answer = client.open(address, method=method, data=b"{", headers={"Origin": STOREFRONT})
    assert answer.headers["Access-Control-Allow-Origin"] == STOREFRONT
    exposed = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    wanted = {"link", "etag", "x-total-count", "x-request-id", "retry-after", "location"}
    assert wanted <= exposed
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Origin" in answer.vary


def test_a_preflight_is_answered_with_what_is_allowed(client: FlaskClient) -> None:
    headers = {"Origin": STOREFRONT, "Access-Control-Request-Method": "PATCH"}
    answer = client.options("/api/thing/", headers=headers)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == STOREFRONT
    methods = set(answer.headers["Access-Control-Allow-Methods"].split(", "))
    assert methods == {"GET", "POST", "PUT", "PATCH", "DELETE"}
    allowed = set(answer.headers["Access-Control-Allow-Headers"].split(", "))
    assert allowed == {
        "authorization",
        "content-type",
        "idempotency-key",
        "if-match",
        "if-none-match",
        "x-request-id",
    }


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://shop.example.evil.example",
        "https://evil-shop.example",
        "http://shop.example",
        "https://shop.example:8443",
        "https://shop.example/",
        "https://SHOP.example",
        "*",
        "",
    ],
)
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_no_other_origin_is_let_in(client: FlaskClient, method: str, origin: str) -> None:
    headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    answer = client.open("/api/thing/", method=method, headers=headers)
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def test_every_answer_tells_browsers_to_be_careful(client: FlaskClient) -> None:
    for address in ("/api/thing/", "/api/nothing/"):
        headers = client.get(address).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "Cross-Origin-Resource-Policy" not in headers


@pytest.mark.parametrize(
    ("image", "shown"),
    [
        (None, None),
        ("", None),
        ("https://pictures.example/a.webp", "https://pictures.example/a.webp"),
        ("/media/a b.webp", "http://localhost/media/a%20b.webp"),
        ("media/a.webp", "http://localhost/media/a.webp"),
    ],
)
def test_images_are_absolute(app: Flask, image: str | None, shown: str | None) -> None:
    with app.test_request_context("/"):
        assert request.host_url == "http://localhost/"
        assert absolute(image) == shown
