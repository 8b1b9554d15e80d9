"""Log lines of production: the access log and the lines of a request have both request ids."""

import json
import logging
from collections.abc import Callable, Iterator
from io import StringIO

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient

from novacart.entrypoints.logs import configure_logs
from tests.support.accounts import CheapPasswords, a_customer

MakeApp = Callable[..., Flask]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No line depends on the database."""
    return sqlite_url


@pytest.fixture
def stream() -> Iterator[StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    written = StringIO()
    configure_logs(debug=False, stream=written)
    yield written
    structlog.reset_defaults()
    root.handlers, root.level = handlers, level


@pytest.fixture
def app(stream: StringIO, make_app: MakeApp) -> Flask:  # noqa: ARG001 (logs are configured first)
    app = make_app(CheapPasswords())

    def log() -> str:
        structlog.get_logger("novacart.test").info("through structlog")
        logging.getLogger("novacart.test").info("through logging")
        return ""

    app.add_url_rule("/api/log/", view_func=log)
    return app


def lines(stream: StringIO) -> list[dict[str, object]]:
    return [json.loads(text) for text in stream.getvalue().splitlines()]


def test_each_line_of_a_request_has_both_ids(client: FlaskClient, stream: StringIO) -> None:
    response = client.get("/api/log/", headers={"X-Request-ID": "mine"})
    assert response.headers["X-Request-ID"] == "mine"
    written = lines(stream)
    assert [line["event"] for line in written] == [
        "through structlog",
        "through logging",
        "request",
    ]
    assert {line["request_id"] for line in written} == {"mine"}
    (server_id,) = {line["server_request_id"] for line in written}
    assert len(str(server_id)) == 32


def test_ids_of_one_request_are_not_in_the_lines_of_the_next(
    client: FlaskClient, stream: StringIO
) -> None:
    client.get("/api/log/", headers={"X-Request-ID": "mine"})
    client.get("/api/log/")
    second = lines(stream)[3:]
    assert {line["request_id"] for line in second} == {line["server_request_id"] for line in second}


@pytest.mark.parametrize(
    ("request_line", "route", "status"),
    [
        ("GET /api/health/", "/api/health/", 200),
        ("HEAD /api/health/", "/api/health/", 200),
        ("GET /api/products/9/", "/api/products/<int:product_id>/", 404),
        ("GET /api/a-secret/", "(none)", 404),
        ("PUT /api/health/", "(none)", 405),
    ],
)
def test_request_line_has_these_members(
    client: FlaskClient, stream: StringIO, request_line: str, route: str, status: int
) -> None:
    method, path = request_line.split()
    response = client.open(path, method=method)
    (line,) = lines(stream)
    assert isinstance(line.pop("milliseconds"), float)
    assert str(line.pop("timestamp")).endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "logger": "novacart.request",
        "method": method,
        "request_id": response.headers["X-Request-ID"],
        "route": route,
        "server_request_id": response.headers["X-Request-ID"],
        "status": status,
    }


def test_signed_in_request_logs_no_user(client: FlaskClient, stream: StringIO) -> None:
    asha = a_customer(client)
    stream.truncate(0)
    stream.seek(0)
    asha.get("/api/whoami/")
    (line,) = lines(stream)
    assert "asha" not in str(line)
    assert asha.access not in str(line)
