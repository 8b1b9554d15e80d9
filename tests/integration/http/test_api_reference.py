"""The API reference in a browser: Swagger UI works under the strict Content-Security-Policy."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from tests.integration.http.conftest import MakeApp
from tests.support.accounts import CheapPasswords, register
from tests.support.builders.accounts import PASSWORD

TIMEOUT = 20_000  # milliseconds


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The page is the same on either database."""
    return sqlite_url


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(CheapPasswords(), DEBUG="True")


@pytest.fixture
def page(app: Flask, chromium: Browser) -> Iterator[Page]:
    """Open the API reference. Fails at the end if the page reported an error or a violation."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    problems: list[str] = []
    hosts: set[str] = set()
    page = chromium.new_page()
    page.set_default_timeout(TIMEOUT)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda message: problems.append(message.text) if message.type == "error" else None,
    )
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.goto(f"http://127.0.0.1:{server.server_port}/api/docs/")
    yield page
    page.close()
    server.shutdown()
    thread.join()
    server.server_close()
    assert problems == []
    assert hosts == {f"127.0.0.1:{server.server_port}"}


def test_authorized_request_is_sent_from_the_page(app: Flask, page: Page) -> None:
    register(app.test_client(), "asha")
    token = (
        app.test_client()
        .post("/api/token/", json={"username": "asha", "password": PASSWORD})
        .get_json()["access"]
    )
    page.get_by_role("button", name="Authorize").click()
    page.get_by_label("auth-bearer-value").fill(token)
    page.get_by_label("Apply credentials").click()
    page.get_by_role("button", name="Close").last.click()
    operation = page.locator("#operations-accounts-accounts_whoami")
    operation.get_by_role("button").first.click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table")).to_contain_text("asha@example.com")
