"""The HTTP frame: JSON bodies, conditional requests, request ids, CORS and security headers."""

import gzip
from collections.abc import Callable

import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from novacart.adapters.web.http import errors, frame
from novacart.adapters.web.http.app import NovaCartFlask
from novacart.adapters.web.http.body import MAX_DEPTH, json_body
from novacart.adapters.web.http.conditional import EntityTag, expected_version, not_modified
from novacart.adapters.web.http.endpoints import MAX_BODY
from novacart.adapters.web.http.request_log import safe_id
from novacart.adapters.web.http.responses import json_response
from novacart.adapters.web.media.routes import absolute_url

STOREFRONT = "https://shop.example"


@pytest.fixture
def app() -> Flask:
    app = NovaCartFlask("test")
    frame.init_app(app, allowed_origins=[STOREFRONT])
    errors.init_app(app)

    def echo() -> Response:
        return json_response(json_body())

    def read() -> Response:
        etag = str(EntityTag(3, (17,)))
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
def test_invalid_json_is_malformed(post: Callable[..., TestResponse], body: bytes) -> None:
    response = post(body)
    assert response.status_code == 400
    assert response.get_json()["code"] == "malformed_json"


def test_nesting_is_limited(post: Callable[..., TestResponse]) -> None:
    assert post(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH).status_code == 200
    assert post(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1)).status_code == 400
    assert post(b"[" + b"[]," * 100 + b"[]]").status_code == 200


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8"])
def test_content_type_may_name_a_charset(
    post: Callable[..., TestResponse], content_type: str
) -> None:
    assert post(b'{"a": "\xc3\xbc"}', content_type).get_json() == {"a": "ü"}


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_other_content_type_is_unsupported(
    post: Callable[..., TestResponse], content_type: str
) -> None:
    assert post(b"a=1", content_type).status_code == 415


def test_compressed_body_is_unsupported(client: FlaskClient) -> None:
    def send(body: bytes, coding: str) -> TestResponse:
        return client.post(
            "/api/echo/",
            data=body,
            content_type="application/json",
            headers={"Content-Encoding": coding},
        )

    response = send(gzip.compress(b"{}"), "gzip")
    assert response.status_code == 415
    assert "Content-Encoding" in response.get_json()["detail"]
    assert response.headers["Accept-Encoding"] == "identity"
    assert send(b"{", "Identity").status_code == 400
    # Some clients name the charset there.
    assert send(b"{}", "utf-8").status_code == 200


def test_body_that_is_not_utf_8_has_its_own_message(post: Callable[..., TestResponse]) -> None:
    response = post('{"a": "ü"}'.encode("latin-1"), "application/json; charset=iso-8859-1")
    assert response.get_json()["detail"] == "The body is not in UTF-8."


def test_missing_body_is_an_empty_object(post: Callable[..., TestResponse]) -> None:
    assert post(b"", "").get_json() == {}


def test_body_over_the_limit_is_too_large(post: Callable[..., TestResponse]) -> None:
    response = post(b'"' + b"x" * MAX_BODY + b'"')
    assert response.status_code == 413
    assert response.get_json()["code"] == "request_entity_too_large"


@pytest.mark.parametrize(
    ("condition", "etag"),
    [
        ('"3-17"', '"3-17"'),
        ('W/"3-17"', '"3-17"'),
        ('"1-1", "3-17"', '"3-17"'),
        ("*", '"3-17"'),
        ('"3-17:br"', '"3-17:br"'),
    ],
)
def test_matching_if_none_match_returns_304(client: FlaskClient, condition: str, etag: str) -> None:
    response = client.get("/api/thing/", headers={"If-None-Match": condition})
    assert (response.status_code, response.data) == (304, b"")
    assert response.headers["ETag"] == etag


@pytest.mark.parametrize(
    "condition",
    ['"3-16"', '"3"', '"3-16:br"', "garbage", "", ",", "W/", '""', '", "3-16"', "\u00e9,"],
)
def test_other_if_none_match_returns_200(client: FlaskClient, condition: str) -> None:
    response = client.get("/api/thing/", headers={"If-None-Match": condition})
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("condition", "version"),
    [
        ('"3-17"', 3),
        ('"3"', 3),
        ('"3-17:zstd"', 3),
        ('"2-1", "3-17"', 3),
        ("*", None),
        (None, None),
    ],
)
def test_if_match_names_the_expected_version(
    client: FlaskClient, condition: str | None, version: int | None
) -> None:
    headers = {"If-Match": condition} if condition else {}
    response = client.put("/api/thing/", headers=headers)
    assert response.get_json() == {"expected": version}


@pytest.mark.parametrize("condition", ['W/"3-17"', "3", '"other"', ""])
def test_if_match_without_a_usable_tag_is_412(client: FlaskClient, condition: str) -> None:
    response = client.put("/api/thing/", headers={"If-Match": condition})
    assert response.status_code == 412
    assert response.get_json()["code"] == "precondition_failed"


@pytest.mark.parametrize("header", ["abc-1", "a", "0" * 128, "01HX.a_b~c"])
def test_safe_request_id_is_kept(header: str) -> None:
    assert safe_id(header) == header


@pytest.mark.parametrize("header", [None, "", "a b", "x" * 129, 'a"', "a\n", "é", "-", "{}", "a\0"])
def test_unsafe_request_id_is_ignored(header: str | None) -> None:
    assert safe_id(header) is None


def test_request_without_a_safe_id_gets_one(app: Flask) -> None:
    client = app.test_client()
    ids = {
        client.get("/api/thing/", headers={"X-Request-ID": "a b"}).headers["X-Request-ID"]
        for _ in "ab"
    }
    assert {len(each) for each in ids} == {32}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/api/thing/"),
        ("GET", "/api/nothing/"),
        ("DELETE", "/api/thing/"),
        ("POST", "/api/echo/"),
    ],
)
def test_allowed_origin_can_read_every_response(
    client: FlaskClient, method: str, address: str
) -> None:
    response = client.open(address, method=method, data=b"{", headers={"Origin": STOREFRONT})
    assert response.headers["Access-Control-Allow-Origin"] == STOREFRONT
    exposed = set(response.headers["Access-Control-Expose-Headers"].split(", "))
    required = {"link", "etag", "x-total-count", "x-request-id", "retry-after", "location"}
    assert required <= exposed
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert "Origin" in response.vary


def test_preflight_returns_the_allowed_methods_and_headers(client: FlaskClient) -> None:
    headers = {"Origin": STOREFRONT, "Access-Control-Request-Method": "PATCH"}
    response = client.options("/api/thing/", headers=headers)
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == STOREFRONT
    methods = set(response.headers["Access-Control-Allow-Methods"].split(", "))
    assert methods == {"GET", "POST", "PUT", "PATCH", "DELETE"}
    allowed = set(response.headers["Access-Control-Allow-Headers"].split(", "))
    assert allowed == {
        "authorization",
        "content-type",
        "idempotency-key",
        "if-match",
        "if-none-match",
        "x-request-id",
        "x-session",
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
def test_other_origins_get_no_cors_headers(client: FlaskClient, method: str, origin: str) -> None:
    headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    response = client.open("/api/thing/", method=method, headers=headers)
    assert not [name for name, _ in response.headers if name.startswith("Access-Control")]


def test_every_response_has_the_security_headers(client: FlaskClient) -> None:
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
def test_image_urls_are_absolute(app: Flask, image: str | None, shown: str | None) -> None:
    with app.test_request_context("/"):
        assert request.host_url == "http://localhost/"
        assert absolute_url(image) == shown


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ('"3"', EntityTag(3)),
        ('"3-17"', EntityTag(3, (17,))),
        ('"3-17:zstd"', EntityTag(3, (17,))),
        ('W/"3-17"', None),
        ('"3-x"', None),
        ('"-3"', None),
        ('"' + "9" * 16 + '"', None),
        ("3", None),
    ],
)
def test_entity_tag_is_parsed_with_its_counts(text: str, tag: EntityTag | None) -> None:
    assert EntityTag.parse(text) == tag
