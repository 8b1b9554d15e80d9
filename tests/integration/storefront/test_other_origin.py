"""The storefront on a static host, another origin than that of the API."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from scripts.build_storefront import ROOT, SOURCES, node_environment
from tests.integration.storefront.conftest import NewShopper, demo_shop
from tests.integration.storefront.journeys import (
    PASSWORD,
    Buyer,
    add_product,
    save_address,
    sign_up,
    wait_until_shown,
)
from tests.support.databases import TestRun

API: Final = "https://api.shop.example"
POLICY: Final = re.compile(r"^Content-Security-Policy: (.+)$", re.MULTILINE)
BROKEN_IMAGES: Final = """() => [...document.images]
  .filter(each => each.complete && each.naturalWidth === 0).map(each => each.src)"""


class StaticHost(SimpleHTTPRequestHandler):
    """Sends the files of a folder, and `index.html` for each path without a file."""

    policy = ""

    def do_GET(self) -> None:
        if not Path(self.translate_path(self.path)).is_file():
            self.path = "/index.html"
        super().do_GET()

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", self.policy)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Log nothing."""


@contextmanager
def static_host(folder: Path) -> Iterator[str]:
    """Serve the files of a folder. Yield the origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(StaticHost, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def build(api: str, folder: Path) -> None:
    """Build the storefront for a host other than that of the API."""
    subprocess.run(
        ["npm", "run", "build", "--", "--outDir", str(folder)],
        cwd=SOURCES,
        env={**node_environment(), "VITE_API_URL": api},
        check=True,
        capture_output=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def shop_url(test_run: TestRun, shop_folder: Path) -> Iterator[str]:
    """The origin of the static host."""
    site = shop_folder / "site"
    with (
        static_host(site) as origin,
        demo_shop(
            test_run,
            shop_folder,
            FRONTEND_URL=origin,
            CORS_ALLOWED_ORIGINS=origin,
            STOREFRONT_ENABLED="False",
        ) as api,
    ):
        build(api, site)
        (policy,) = POLICY.findall((ROOT / "docs" / "storefront.md").read_text())
        # The shop of this test has no https.
        StaticHost.policy = policy.replace(API, api).replace("https:", "http:")
        yield origin


def expect_images(page: Page) -> None:
    wait_until_shown(page)
    assert page.evaluate("document.images.length") > 1
    assert page.evaluate(BROKEN_IMAGES) == []


def place_order(page: Page) -> None:
    page.get_by_label("Cash on delivery").check()
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_text("Thank you!")).to_be_visible()


def test_guest_orders(new_shopper: NewShopper) -> None:
    page = new_shopper().open("/")
    expect(page).to_have_title("NovaCart")
    expect_images(page)
    add_product(page)
    expect_images(page)
    Buyer.start("guest", page, 1280).open_checkout()
    place_order(page)
    page.reload()
    expect(page.get_by_role("heading", level=1, name="Order ")).to_be_visible()


def test_customer_keeps_the_session_and_orders(new_shopper: NewShopper) -> None:
    page = new_shopper().open("/")
    account = page.get_by_role("link", name="Account", exact=True)
    sign_up(page, 1280)
    page.goto("/account")
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password").fill(f"{PASSWORD}-changed")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Your password is changed.")).to_be_visible()
    page.reload()
    expect(account).to_be_visible()
    add_product(page, 1)
    page.goto("/checkout")
    save_address(page)
    place_order(page)
    page.goto("/account")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(account).to_be_hidden()
    page.reload()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()


def test_page_without_settings_offers_to_load_them_again(new_shopper: NewShopper) -> None:
    page = new_shopper().open("about:blank")
    page.route("**/api/shop/", lambda route: route.abort(), times=1)
    page.goto("/cart")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1, name="Cart")).to_be_visible()
