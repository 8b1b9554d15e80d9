"""Health, pages, documents, metrics: what a shop tells of itself."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from novacart.adapters.persistence.database import Database

MakeApp = Callable[..., Flask]


def test_a_shop_that_is_up_says_so(client: FlaskClient) -> None:
    answer = client.get("/api/health/")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


def test_a_shop_that_has_all_it_needs_is_ready(client: FlaskClient) -> None:
    answer = client.get("/api/health/ready/")
    assert answer.status_code == 200
    body = answer.get_json()
    assert body["status"] == "ok"
    assert {each["name"]: each["ok"] for each in body["dependencies"]} == {
        "database": True,
        "migrations": True,
    }


def test_a_database_of_another_version_is_not_ready(
    client: FlaskClient, database: Database
) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'old'"))
        connection.commit()
    answer = client.get("/api/health/ready/")
    assert answer.status_code == 503
    assert answer.get_json()["dependencies"][1]["ok"] is False
    assert "novacart migrate" in answer.get_json()["dependencies"][1]["detail"]


def test_a_database_that_is_away_is_reported_and_the_process_is_still_up(
    make_app: MakeApp,
) -> None:
    client = make_app(DATABASE_URL="postgresql://nobody@127.0.0.1:1/nowhere").test_client()
    assert client.get("/api/health/").status_code == 200
    answer = client.get("/api/health/ready/")
    assert answer.status_code == 503
    assert "nobody" not in answer.text


def test_the_front_page_is_for_people_and_json_for_who_asks(client: FlaskClient) -> None:
    for accept in ("text/html,*/*;q=0.8", "*/*", ""):
        page = client.get("/", headers={"Accept": accept})
        assert page.content_type.startswith("text/html")
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    listed = client.get("/", headers={"Accept": "application/json"})
    assert listed.get_json()["docs"] == "/api/docs/"


@pytest.mark.parametrize("address", ["/", "/api/docs/"])
def test_pages_load_nothing_from_anywhere_else(client: FlaskClient, address: str) -> None:
    page = client.get(address).text
    assert "<script>" not in page
    assert "//" not in page.replace("<!doctype html>", "").replace('xmlns="http://', "")
    for part in page.split('"'):
        if part.startswith("/assets/"):
            answer = client.get(part)
            assert answer.status_code == 200
            assert "http://" not in answer.text.replace("http://www.w3.org/2000/svg", "")


def test_metrics_are_off_unless_asked_for(client: FlaskClient, make_app: MakeApp) -> None:
    assert client.get("/metrics").status_code == 404
    counting = make_app(METRICS_ENABLED="true").test_client()
    counting.get("/api/health/")
    counting.get("/nothing/very/secret/")
    told = counting.get("/metrics").text
    wanted = 'novacart_http_requests_total{method="GET",route="/api/health/",status="200"} 1.0'
    assert wanted in told
    assert "secret" not in told


def test_a_host_that_is_not_ours_is_refused(client: FlaskClient) -> None:
    answer = client.get("/api/health/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    ("trusted", "address"), [("0", "192.0.2.1"), ("1", "203.0.113.9"), ("2", "198.51.100.7")]
)
def test_only_so_many_proxies_are_believed(make_app: MakeApp, trusted: str, address: str) -> None:
    app = make_app(TRUSTED_PROXIES=trusted)
    app.add_url_rule("/address/", view_func=_address)
    answer = app.test_client().get(
        "/address/",
        headers={"X-Forwarded-For": "10.6.6.6, 198.51.100.7, 203.0.113.9"},
        environ_base={"REMOTE_ADDR": "192.0.2.1"},
    )
    assert answer.text == address


def _address() -> str:
    from flask import request  # noqa: PLC0415 (the view alone needs it)

    return request.remote_addr or ""


def test_every_error_can_be_read_by_the_storefront(client: FlaskClient) -> None:
    headers = {"Origin": "https://shop.example", "Authorization": "Bearer null"}
    for address, status in [("/api/cart/", 401), ("/api/nothing/", 404)]:
        answer = client.get(address, headers=headers)
        if answer.status_code == status:
            assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"
            assert answer.headers["X-Request-ID"]
    answer = client.get("/api/whoami/", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"


def test_head_and_options_are_answered_like_get(client: FlaskClient) -> None:
    head = client.head("/api/health/")
    assert (head.status_code, head.data) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(client.get("/api/health/").data)
    options = client.options("/api/health/")
    assert set(options.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
