"""Language, currency and direction of writing of the settings, from product to order."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.integration.storefront.conftest import NewShopper, demo_shop
from tests.integration.storefront.journeys import fill_address, staff
from tests.integration.storefront.test_accessibility import Inspection
from tests.support.databases import TestRun

SHOPS = {
    # Locale and currency: a price, and the total of two.
    ("de-DE", "EUR"): ("1234.50", "2.469 €"),
    ("ja-JP", "JPY"): ("1500", "￥3,000"),
    ("ar-EG", "KWD"): ("12.345", "\u0662\u0664\u066b\u0666\u0669"),
    # Browsers show this currency without decimals, unlike ISO 4217.
    ("sr-Latn-RS", "RSD"): ("1499.55", "2.999,10 RSD"),
}


@pytest.fixture(scope="module")
def start_shop(test_run: TestRun, shop_folder: Path) -> Iterator[Callable[[str, str], str]]:
    with ExitStack() as stack:

        def start(locale: str, currency: str) -> str:
            folder = shop_folder / locale
            folder.mkdir()
            shop = demo_shop(test_run, folder, SHOP_LOCALE=locale, CURRENCY=currency)
            return stack.enter_context(shop)

        yield start


@pytest.fixture(scope="module", params=SHOPS, ids=lambda each: each[0])
def shop(request: pytest.FixtureRequest) -> tuple[str, str]:
    chosen: tuple[str, str] = request.param
    return chosen


@pytest.fixture(scope="module")
def shop_url(start_shop: Callable[[str, str], str], shop: tuple[str, str]) -> str:
    return start_shop(*shop)


def test_prices_and_pages_follow_the_settings(
    new_shopper: NewShopper, shop: tuple[str, str], width: int
) -> None:
    locale, _ = shop
    price, total = SHOPS[shop]
    page = new_shopper(width).open("/")
    root = page.locator("html")
    expect(root).to_have_attribute("lang", locale)
    expect(root).to_have_attribute("dir", "rtl" if locale.startswith("ar") else "ltr")
    body = {"title": "Brass lamp", "price": price, "stock": 10}
    created = page.request.post("/api/products/", data=body, headers=staff(page))
    assert created.status == 201, created.text()
    inspection = Inspection(f"{width}-{locale}")
    inspection.look_at(page, "home")
    page.goto(f"/product/{created.json()['id']}")
    page.get_by_role("button", name="One more").click()
    page.get_by_role("button", name="Add to cart").click()
    page.get_by_role("link", name="View cart").wait_for()
    inspection.look_at(page, "product")
    # The message with its link may be gone by now.
    page.goto("/cart")
    expect(page.get_by_text(total).last).to_be_visible()
    inspection.look_at(page, "cart")
    page.get_by_role("link", name="Check out").click()
    page.get_by_label("E-mail").fill("guest@example.com")
    fill_address(page)
    page.get_by_label("Cash on delivery").check()
    inspection.look_at(page, "checkout")
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_text("Thank you!")).to_be_visible()
    expect(page.get_by_text(total).last).to_be_visible()
    inspection.look_at(page, "order")
    assert inspection.findings == []
