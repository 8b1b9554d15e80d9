"""Faults of the API, changes by others while a page is open, and hostile values."""

import re
from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.integration.storefront.conftest import NewShopper
from tests.integration.storefront.inspection import Inspection
from tests.integration.storefront.journeys import (
    ACCEPTED,
    PASSWORD,
    Buyer,
    add_product,
    add_to_wishlist,
    fill_address,
    fill_card,
    new_product,
    open_cart,
    pay_button,
    put_into_cart,
    register,
    save_address,
    sign_in,
    sign_out_elsewhere,
    staff,
    wait_until_shown,
)

PRODUCTS = re.compile(r"/api/products/\?.*limit=24")
UNAVAILABLE = "not available at the moment"
SCRIPT = "<script>alert(1)</script>"
LONG = "W" * 200


# What a browser does that blocks all cookies.
REFUSE_STORAGE = """
  const refuse = () => { throw new DOMException("Access is denied.", "SecurityError"); };
  for (const name of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(window, name, { get: refuse });
  }
  window.BroadcastChannel = class { constructor() { refuse(); } };
  // An empty page has no locks.
  if (navigator.locks) navigator.locks.request = async () => refuse();
"""


def failing(times: int, **response: object) -> Callable[[Route], None]:
    """Answer the first requests with `response`."""
    failures = iter(range(times))

    def handle(route: Route) -> None:
        if next(failures, None) is None:
            route.continue_()
        else:
            route.fulfill(**response)  # type: ignore[arg-type]

    return handle


def test_guest_orders_in_a_browser_that_refuses_storage(
    new_shopper: NewShopper, width: int
) -> None:
    shopper = new_shopper(width)
    shopper.context.add_init_script(REFUSE_STORAGE)
    page = shopper.open("/category/stationery?available=true")
    page.locator("article h3 a").first.click()
    page.get_by_role("button", name="Add to cart").click()
    page.get_by_role("link", name="View cart").click()
    page.get_by_role("link", name="Check out").click()
    page.get_by_label("E-mail").fill("guest@example.com")
    fill_address(page)
    fill_card(page, ACCEPTED)
    pay_button(page)
    expect(page.get_by_text("Thank you!")).to_be_visible()


def test_slow_list_shows_that_it_loads(page: Page) -> None:
    page.clock.install()
    page.goto("/find-order")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(PRODUCTS, hold)
    page.get_by_role("link", name="All products").first.click()
    loading = page.get_by_role("main").get_by_role("status").filter(has_text="Loading")
    expect(loading).to_be_visible()
    page.clock.fast_forward("00:03")
    expect(loading).to_be_visible()
    for route in held:
        route.continue_()
    expect(page.locator("article").first).to_be_visible()
    expect(loading).to_be_hidden()


@pytest.mark.parametrize("status", [500, 502, 503])
def test_list_that_fails_is_loaded_again(page: Page, status: int, inspection: Inspection) -> None:
    page.route(PRODUCTS, lambda route: route.fulfill(status=status, body="<h1>error</h1>"))
    page.get_by_role("link", name="All products").first.click()
    expect(page.get_by_role("alert")).to_contain_text(UNAVAILABLE)
    if status == 503:
        inspection.look_at(page, "list-failed")
    page.unroute(PRODUCTS)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("article").first).to_be_visible()


def test_shop_that_can_not_be_reached_is_named_as_the_cause(
    page: Page, inspection: Inspection
) -> None:
    page.route(PRODUCTS, lambda route: route.abort())
    page.get_by_role("link", name="All products").first.click()
    expect(page.get_by_role("alert")).to_contain_text("Check your connection.")
    inspection.look_at(page, "list-without-connection")
    page.unroute(PRODUCTS)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("article").first).to_be_visible()


@pytest.mark.parametrize("status", [429, 503])
def test_list_that_was_refused_for_a_time_is_loaded_again_by_itself(
    page: Page, status: int
) -> None:
    requests: list[Request] = []

    def note(request: Request) -> None:
        if PRODUCTS.search(request.url):
            requests.append(request)

    page.on("request", note)
    page.route(PRODUCTS, failing(1, status=status, headers={"Retry-After": "1"}, body=""))
    page.get_by_role("link", name="All products").first.click()
    # The home page has products, too.
    expect(page.get_by_role("heading", level=1, name="All products")).to_be_visible()
    expect(page.locator("article").first).to_be_visible()
    assert len(requests) == 2


def test_next_page_of_a_list_that_fails_is_loaded_again(page: Page) -> None:
    page.get_by_role("link", name="All products").first.click()
    expect(page.locator("article")).to_have_count(24)
    # The client does not retry automatically after such a long Retry-After.
    page.route(PRODUCTS, failing(1, status=503, headers={"Retry-After": "60"}, body=""))
    page.get_by_role("button", name="Load more").click()
    expect(page.get_by_role("alert")).to_contain_text("Try again in 60 seconds.")
    expect(page.locator("article")).to_have_count(24)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("article")).to_have_count(48)
    expect(page.get_by_role("alert")).to_be_hidden()


def test_limited_request_of_a_form_keeps_what_was_typed(
    page: Page, width: int, inspection: Inspection
) -> None:
    register(page, width)
    page.goto("/account")
    page.get_by_label("First name").fill("Asha")
    path = "**/api/profile/update/"
    page.route(path, failing(1, status=429, headers={"Retry-After": "60"}, body=""))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Try again in 60 seconds.")
    inspection.look_at(page, "account-limited")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Hello, Asha")).to_be_visible()


def test_expired_session_keeps_what_was_typed(new_shopper: NewShopper, width: int) -> None:
    page = new_shopper(width).open("/")
    name = register(page, width)
    page.goto("/account")
    page.get_by_role("button", name="Add an address").click()
    fill_address(page)
    page.get_by_label("First name").evaluate("input => { input.value = 'Asha' }")

    sign_out_elsewhere(new_shopper(width).open("/"), name)

    page.get_by_role("button", name="Save address").click()
    dialog = page.get_by_role("dialog", name="Your session has ended")
    expect(dialog.get_by_label("Username or e-mail")).to_have_value(name)
    dialog.press("Escape")
    dialog.press("Escape")
    dialog.get_by_label("Password").fill("wrong")
    dialog.get_by_role("button", name="Sign in", exact=True).click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("Full name")).to_have_value("Asha Rao")
    page.get_by_role("button", name="Save address").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_text("Residency Road")).to_be_visible()
    expect(page.get_by_label("First name")).to_have_value("Asha")


def test_expired_session_at_the_checkout_leads_back_to_the_payment(
    new_shopper: NewShopper, width: int
) -> None:
    page = new_shopper(width).open("/")
    name = register(page, width)
    add_product(page, 5)
    page.goto("/checkout")
    save_address(page)
    fill_card(page, ACCEPTED)
    sign_out_elsewhere(new_shopper(width).open("/"), name)
    pay_button(page)
    dialog = page.get_by_role("dialog", name="Your session has ended")
    dialog.get_by_label("Username or e-mail").fill(name)
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("Card number")).to_have_value(ACCEPTED)
    pay_button(page)
    expect(page.get_by_text("Thank you!")).to_be_visible()


def test_page_does_not_continue_with_another_user(
    new_shopper: NewShopper, width: int, inspection: Inspection
) -> None:
    shopper = new_shopper(width)
    page = shopper.open("/")
    other = register(new_shopper(width).open("/"), width)
    name = register(page, width)
    add_product(page, 5)
    page.goto("/checkout")
    fill_address(page)
    sign_out_elsewhere(new_shopper(width).open("/"), name)
    page.get_by_role("button", name="Save address").click()
    dialog = page.get_by_role("dialog", name="Your session has ended")
    dialog.get_by_label("Username or e-mail").fill(other)
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Another account is signed in")).to_be_visible()
    expect(page.get_by_text("Residency Road")).to_be_hidden()
    inspection.look_at(page, "other-user")
    page.get_by_role("button", name="Go to the home page").click()
    page.goto("/account")
    expect(page.get_by_role("heading", name=f"Hello, {other}")).to_be_visible()
    expect(page.get_by_text("Residency Road")).to_be_hidden()


def test_product_archived_while_on_screen_can_not_be_added(
    page: Page, inspection: Inspection
) -> None:
    product = new_product(page)
    page.goto(f"/product/{product['id']}")
    page.request.delete(f"/api/products/{product['id']}/", headers=staff(page))
    page.get_by_role("button", name="Add to cart").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")
    expect(page.get_by_text("not in the shop any more")).to_be_visible()
    inspection.look_at(page, "product-archived")


def test_product_archived_while_in_the_cart_leaves_it(page: Page) -> None:
    product = new_product(page)
    put_into_cart(page, product["id"])
    open_cart(page)
    page.get_by_role("link", name="Check out").click()
    page.get_by_label("E-mail").fill("guest@example.com")
    fill_address(page)
    page.get_by_label("Cash on delivery").check()
    page.request.delete(f"/api/products/{product['id']}/", headers=staff(page))
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_role("heading", name="Your cart is empty")).to_be_visible()


def test_cart_emptied_in_another_tab_is_not_ordered(new_shopper: NewShopper, width: int) -> None:
    shopper = new_shopper(width)
    page = shopper.open("/")
    register(page, width)
    title = add_product(page, 6)
    page.goto("/checkout")
    save_address(page)
    page.get_by_label("Cash on delivery").check()
    other = shopper.open("/cart")
    # The page shows an empty cart before the API has removed the item.
    with other.expect_response("**/api/cart/update/*/"):
        other.get_by_role("button", name=f"Remove {title}").click()
    expect(other.get_by_role("heading", name="Your cart is empty")).to_be_visible()
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_role("heading", name="Your cart is empty")).to_be_visible()
    page.goto("/orders")
    expect(page.get_by_role("heading", name="No orders yet")).to_be_visible()


def test_hostile_names_long_words_and_high_prices_are_shown_as_text(page: Page, width: int) -> None:
    if width < 900:
        page.set_viewport_size({"width": 360, "height": 740})
    created = new_product(
        page,
        title=f"{SCRIPT} {LONG}"[:200],
        subtitle=LONG,
        description=f"{SCRIPT}\n{LONG}",
        brand=LONG[:100],
        price="9999999999.98",
        compare_at_price="9999999999.99",
        stock=10,
    )
    product = created["id"]
    register(page, width)
    page.goto(f"/product/{product}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(SCRIPT)
    for _ in range(9):
        page.get_by_role("button", name="One more").click()
    page.get_by_role("button", name="Add to cart").click()
    page.get_by_role("link", name="View cart").wait_for()
    page.goto("/checkout")
    fill_address(page)
    page.get_by_label("Full name").fill(f"{SCRIPT}{LONG}"[:100])
    page.get_by_label("Street and area").fill(LONG)
    page.get_by_role("button", name="Save address").click()
    expect(page.get_by_role("button", name="Save address")).to_be_hidden()
    for path in ("/", f"/product/{product}", "/search?sort=newest", "/cart", "/account"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_attached()
        assert_fits(page, path)
    page.goto("/cart")
    expect(page.get_by_text("₹99,99,99,99,999.80").first).to_be_visible()
    page.goto("/checkout")
    assert_fits(page, "checkout")
    page.get_by_label("Cash on delivery").check()
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_text("Thank you!")).to_be_visible()
    expect(page.get_by_text("₹99,99,99,99,999.80").first).to_be_visible()
    assert_fits(page, "order")
    page.goto("/orders")
    expect(page.locator("article")).to_have_count(1)
    assert_fits(page, "orders")
    page.goto(f"/product/{product}")
    add_to_wishlist(page)
    page.goto("/wishlist")
    expect(page.get_by_role("link", name=SCRIPT)).to_be_visible()
    assert_fits(page, "wishlist")


def assert_fits(page: Page, name: str) -> None:
    wait_until_shown(page)
    sideways = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert sideways <= 0, f"{name} scrolls sideways by {sideways} px"


def test_order_is_printed_without_navigation_and_in_dark_ink(buyer: Buyer) -> None:
    page = buyer.page
    buyer.check_out(1)
    page.get_by_label("Cash on delivery").check()
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_text("Thank you!")).to_be_visible()
    page.emulate_media(media="print", color_scheme="dark")
    for hidden in ("Print", "Cancel order"):
        expect(page.get_by_role("button", name=hidden)).to_be_hidden()
    expect(page.get_by_text("Thank you!")).to_be_hidden()
    expect(page.get_by_role("banner")).to_be_hidden()
    expect(page.get_by_role("contentinfo")).to_be_hidden()
    expect(page.get_by_text("Residency Road")).to_be_visible()
    for text in ("Items", "Total", "NovaCart"):
        expect(page.get_by_role("main").get_by_text(text, exact=True).first).to_be_visible()
    colours = page.evaluate(
        "[getComputedStyle(document.body).color,"
        " getComputedStyle(document.querySelector('section')).backgroundColor]"
    )
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]


def test_second_factor_is_set_up_used_and_turned_off(
    new_shopper: NewShopper, width: int, inspection: Inspection
) -> None:
    page = new_shopper(width).open("/")
    name = register(page, width)
    page.goto("/account")
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_alt_text("QR code of the key")).to_be_visible()
    secret = page.get_by_text("Key:").locator("code").inner_text().replace(" ", "")
    page.get_by_label("Code", exact=True).fill("000000")
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_label("Code", exact=True)).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Code", exact=True).fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Turn on").click()
    codes = page.get_by_role("listitem").filter(has=page.locator("code"))
    expect(codes).to_have_count(10)
    recovery = codes.first.inner_text()
    page.get_by_role("button", name="I have saved them").click()
    expect(page.get_by_text("10 of 10 recovery codes are left.")).to_be_visible()

    elsewhere = new_shopper(width).open("/sign-in?next=/account")
    sign_in(elsewhere, name)
    code = elsewhere.get_by_label("Code", exact=True)
    expect(code).to_be_focused()
    code.fill("000000")
    elsewhere.get_by_role("button", name="Sign in", exact=True).click()
    expect(elsewhere.get_by_text("wrong or was already used")).to_be_visible()
    inspection.look_at(elsewhere, "sign-in-code")
    code.fill(recovery)
    elsewhere.get_by_role("button", name="Sign in", exact=True).click()
    expect(elsewhere.get_by_text("9 of 10 recovery codes are left.")).to_be_visible()

    page.reload()
    devices = page.locator("#sessions").get_by_role("listitem")
    expect(devices).to_have_count(2)
    devices.get_by_role("button", name="Sign out").click()
    expect(devices).to_have_count(1)
    elsewhere.goto("/account")
    expect(elsewhere.get_by_role("heading", name="Sign in")).to_be_visible()

    page.get_by_role("button", name="Turn off …").click()
    page.get_by_label("Confirm with your password").fill("wrong")
    page.get_by_role("button", name="Turn off", exact=True).click()
    expect(page.get_by_text("Your password is wrong.")).to_be_visible()
    inspection.look_at(page, "two-factor-off")
    page.get_by_label("Confirm with your password").fill(PASSWORD)
    page.get_by_role("button", name="Turn off", exact=True).click()
    expect(page.get_by_role("button", name="Set up")).to_be_visible()
