"""The demo shop with its storefront, served by granian, and Chromium."""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState

from tests.integration.storefront.inspection import Inspection
from tests.integration.storefront.journeys import KINDS, Buyer
from tests.support.browser import watch_requests
from tests.support.databases import TestRun
from tests.support.demo_shop import copy_demo_shop
from tests.support.processes import free_port, started

TIMEOUT = 20_000  # milliseconds
# Width and height of a laptop's and a phone's window.
WINDOWS = {1280: 800, 390: 844}
# So that the pages are seen in both colour schemes.
SCHEMES: Final[dict[int, Literal["light", "dark"]]] = {1280: "light", 390: "dark"}
# Runs a test on `page` as each kind of shopper.
EACH_KIND = pytest.mark.parametrize("page", KINDS, indirect=True)
_HAS_FAILED = pytest.StashKey[bool]()


@contextmanager
def demo_shop(
    test_run: TestRun,
    folder: Path,
    *,
    worker: bool = False,
    orders: bool = False,
    **settings: str,
) -> Iterator[str]:
    """Run a demo shop, whose data and emails are in `folder` / "var". Yield its URL."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    currency = settings.get("CURRENCY", "INR")
    environ = {
        **copy_demo_shop(test_run, folder, with_orders=orders, currency=currency),
        "PORT": str(port),
        "FRONTEND_URL": url,
        "DEBUG": "True",
        "EMAIL_BACKEND": "file",
        "RATELIMIT_ENABLED": "False",
        "STOREFRONT_ENABLED": "True",
        "WEB_WORKERS": "1",
        "MAX_UNPAID_ORDERS": "1000",
        "MAX_OPEN_COD_ORDERS": "1000",
        "MAX_RESERVED_UNITS": "1000",
    } | settings
    with ExitStack() as stack:
        server = stack.enter_context(started("serve", folder=folder, **environ))
        if worker:
            stack.enter_context(started("worker", folder=folder, **environ))
        server.wait_until_up(f"{url}/api/health/")
        yield url


@pytest.fixture(scope="module")
def shop_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    request.getfixturevalue("built_storefront")
    return tmp_path_factory.mktemp("storefront")


@pytest.fixture(scope="module")
def shop_url(test_run: TestRun, shop_folder: Path) -> Iterator[str]:
    """The URL of a demo shop of this module."""
    with demo_shop(test_run, shop_folder) as url:
        yield url


@dataclass(frozen=True, kw_only=True)
class Shopper:
    """A browser of one person, with any number of tabs."""

    context: BrowserContext

    def open(self, path: str) -> Page:
        page = self.context.new_page()
        page.goto(path)
        return page


NewShopper = Callable[..., Shopper]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[_HAS_FAILED] = True
    return report


@pytest.fixture
def new_shopper(
    request: pytest.FixtureRequest, shop_url: str, chromium: Browser
) -> Iterator[NewShopper]:
    """
    Open a browser. The test fails if a page has a script error or violates its policy. The report
    of a failed test shows what was on its pages.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def watch(page: Page) -> None:
        watch_requests(page)
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                errors.append(f"{page.url}: {message.text}")
                if "Content Security Policy" in message.text
                else None
            ),
        )

    def start(
        width: int = 1280,
        *,
        scheme: Literal["light", "dark"] | None = None,
        scripts: bool = True,
        state: StorageState | None = None,
    ) -> Shopper:
        context = chromium.new_context(
            base_url=shop_url,
            locale="en-IN",
            color_scheme=scheme or SCHEMES[width],
            viewport={"width": width, "height": WINDOWS[width]},
            java_script_enabled=scripts,
            storage_state=state,
        )
        context.set_default_timeout(TIMEOUT)
        context.on("page", watch)
        contexts.append(context)
        return Shopper(context=context)

    yield start
    if _HAS_FAILED in request.node.stash:
        for page in (page for context in contexts for page in context.pages):
            shown = f"{page.url}\n{page.locator('body').aria_snapshot()}"
            request.node.add_report_section("teardown", "page", shown)
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(params=list(WINDOWS))
def width(request: pytest.FixtureRequest) -> int:
    chosen: int = request.param
    return chosen


@pytest.fixture
def inspection(width: int) -> Iterator[Inspection]:
    """Looks at pages of this width. The test fails at its end if it found anything."""
    inspection = Inspection(f"{width}-{SCHEMES[width]}")
    yield inspection
    assert inspection.findings == []


@pytest.fixture
def page(request: pytest.FixtureRequest, new_shopper: NewShopper, width: int) -> Page:
    """A page that loads quickly, of a guest or, with `EACH_KIND`, of each kind of shopper."""
    page = new_shopper(width).open("/find-order")
    return Buyer.start(getattr(request, "param", "guest"), page, width).page


@pytest.fixture(params=KINDS)
def buyer(request: pytest.FixtureRequest, new_shopper: NewShopper, width: int) -> Buyer:
    """A shopper of each kind."""
    return Buyer.start(request.param, new_shopper(width).open("/find-order"), width)
