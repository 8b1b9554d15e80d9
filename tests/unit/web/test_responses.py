"""Responses as they are sent: the same as Flask's, with added headers."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask, Response
from werkzeug.test import create_environ

from novacart.adapters.web.http import frame, security_headers
from novacart.adapters.web.http.app import NovaCartFlask
from novacart.adapters.web.http.cors import Cors
from novacart.adapters.web.http.responses import NovaCartResponse, json_response

ADDED = [("X-Added", "1")]


def chunks() -> Iterator[bytes]:
    yield b"one "
    yield b"two"


RESPONSES: dict[str, Callable[[], Response]] = {
    "bytes": lambda: Response(b"body"),
    "text": lambda: Response("text é"),
    "list of texts": lambda: Response(["one ", "é"]),
    "list of bytes": lambda: Response([b"one ", b"two"]),
    "texts with a length": lambda: Response(["two"], headers={"Content-Length": "3"}),
    "empty": Response,
    "stream": lambda: Response(chunks()),
    "no content": lambda: Response(b"ignored", 204),
    "unchanged": lambda: Response(b"ignored", 304, {"ETag": '"1"', "Expires": "0"}),
    "redirect": lambda: Response(b"body", 302, {"Location": "/café/?q=é"}),
    "content location": lambda: Response(b"body", headers={"Content-Location": "/é"}),
    "error": lambda: Response(b"{}", 409, content_type="application/problem+json"),
    "json": lambda: json_response({"a": "é"}, 201, {"ETag": '"1"'}),
}


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("name", RESPONSES)
def test_response_is_sent_as_flask_would_send_it(name: str, method: str) -> None:
    environ = create_environ(method=method)
    expected = Response.force_type(RESPONSES[name]())
    expected.__class__ = Response
    body, status, headers = expected.get_wsgi_response(environ)
    response = RESPONSES[name]()
    response.__class__ = NovaCartResponse
    assert isinstance(response, NovaCartResponse)
    response.added_headers = ADDED
    sent_body, sent_status, sent_headers = response.get_wsgi_response(environ)
    assert (b"".join(sent_body), sent_status) == (b"".join(body), status)
    assert sent_headers == [*headers, *ADDED]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_functions_are_called_when_the_response_is_closed(method: str) -> None:
    response = json_response({})
    closed: list[bool] = []
    response.call_on_close(lambda: closed.append(True))
    body, _, _ = response.get_wsgi_response(create_environ(method=method))
    b"".join(body)
    body.close()  # type: ignore[attr-defined] # the server calls it, if there is one
    assert closed == [True]


def test_header_with_a_line_break_is_refused() -> None:
    with pytest.raises(ValueError, match="newline"):
        json_response({}, headers={"ETag": '"1"\r\nSet-Cookie: a=b'})


def test_security_headers_of_the_response_itself_are_kept() -> None:
    added = security_headers.missing(
        {"content-security-policy", "cache-control"}, signed_in=True, https=True
    )
    names = [name for name, _ in added]
    assert "Content-Security-Policy" not in names
    assert "Cache-Control" not in names
    assert {"X-Frame-Options", "Strict-Transport-Security"} <= set(names)


def test_security_headers_of_one_response_do_not_reach_the_next() -> None:
    security_headers.missing(set(), signed_in=True, https=True).append(("X-Other", "1"))
    names = [name for name, _ in security_headers.missing(set(), signed_in=False, https=False)]
    assert {"Cache-Control", "Strict-Transport-Security", "X-Other"}.isdisjoint(names)


def test_vary_of_the_response_is_kept() -> None:
    app = Flask("test")
    response = Response(headers={"Vary": "Accept"})
    with app.test_request_context("/api/thing/") as context:
        added = Cors([]).headers(context.request, response, {"vary"})
    assert (added, response.headers["Vary"]) == ([], "Accept, Origin")


@pytest.fixture
def app() -> Flask:
    app = NovaCartFlask("test")
    app.config["TRUSTED_HOSTS"] = ["shop.example", ".shops.example"]
    frame.init_app(app)
    app.add_url_rule("/", "front", lambda: "")
    return app


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("shop.example", 200),
        ("shop.example:8000", 200),
        ("a.shops.example", 200),
        ("evil.example", 400),
        ("shop.example.evil.example", 400),
        ("shop.example@evil.example", 400),
        ("a b", 400),
        ("", 400),
    ],
)
def test_only_trusted_hosts_are_served(app: Flask, host: str, status: int) -> None:
    for _ in range(2):
        assert app.test_client().get("/", headers={"Host": host}).status_code == status


def test_host_that_one_application_trusts_is_not_trusted_by_another(app: Flask) -> None:
    other = NovaCartFlask("other")
    other.config["TRUSTED_HOSTS"] = ["evil.example"]
    other.add_url_rule("/", "front", lambda: "")
    headers = {"Host": "evil.example"}
    assert other.test_client().get("/", headers=headers).status_code == 200
    assert app.test_client().get("/", headers=headers).status_code == 400
