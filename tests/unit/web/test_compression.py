"""Response compression: which responses, which codings, and the entity tags that go with them."""

import gzip

import brotli
import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from novacart.adapters.web.http import frame
from novacart.adapters.web.http.app import NovaCartFlask
from novacart.adapters.web.http.conditional import EntityTag, expected_version, not_modified
from novacart.adapters.web.http.responses import json_response

LONG = {"text": "word " * 1000}


@pytest.fixture
def app() -> Flask:
    app = NovaCartFlask("test")
    frame.init_app(app)

    def read() -> Response:
        etag = str(EntityTag(3, (17,)))
        return not_modified(etag) or json_response(LONG, headers={"ETag": etag, "Vary": "Accept"})

    def write() -> Response:
        return json_response({"version": expected_version()})

    def page() -> Response:
        return Response("<p>" + "word " * 1000, content_type="text/html; charset=utf-8")

    app.add_url_rule("/api/thing/", "read", read)
    app.add_url_rule("/api/thing/", "write", write, methods=["PUT"])
    app.add_url_rule("/api/token/", "token", lambda: json_response(LONG))
    app.add_url_rule("/api/error/", "error", lambda: json_response(LONG, 409))
    app.add_url_rule("/api/small/", "small", lambda: json_response({"text": "word " * 100}))
    app.add_url_rule("/image", "image", lambda: Response(b"x" * 5000, content_type="image/webp"))
    app.add_url_rule("/", "front", page)
    app.add_url_rule("/admin/orders/", "admin", page)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("deflate", None),
        ("identity", None),
        ("br;q=0", None),
        ("gzip; q=0.0, *;q=0", None),
        ("", None),
    ],
)
def test_coding_follows_accept_encoding(
    client: FlaskClient, accepted: str, coding: str | None
) -> None:
    response = client.get("/api/thing/", headers={"Accept-Encoding": accepted})
    assert response.headers.get("Content-Encoding") == coding
    assert int(response.headers["Content-Length"]) == len(response.data)
    assert {"Accept", "Accept-Encoding", "Origin"} == set(response.vary)


def test_compressed_body_is_the_same_and_shorter(client: FlaskClient) -> None:
    plain = client.get("/api/thing/").data
    for coding, decompress in (("gzip", gzip.decompress), ("br", brotli.decompress)):
        compressed = client.get("/api/thing/", headers={"Accept-Encoding": coding}).data
        assert len(compressed) < len(plain) / 10
        assert decompress(compressed) == plain


@pytest.mark.parametrize(
    "path", ["/api/small/", "/api/error/", "/api/token/", "/admin/orders/", "/image"]
)
def test_small_error_secret_and_image_responses_are_not_compressed(
    client: FlaskClient, path: str
) -> None:
    response = client.get(path, headers={"Accept-Encoding": "gzip, br, zstd"})
    assert "Content-Encoding" not in response.headers


def test_html_is_compressed(client: FlaskClient) -> None:
    response = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("coding", ["zstd", "br", "gzip"])
def test_tag_of_a_compressed_response_works_in_conditions(client: FlaskClient, coding: str) -> None:
    headers = {"Accept-Encoding": coding}
    etag = client.get("/api/thing/", headers=headers).headers["ETag"]
    assert etag == f'"3-17:{coding}"'
    unchanged = client.get("/api/thing/", headers=headers | {"If-None-Match": etag})
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    assert unchanged.headers["ETag"] == etag
    written = client.put("/api/thing/", headers={"If-Match": etag})
    assert written.get_json() == {"version": 3}


def test_head_has_the_headers_of_get(client: FlaskClient) -> None:
    headers = {"Accept-Encoding": "gzip"}
    head, get = (
        client.open("/api/thing/", method=method, headers=headers) for method in ("HEAD", "GET")
    )
    assert head.data == b""
    for name in ("Content-Length", "Content-Encoding", "ETag"):
        assert head.headers[name] == get.headers[name]
