"""No finding of axe and no sideways scrolling, on each page, by width and colour scheme."""

import re

import pyotp
import pytest
from playwright.sync_api import Page, Route

from tests.integration.storefront.conftest import NewShopper
from tests.integration.storefront.inspection import Inspection
from tests.integration.storefront.journeys import (
    ACCEPTED,
    DECLINED,
    add_product,
    add_to_wishlist,
    fill_address,
    fill_card,
    open_product,
    pay_button,
    save_address,
    sign_up,
    wait_until_shown,
)

PUBLIC = {
    "home": "/",
    "list": "/category/kitchen?available=true",
    "collection": "/collection/toys-under-1000",
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


@pytest.mark.timeout(300)
def test_pages_of_a_user_are_accessible(
    new_shopper: NewShopper, width: int, inspection: Inspection
) -> None:
    page = new_shopper(width).open("/")
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


def test_pages_of_a_guest_are_accessible(
    new_shopper: NewShopper, width: int, inspection: Inspection
) -> None:
    page = new_shopper(width).open("/")
    open_product(page)
    add_to_wishlist(page)
    page.goto("/wishlist")
    page.get_by_role("main").get_by_role("listitem").wait_for()
    inspection.look_at(page, "wishlist-filled")
    page.get_by_role("button", name="Add to cart").click()
    page.get_by_role("link", name="View cart").wait_for()
    inspection.look_at(page, "added-to-cart")
    page.goto("/checkout")
    page.get_by_label("E-mail").fill("guest@example")
    fill_address(page)
    page.get_by_label("Cash on delivery").check()
    inspection.look_at(page, "checkout-guest")
    page.get_by_role("button", name="Place order").click()
    page.get_by_label("E-mail").and_(page.locator("[aria-invalid]")).wait_for()
    inspection.look_at(page, "checkout-guest-errors")
    page.get_by_label("E-mail").fill("guest@example.com")
    page.get_by_label("Card", exact=False).first.check()
    fill_card(page, DECLINED)
    pay_button(page)
    page.get_by_role("alert").filter(has_text="declined").wait_for()
    inspection.look_at(page, "checkout-declined")
    page.goto("/orders")
    page.get_by_role("link", name="Pay now").wait_for()
    inspection.look_at(page, "orders-unpaid")
    page.locator("article h2 a").click()
    page.get_by_role("link", name="Pay now").wait_for()
    inspection.look_at(page, "order-unpaid")
    page.goto(f"{page.url}?paid=1")
    page.get_by_text("Waiting for the confirmation of your payment").wait_for()
    inspection.look_at(page, "order-waiting")
    page.go_back()
    page.get_by_role("link", name="Pay now").click()
    page.get_by_label("Card number").wait_for()
    inspection.look_at(page, "pay")
    pay_button(page)
    page.get_by_role("alert").wait_for()
    inspection.look_at(page, "pay-errors")
    page.route("**/static/FindOrder-*.js", lambda route: route.abort())
    page.goto("/find-order")
    page.get_by_role("button", name="Reload").wait_for()
    inspection.look_at(page, "not-shown")
    page.goto("/sign-in")
    page.route("**/api/products/?*", leave_unanswered)
    page.get_by_role("link", name="All products").first.click()
    page.get_by_role("main").get_by_role("status").filter(has_text="Loading").first.wait_for()
    inspection.look_at(page, "loading", is_shown=True)


@pytest.mark.parametrize("path", ["/", "/category/kitchen", "/product/{id}", "/cart", "/nothing"])
def test_pages_without_scripts_are_accessible(
    new_shopper: NewShopper, width: int, inspection: Inspection, path: str
) -> None:
    page = new_shopper(width).open("/find-order")
    product = page.request.get("/api/products/?limit=1").json()[0]["id"]
    page.route(re.compile("^[^?]*/[^.?]*$"), as_without_scripts)
    page.goto(path.format(id=product))
    assert page.locator("#root").is_hidden()
    inspection.look_at(page, f"without-scripts{path.replace('/', '-')}", is_shown=True)


def as_without_scripts(route: Route) -> None:
    """Show what a browser shows without JavaScript, which axe needs."""
    response = route.fetch()
    body = re.sub("<script.*?</script>", "", response.text(), flags=re.DOTALL)
    # The style sheet hides this element if scripts are off.
    body = body.replace('<div id="root">', '<div id="root" hidden>')
    route.fulfill(response=response, body=re.sub("(</?)noscript>", r"\1div>", body))


def leave_unanswered(_: Route) -> None:
    """Let the page load until it is left."""


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


# The element with the focus, if it is not in the header but behind it.
BEHIND_HEADER = """() => {
  const header = document.querySelector("header"), focused = document.activeElement;
  if (focused === document.body || focused.closest("header, [href='#content']")) return null;
  const isBehind = focused.getBoundingClientRect().top < header.getBoundingClientRect().bottom;
  return isBehind ? focused.outerHTML.slice(0, 120) : null;
}"""


@pytest.mark.parametrize("path", ["/", "/category/stationery"])
def test_focus_is_not_behind_the_header(new_shopper: NewShopper, path: str) -> None:
    page = new_shopper(1280).open(path)
    wait_until_shown(page)
    page.get_by_role("contentinfo").get_by_role("link").first.focus()
    behind = []
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        behind.append(page.evaluate(BEHIND_HEADER))
    assert [each for each in behind if each] == []
