"""Language, currency and direction of writing of the settings, from product to order."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.integration.storefront.conftest import NewShopper, demo_shop
from tests.integration.storefront.inspection import Inspection
from tests.integration.storefront.journeys import (
    ACCEPTED,
    DECLINED,
    Buyer,
    fill_address,
    staff,
)
from tests.support.databases import TestRun

SHOPS = {
    # Locale and currency: a price, and the total of two.
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
    # There are no texts in these languages, so they are English.
    expect(root).to_have_attribute("lang", "en")
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


@pytest.mark.parametrize("shop", [("de-DE", "EUR")], indirect=True, scope="module")
def test_german_shop_is_german_from_its_home_page_to_a_paid_order(
    new_shopper: NewShopper, width: int
) -> None:
    page = new_shopper(width).open("/")
    inspection = Inspection(f"{width}-german")
    expect(page.locator("html")).to_have_attribute("lang", "de-DE")
    expect(page.get_by_role("heading", name="Nach Kategorie einkaufen")).to_be_visible()
    title = f"Messinglampe {width}"
    body = {"title": title, "price": "1234.50", "stock": 3}
    created = page.request.post("/api/products/", data=body, headers=staff(page))
    assert created.status == 201, created.text()
    inspection.look_at(page, "home")
    page.get_by_role("link", name="Alle Artikel").first.click()
    expect(page.get_by_role("heading", level=1, name="Alle Artikel")).to_be_visible()
    found = page.get_by_role("region", name="Artikel").get_by_role("status").first
    expect(found).to_have_text(re.compile(r"^[0-9]+ Artikel$"))
    inspection.look_at(page, "list")
    page.get_by_role("link", name=title).click()
    expect(page.get_by_text("Nur noch 3 Stück")).to_be_visible()
    inspection.look_at(page, "product")
    page.get_by_role("button", name="Eins mehr").click()
    page.get_by_role("button", name="In den Warenkorb").click()
    page.get_by_role("link", name="Warenkorb ansehen").wait_for()
    page.goto("/cart")
    expect(
        page.get_by_role("region", name="Zusammenfassung").get_by_text("2 Artikel")
    ).to_be_visible()
    expect(page.get_by_text("2.469 €").last).to_be_visible()
    inspection.look_at(page, "cart")
    page.get_by_role("link", name="Zur Kasse").click()
    page.get_by_label("E-Mail").fill("gast@example.com")
    fill_german_address(page)
    fill_german_card(page, DECLINED)
    inspection.look_at(page, "checkout")
    pay = page.get_by_role("button", name=re.compile("bezahlen$"))
    pay.click()
    expect(page.get_by_role("alert").filter(has_text="Ihre Karte wurde abgelehnt.")).to_be_visible()
    inspection.look_at(page, "declined")
    fill_german_card(page, ACCEPTED)
    pay.click()
    expect(page.get_by_text("Vielen Dank!")).to_be_visible()
    expect(page.get_by_text("Bezahlt", exact=True).first).to_be_visible()
    inspection.look_at(page, "order")
    assert inspection.findings == []


@pytest.mark.parametrize("shop", [("de-DE", "EUR")], indirect=True, scope="module")
def test_german_pages_of_a_customer_fit_and_are_accessible(
    new_shopper: NewShopper, width: int
) -> None:
    page = new_shopper(width).open("/find-order")
    inspection = Inspection(f"{width}-german")
    for name in ("sign-in", "sign-up", "find-order"):
        page.goto(f"/{name}")
        inspection.look_at(page, name)
    Buyer.start("returning customer", page, width)
    for name in ("account", "wishlist", "orders"):
        page.goto(f"/{name}")
        inspection.look_at(page, name)
    page.locator("article h2 a").click()
    page.get_by_role("button", name="Bestellung stornieren").click()
    inspection.look_at(page, "cancel-order")
    assert inspection.findings == []


@pytest.mark.parametrize("shop", [("de-DE", "EUR")], indirect=True, scope="module")
def test_errors_of_the_api_are_german(new_shopper: NewShopper) -> None:
    page = new_shopper(390).open("/sign-in")
    page.get_by_label("Benutzername oder E-Mail").fill("niemand")
    page.get_by_label("Passwort").fill("falsch")
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_text("Benutzername oder Passwort ist falsch.")).to_be_visible()
    page.goto("/sign-up")
    page.get_by_label("Benutzername").fill("kundin")
    page.get_by_label("E-Mail").fill("kundin@example.com")
    page.get_by_label("Passwort").fill("kurz")
    page.get_by_role("button", name="Konto anlegen").click()
    expect(page.get_by_text("Das Passwort braucht mindestens 8 Zeichen")).to_be_visible()


def fill_german_address(page: Page) -> None:
    for label, text in (
        ("Vor- und Nachname", "Asha Rao"),
        ("Mobilnummer", "9000000001"),
        ("Postleitzahl", "411004"),
        ("Hausnummer oder Wohnung", "12A"),
        ("Straße", "Second floor, Residency Road"),
    ):
        page.get_by_label(label).fill(text)
    expect(page.get_by_label("Bundesstaat")).to_have_value("Maharashtra")


def fill_german_card(page: Page, number: str) -> None:
    page.get_by_label("Kartennummer").fill(number)
    page.get_by_label("Gültig bis").fill("12/39")
    page.get_by_label("Prüfziffer").fill("123")
