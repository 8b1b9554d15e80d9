"""Health checks, pages, metrics, host and proxy settings of the whole application."""

from collections.abc import Callable

import pytest
import structlog
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import text

from novacart.adapters.persistence.database import Database
from novacart.entrypoints.logs import add_request_ids
from tests.support.accounts import CheapPasswords, register
from tests.support.builders.accounts import PASSWORD
from tests.support.databases import on_sqlite

MakeApp = Callable[..., Flask]
TOKEN = "a-token-of-the-monitoring-system"


def test_health_is_ok_while_the_process_runs(client: FlaskClient) -> None:
    response = client.get("/api/health/")
    assert (response.status_code, response.get_json()) == (200, {"status": "ok"})


def test_ready_lists_every_dependency(client: FlaskClient) -> None:
    response = client.get("/api/health/ready/")
    assert response.status_code == 200
    body = response.get_json()
    assert body["status"] == "ok"
    assert {each["name"]: each["ok"] for each in body["dependencies"]} == {
        "database": True,
        "migrations": True,
    }


def set_revision(database: Database, revision: str) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})
        connection.commit()


def test_database_with_an_older_schema_is_not_ready(
    client: FlaskClient, database: Database
) -> None:
    set_revision(database, "0001")
    response = client.get("/api/health/ready/")
    assert response.status_code == 503
    assert response.get_json()["dependencies"][1]["ok"] is False
    assert "novacart migrate" in response.get_json()["dependencies"][1]["detail"]


def test_database_with_the_schema_of_a_later_release_is_ready(
    client: FlaskClient, database: Database
) -> None:
    set_revision(database, "9999")
    assert client.get("/api/health/ready/").status_code == 200


def test_unreachable_database_is_not_ready_but_healthy(make_app: MakeApp) -> None:
    client = make_app(DATABASE_URL="postgresql://dbuser@127.0.0.1:1/nowhere").test_client()
    assert client.get("/api/health/").status_code == 200
    response = client.get("/api/health/ready/")
    assert response.status_code == 503
    assert "dbuser" not in response.text


def test_front_page_is_html_or_json_as_accepted(client: FlaskClient) -> None:
    for accept in ("text/html,*/*;q=0.8", "*/*", ""):
        page = client.get("/", headers={"Accept": accept})
        assert page.content_type.startswith("text/html")
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    links = client.get("/", headers={"Accept": "application/json"})
    assert links.get_json()["docs"] == "/api/docs/"


@on_sqlite
@pytest.mark.parametrize(("url", "assets"), [("/", 4), ("/api/docs/", 4)])
def test_pages_load_everything_from_this_server(client: FlaskClient, url: str, assets: int) -> None:
    page = client.get(url).text
    assert "<script>" not in page
    assert "<style" not in page
    assert "//" not in page
    references = [part for part in page.split('"') if part.startswith("/assets/")]
    assert len(references) == assets
    assert {client.get(reference).status_code for reference in references} == {200}


def test_unchanged_asset_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/assets/swagger-ui.css", headers={"Accept-Encoding": "br"})
    assert first.headers["Content-Encoding"] == "br"
    headers = {"Accept-Encoding": "br", "If-None-Match": first.headers["ETag"]}
    assert client.get("/assets/swagger-ui.css", headers=headers).status_code == 304


def test_metrics_are_served_only_if_enabled(client: FlaskClient, make_app: MakeApp) -> None:
    assert client.get("/metrics").status_code == 404
    enabled = make_app(METRICS_ENABLED="true", METRICS_TOKEN=TOKEN).test_client()
    enabled.get("/api/health/")
    enabled.get("/nothing/very/secret/")
    metrics = enabled.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    sample = 'novacart_http_requests_total{method="GET",route="/api/health/",status="200"} 1.0'
    assert sample in metrics
    assert "secret" not in metrics
    assert "novacart_database_up 1.0" in metrics
    assert 'novacart_queue_pending{queue="outbox"} 0.0' in metrics


@on_sqlite
@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer ", "Bearer null", f"Bearer {TOKEN[:-1]}", TOKEN, "Bearer é"]
)
def test_metrics_need_the_token(make_app: MakeApp, authorization: str | None) -> None:
    client = make_app(METRICS_ENABLED="true", METRICS_TOKEN=TOKEN).test_client()
    headers = {} if authorization is None else {"Authorization": authorization}
    response = client.get("/metrics", headers=headers)
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "novacart_http" not in response.text


@on_sqlite
def test_metrics_are_read_from_an_address_inside(make_app: MakeApp) -> None:
    settings = {"METRICS_ENABLED": "true", "METRICS_TOKEN": TOKEN, "ALLOWED_HOSTS": "shop.example"}
    client = make_app(**settings).test_client()

    def status(path: str, authorization: str = f"Bearer {TOKEN}") -> int:
        headers = {"Host": "web:8000", "Authorization": authorization}
        return client.get(path, headers=headers).status_code

    assert status("/metrics") == 200
    assert status("/metrics", "Bearer null") == 401
    assert status("/metrics/") == status("/api/health/") == 400


def test_request_id_of_the_client_is_logged_beside_ours_and_never_audited(
    make_app: MakeApp, database: Database
) -> None:
    client = make_app(CheapPasswords()).test_client()
    with structlog.testing.capture_logs(processors=[add_request_ids]) as lines:
        client.environ_base["HTTP_X_REQUEST_ID"] = "mine-1"
        register(client)
        assert client.get("/api/health/").headers["X-Request-ID"] == "mine-1"
    line = next(line for line in lines if line["event"] == "request")
    assert line["request_id"] == "mine-1"
    with database.reading() as connection:
        audited = connection.execute(text("SELECT request_id FROM outbox_messages")).scalars().all()
    assert set(audited) == {line["server_request_id"]}
    assert len(line["server_request_id"]) == 32


def test_untrusted_proxy_is_logged_once(make_app: MakeApp) -> None:
    forwarded = {"X-Forwarded-For": "198.51.100.7"}
    for trusted, warnings in (("0", 1), ("1", 0)):
        client = make_app(TRUSTED_PROXIES=trusted).test_client()
        with structlog.testing.capture_logs() as lines:
            client.get("/api/health/")
            for _ in range(3):
                client.get("/api/health/", headers=forwarded)
        hints = [line["hint"] for line in lines if line["event"] == "untrusted_forwarded_header"]
        assert len(hints) == warnings
        assert all("TRUSTED_PROXIES" in hint and "198.51" not in hint for hint in hints)


def test_unknown_host_is_rejected(client: FlaskClient) -> None:
    response = client.get("/api/health/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert response.content_type == "application/problem+json"


@on_sqlite
@pytest.mark.parametrize(
    ("trusted", "address"), [("0", "192.0.2.1"), ("1", "203.0.113.9"), ("2", "198.51.100.7")]
)
def test_only_trusted_proxies_set_the_client_address(
    make_app: MakeApp, trusted: str, address: str
) -> None:
    app = make_app(TRUSTED_PROXIES=trusted)
    app.add_url_rule("/address/", view_func=lambda: request.remote_addr or "")
    response = app.test_client().get(
        "/address/",
        headers={"X-Forwarded-For": "10.6.6.6, 198.51.100.7, 203.0.113.9"},
        environ_base={"REMOTE_ADDR": "192.0.2.1"},
    )
    assert response.text == address


def test_allowed_origin_can_read_every_error(client: FlaskClient) -> None:
    headers = {"Origin": "https://shop.example", "Authorization": "Bearer null"}
    for url, status in [("/api/cart/", 401), ("/api/nothing/", 404)]:
        response = client.get(url, headers=headers)
        assert response.status_code == status
        assert response.headers["Access-Control-Allow-Origin"] == "https://shop.example"
        assert response.headers["X-Request-ID"]
    assert client.get("/api/cart/", headers=headers).headers["WWW-Authenticate"] == "Bearer"


@on_sqlite
@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "TRACK"])
@pytest.mark.parametrize("path", ["/", "/api/health/", "/admin/"])
def test_trace_is_refused(client: FlaskClient, method: str, path: str) -> None:
    response = client.open(path, method=method, headers={"Authorization": "Bearer canary"})
    assert response.status_code == 405
    assert "canary" not in response.text


@on_sqlite
@pytest.mark.parametrize(
    "path", ["/", "/api/products/", "/api/nothing/", "/api/whoami/", "/admin/sign-in/", "/media/x"]
)
def test_https_responses_have_the_security_headers(make_app: MakeApp, path: str) -> None:
    client = make_app(DEBUG="False", TRUSTED_PROXIES="1").test_client()
    headers = client.get(path, headers={"X-Forwarded-Proto": "https"}).headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    policy = headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(policy)
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_http_responses_have_no_hsts_and_are_not_redirected(make_app: MakeApp) -> None:
    response = make_app(DEBUG="False").test_client().get("/api/health/")
    assert response.status_code == 200
    assert "Strict-Transport-Security" not in response.headers


def test_text_responses_name_their_charset(client: FlaskClient) -> None:
    paths = ("/", "/assets/front.css", "/assets/front.js", "/assets/icon.svg", "/admin/sign-in/")
    for path in paths:
        assert client.get(path).content_type.endswith("; charset=utf-8"), path


def test_responses_to_a_signed_in_user_are_not_stored(client: FlaskClient) -> None:
    register(client)
    body = {"username": "asha", "password": PASSWORD}
    access = client.post("/api/token/", json=body).get_json()["access"]
    headers = {"Authorization": f"Bearer {access}"}
    for path in ("/api/whoami/", "/api/cart/", "/api/addresses/", "/api/orders/12/"):
        assert client.get(path, headers=headers).headers["Cache-Control"] == "no-store", path


def test_head_and_options_are_supported(client: FlaskClient) -> None:
    head = client.head("/api/health/")
    assert (head.status_code, head.data) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(client.get("/api/health/").data)
    options = client.options("/api/health/")
    assert set(options.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
