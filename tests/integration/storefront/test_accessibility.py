"""No finding of axe and no sideways scrolling, on each page, by width and colour scheme."""

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.integration.storefront.conftest import NewShopper
from tests.integration.storefront.journeys import (
    ACCEPTED,
    add_product,
    fill_card,
    pay_button,
    save_address,
    sign_up,
    wait_until_shown,
)
from tests.support.browser import save_screenshot

PUBLIC = {
    "home": "/",
    "list": "/category/kitchen?available=true",
    "search": "/search?search=lamp",
    "nothing-found": "/search?search=zzzzzz",
    "not-found": "/nothing",
    "sign-in": "/sign-in",
    "sign-up": "/sign-up",
    "forgotten-password": "/forgotten-password",
    "reset-password": "/reset-password/1/invalid",
    "verify-email": "/verify-email/invalid",
    "find-order": "/find-order",
    "linked-order": "/orders/link/invalid",
}
OWN = {"orders": "/orders", "wishlist": "/wishlist", "account": "/account"}


class Inspection:
    """Collects the findings of the pages."""

    def __init__(self, suffix: str) -> None:
        self.findings: list[str] = []
        self._suffix = suffix
        self._axe = Axe()

    def look_at(self, page: Page, name: str) -> None:
        wait_until_shown(page)
        # In the middle of a transition, colours are neither of the two.
        page.evaluate(
            "Promise.all(document.getAnimations().map(each => each.finished.catch(() => null)))"
        )
        for violation in self._axe.run(page).response["violations"]:
            nodes = [node["html"][:120] for node in violation["nodes"][:3]]
            self.findings.append(f"{name}: {violation['id']} {nodes}")
        sideways = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if sideways > 0:
            self.findings.append(f"{name}: scrolls sideways by {sideways} px")
        save_screenshot(page, f"storefront/{name}-{self._suffix}")


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_pages_are_accessible(new_shopper: NewShopper, width: int, scheme: str) -> None:
    page = new_shopper(width, scheme=scheme).open("/")
    inspection = Inspection(f"{width}-{scheme}")
    for name, path in PUBLIC.items():
        page.goto(path)
        inspection.look_at(page, name)
    page.get_by_role("combobox", name="Search products").fill("la")
    page.get_by_role("option").first.wait_for()
    inspection.look_at(page, "suggestions")
    page.goto("/sign-up")
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("Username").and_(page.locator("[aria-invalid]")).wait_for()
    inspection.look_at(page, "sign-up-errors")

    sign_up(page, width)
    inspection.look_at(page, "signed-up")
    add_product(page, 0, "toys-games")
    inspection.look_at(page, "product")
    page.get_by_role("button", name="Enlarge the picture").click()
    inspection.look_at(page, "picture")
    page.goto("/cart")
    inspection.look_at(page, "cart")
    page.get_by_role("link", name="Check out").click()
    page.get_by_label("Full name").wait_for()
    inspection.look_at(page, "checkout-address")
    save_address(page)
    pay_button(page)
    page.get_by_role("alert").wait_for()
    inspection.look_at(page, "checkout-errors")
    fill_card(page, ACCEPTED)
    pay_button(page)
    page.get_by_text("Thank you!").wait_for()
    inspection.look_at(page, "order")
    page.get_by_role("button", name="Cancel order").click()
    inspection.look_at(page, "cancel-order")
    for name, path in OWN.items():
        page.goto(path)
        inspection.look_at(page, name)
    page.goto("/cart")
    inspection.look_at(page, "empty-cart")
    look_at_security(page, inspection)
    assert inspection.findings == []


def look_at_security(page: Page, inspection: Inspection) -> None:
    """Set up the second factor, turn it off, and let the session expire."""
    page.goto("/account")
    page.get_by_role("button", name="Set up").click()
    secret = page.get_by_text("Key:").locator("code").inner_text().replace(" ", "")
    inspection.look_at(page, "two-factor-set-up")
    page.get_by_label("Code", exact=True).fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Turn on").click()
    page.get_by_role("button", name="I have saved them").wait_for()
    inspection.look_at(page, "recovery-codes")
    page.get_by_role("button", name="I have saved them").click()
    page.get_by_role("button", name="Turn off …").click()
    inspection.look_at(page, "two-factor-on")
    page.route("**/api/**", lambda route: route.fulfill(status=401, json={}))
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("dialog", name="Your session has ended").wait_for()
    inspection.look_at(page, "session-expired")
