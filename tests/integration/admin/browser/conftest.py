"""Chromium and the application on a local port, with SQLite."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from flask import Flask
from injector import Injector
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server
from werkzeug.wsgi import ClosingIterator

from novacart.adapters.persistence.database import Database
from novacart.entrypoints.http import create_app
from novacart.entrypoints.settings import load_settings
from tests.support.accounts import CheapPasswords
from tests.support.back_office import PASSWORD, create_account
from tests.support.browser import watch_requests

TIMEOUT = 20_000  # milliseconds


@pytest.fixture(scope="session")
def chromium(request: pytest.FixtureRequest, chromium: Browser) -> Browser:
    """Chromium, and the npm packages of the back office."""
    request.getfixturevalue("built_storefront")
    return chromium


@dataclass(frozen=True, kw_only=True)
class LiveShop:
    app: Flask
    address: str

    @property
    def injector(self) -> Injector:
        injector: Injector = self.app.extensions["novacart.injector"]
        return injector


def buffered(app: Flask) -> WSGIApplication:
    """Read responses into memory, so that a browser that disconnects leaves no file open."""

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with closing(ClosingIterator(app(environ, start_response))) as response:
            return [b"".join(response)]

    return application


@pytest.fixture
def shop_data(sqlite_url: str, tmp_path: Path) -> dict[str, str]:
    """The settings of the database and the files of the shop."""
    return {"DATABASE_URL": sqlite_url, "VAR_DIR": str(tmp_path / "var")}


@pytest.fixture
def shop(shop_data: dict[str, str], tmp_path: Path) -> Iterator[LiveShop]:
    environ = shop_data | {"DEBUG": "True", "RATELIMIT_ENABLED": "False"}
    app = create_app(load_settings(environ, dotenv=tmp_path / "no.env"), CheapPasswords())
    server = make_server("127.0.0.1", 0, buffered(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield LiveShop(app=app, address=f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["novacart.injector"].get(Database).dispose()


OpenAs = Callable[..., Page]


@pytest.fixture
def open_as(shop: LiveShop, chromium: Browser) -> Iterator[OpenAs]:
    """Create an account with a role, sign in and return the page."""
    contexts: list[BrowserContext] = []
    script_errors: list[str] = []

    def open_page(role: str, username: str | None = None, *, scheme: str = "light") -> Page:
        name = username or f"{role}-one"
        create_account(shop.injector, role, name)
        context = chromium.new_context(
            base_url=shop.address,
            locale="en-GB",
            color_scheme="dark" if scheme == "dark" else "light",
            viewport={"width": 1280, "height": 800},
        )
        contexts.append(context)
        context.set_default_timeout(TIMEOUT)
        page = context.new_page()
        watch_requests(page)
        page.on("pageerror", lambda error: script_errors.append(f"{page.url}: {error}"))
        page.goto("/admin/")
        page.get_by_label("Username or email address").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Sign out").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert script_errors == []
