"""Journeys of shoppers, from the home page to the order, on a laptop and on a phone."""

import re
from typing import Final

from playwright.sync_api import Locator, Page, expect

from tests.integration.storefront.conftest import EACH_KIND, NewShopper
from tests.integration.storefront.journeys import (
    ACCEPTED,
    DECLINED,
    PASSWORD,
    TYPED_ADDRESS,
    Buyer,
    add_product,
    change_product,
    create_account,
    fill_address,
    fill_card,
    new_product,
    pay_button,
    put_into_cart,
    register,
    save_address,
    sign_in,
    sign_up,
    staff,
    wait_until_shown,
)

CATALOGUE: Final = re.compile("/api/(products|categories|collections)/(?!wishlist)")


def test_first_purchase_by_card(page: Page, width: int) -> None:
    """A shopper finds a product, signs up to buy it, is declined once and pays."""
    page.goto("/")
    expect(page.get_by_role("heading", name="Shop by category")).to_be_visible()
    page.get_by_role("link", name="Stationery & Art").first.click()
    expect(page.get_by_role("heading", level=1, name="Stationery & Art")).to_be_attached()
    title = add_product(page)
    page.goto("/checkout")
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    page.get_by_role("link", name="Create an account").click()
    create_account(page, f"first{width}", f"first{width}@example.com", "short")
    expect(page.get_by_label("Password")).to_be_focused()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()

    # The cart of the guest is the user's now.
    expect(page.get_by_role("heading", level=1, name="Checkout")).to_be_visible()
    expect(page.get_by_text(title)).to_be_visible()
    save_address(page)
    pay_button(page)
    expect(page.get_by_label("Card number")).to_be_focused()
    fill_card(page, DECLINED)
    pay_button(page)
    expect(page.get_by_role("alert")).to_contain_text("declined")
    fill_card(page, ACCEPTED)
    pay_button(page)
    expect(page.get_by_text("Thank you!")).to_be_visible()
    expect(page.get_by_text("Paid", exact=True).first).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("NC-")
    page.go_back()
    expect(page.get_by_text("Thank you!")).to_be_hidden()


def test_guest_buys_without_an_account(page: Page) -> None:
    add_product(page, 1)
    page.get_by_role("link", name="View cart").click()
    page.get_by_role("link", name="Check out").click()
    page.get_by_label("Cash on delivery").check()
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.get_by_label("E-mail").fill("guest@example.com")
    fill_address(page)
    page.get_by_label("Mobile number").fill("12")
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_label("Mobile number")).to_be_focused()
    expect(page.get_by_label("Mobile number")).to_have_accessible_description(
        "A mobile number has 10, 12 or 13 digits."
    )
    page.get_by_label("Mobile number").fill("9000000001")
    page.reload()
    expect(page.get_by_label("Full name")).to_have_value("Asha Rao")
    page.get_by_label("Cash on delivery").check()
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_text("Thank you!")).to_be_visible()
    expect(page.get_by_text("Residency Road")).to_be_visible()
    page.goto("/orders")
    expect(page.locator("article")).to_have_count(1)
    page.goto("/account")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_guest_pays_by_card(page: Page) -> None:
    add_product(page, 2)
    page.goto("/checkout")
    page.get_by_label("E-mail").fill("guest@example.com")
    fill_address(page)
    fill_card(page, ACCEPTED)
    pay_button(page)
    expect(page.get_by_text("Thank you!")).to_be_visible()
    page.goto("/find-order")
    page.get_by_label("Order number").fill("NC-20261128-AAAAAA")
    page.get_by_label("E-mail").fill("guest@example.com")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_text("on its way to this address")).to_be_visible()


# A link of a card and a radio button of an option show their focus beside them.
OUTLINES: Final = """element => [[element], [element, "::after"], [element.nextElementSibling]]
  .filter(([each]) => each)
  .map(([each, pseudo]) => getComputedStyle(each, pseudo).outline)"""


def tab_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Move the focus with the Tab key, and expect that it is shown."""
    target.wait_for()
    for _ in range(100):
        page.keyboard.press(key)
        if target.evaluate("element => element === document.activeElement"):
            break
    expect(target).to_be_focused()
    outlines = target.evaluate(OUTLINES)
    assert any("solid 3px" in outline for outline in outlines), outlines


def test_order_is_placed_with_the_keyboard_alone(buyer: Buyer) -> None:
    page, press = buyer.page, buyer.page.keyboard.press
    page.goto("/")
    tab_to(page, page.get_by_role("combobox", name="Search products"))
    page.keyboard.type("little town blocks")
    press("Enter")
    product = page.get_by_role("main").get_by_role("link", name="Little Town Blocks")
    tab_to(page, product)
    press("Enter")
    tab_to(page, page.get_by_role("button", name="One more"))
    press("Space")
    tab_to(page, page.get_by_role("button", name="Add to cart"))
    press("Enter")
    cart = page.get_by_role("banner").get_by_role("link", name=re.compile(r"^Cart\D*2 items$"))
    tab_to(page, cart, "Shift+Tab")
    press("Enter")
    tab_to(page, page.get_by_role("link", name="Check out"))
    press("Enter")
    if buyer.kind == "guest":
        tab_to(page, page.get_by_label("E-mail"))
        page.keyboard.type("guest@example.com")
    if buyer.kind != "returning customer":
        for label, text in TYPED_ADDRESS.items():
            tab_to(page, page.get_by_label(label))
            page.keyboard.type(text)
            if label == "Pincode":
                expect(page.get_by_label("State")).to_have_value("Maharashtra")
    if buyer.kind == "customer":
        tab_to(page, page.get_by_role("button", name="Save address"))
        press("Enter")
        expect(page.get_by_role("button", name="Save address")).to_be_hidden()
    tab_to(page, page.get_by_role("radio", name=re.compile("^Card")))
    press("ArrowDown")
    tab_to(page, page.get_by_role("button", name="Place order"))
    press("Enter")
    expect(page.get_by_text("Thank you!")).to_be_visible()


@EACH_KIND
def test_search_with_the_keyboard(page: Page) -> None:
    box = page.get_by_role("combobox", name="Search products")
    box.fill("lamp")
    option = page.get_by_role("option").first
    expect(option).to_be_visible()
    # What a screen reader announces.
    announced = page.get_by_role("search").get_by_role("status")
    expect(announced).to_have_text(re.compile("^[0-9]+ suggestions$"))
    box.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    box.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?search=lamp$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("lamp")
    expect(page.locator("article").first).to_be_visible()
    box.fill("banyan street")
    expect(option).to_contain_text("Banyan Street")
    box.press("ArrowDown")
    box.press("Enter")
    title = page.get_by_role("heading", level=1, name="Banyan Street", exact=True)
    expect(title).to_be_visible()


@EACH_KIND
def test_filters_are_in_the_address_and_the_back_button_undoes_them(page: Page, width: int) -> None:
    page.goto("/search")
    # Other tests add products to the shop.
    count = page.request.get("/api/products/facets/").json()["count"]
    expect(page.get_by_text(f"{count} products", exact=True)).to_be_visible()
    if width < 900:
        page.get_by_role("button", name="Filter").click()
    page.get_by_label("In stock").and_(page.locator(":visible")).first.click()
    expect(page).to_have_url(re.compile("available=true"))
    if width < 900:
        page.get_by_role("button", name="Show results").click()
    expect(page.get_by_role("button", name="Remove In stock")).to_be_visible()
    page.get_by_label("Sort by").select_option("price")
    expect(page).to_have_url(re.compile("sort=price"))
    cheapest = page.request.get("/api/products/?available=true&sort=price&limit=24").json()
    expect(page.locator("article h3")).to_have_text([each["title"] for each in cheapest])
    page.reload()
    expect(page.get_by_label("Sort by")).to_have_value("price")
    page.go_back()
    page.go_back()
    expect(page).to_have_url(re.compile(r"/search$"))
    expect(page.get_by_role("button", name="Remove In stock")).to_be_hidden()


@EACH_KIND
def test_loaded_pages_of_a_list_are_there_after_going_back_and_a_reload(page: Page) -> None:
    page.goto("/search")
    for loaded in (24, 48):
        expect(page.locator("article")).to_have_count(loaded)
        page.get_by_role("button", name="Load more").click()
    expect(page.locator("article")).to_have_count(72)
    link = page.locator("article h3 a").nth(64)
    link.scroll_into_view_if_needed()
    position = page.evaluate("window.scrollY")
    is_there = "target => Math.abs(window.scrollY - target) < 50"

    link.click()
    page.wait_for_url("**/product/*")
    page.go_back()
    expect(page.locator("article")).to_have_count(72)
    page.wait_for_function(is_there, arg=position)
    expect(link).to_be_focused()

    page.reload()
    expect(page.locator("article")).to_have_count(72)
    page.wait_for_function(is_there, arg=position)

    link.click()
    page.wait_for_url("**/product/*")
    # The list is no longer in memory, as after a visit to another site.
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.go_back()
    expect(page.locator("article")).to_have_count(72)
    page.wait_for_function(is_there, arg=position)


def test_position_in_a_list_is_kept_by_a_reload_and_the_way_back_from_another_site(
    page: Page,
) -> None:
    page.goto("/search")
    link = page.locator("article h3 a").nth(12)
    link.scroll_into_view_if_needed()
    position = page.evaluate("window.scrollY")
    assert position > 0
    is_there = "target => Math.abs(window.scrollY - target) < 50"
    page.reload()
    page.wait_for_function(is_there, arg=position)
    page.goto("about:blank")
    page.go_back()
    page.wait_for_function(is_there, arg=position)
    # An address that is opened anew starts at its top.
    page.goto("/search")
    expect(link).to_be_visible()
    assert page.evaluate("window.scrollY") == 0


def test_cash_on_delivery_order_is_cancelled(buyer: Buyer) -> None:
    page = buyer.page
    buyer.check_out(1)
    page.get_by_label("Cash on delivery").check()
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_text("Thank you!")).to_be_visible()
    buyer.expect_one_order()
    page.locator("article h2 a").first.click()
    page.get_by_role("button", name="Cancel order").click()
    page.get_by_role("button", name="Cancel the order").click()
    expect(page.get_by_text("This order was cancelled.")).to_be_visible()


def test_cancellation_names_what_is_left_to_refund(page: Page, width: int) -> None:
    register(page, width)
    put_into_cart(page, new_product(page)["id"])
    page.goto("/checkout")
    save_address(page)
    fill_card(page, ACCEPTED)
    pay_button(page)
    expect(page.get_by_text("Thank you!")).to_be_visible()
    order = re.search(r"/orders/(\d+)", page.url)
    assert order is not None
    path = f"/api/payments/refund/{order[1]}/"
    refund = page.request.post(path, data={"amount": "30.00"}, headers=staff(page))
    assert refund.status == 200, refund.text()
    page.reload()
    page.get_by_role("button", name="Cancel order").click()
    dialog = page.get_by_role("dialog", name="Cancel this order?")
    expect(dialog).to_contain_text("₹70 will be refunded to your card.")
    dialog.get_by_role("button", name="Cancel the order").click()
    expect(page.get_by_text("₹100 was refunded to your card.")).to_be_visible()


@EACH_KIND
def test_quantities_are_changed_and_refusals_solved(page: Page) -> None:
    product = new_product(page, stock=8)
    title = product["title"]
    put_into_cart(page, product["id"])
    page.goto("/cart")
    quantity = page.get_by_role("group", name=f"Quantity of {title}")
    quantity.get_by_role("button", name="One more").click()
    expect(quantity).to_contain_text("2")
    # The page sends the change when it is closed.
    page.reload()
    expect(quantity).to_contain_text("2")
    expect(page.get_by_role("link", name="Check out")).to_be_visible()
    change_product(page, product["id"], stock=2)
    quantity.get_by_role("button", name="One more").click()
    expect(page.get_by_text("Only 2 in stock.")).to_be_visible()
    expect(quantity).to_contain_text("2")
    page.get_by_role("button", name=f"Remove {title}").click()
    expect(page.get_by_role("heading", name="Your cart is empty")).to_be_visible()


def test_shop_that_is_down_keeps_what_was_typed(page: Page, width: int) -> None:
    register(page, width)
    page.goto("/account")
    page.get_by_label("First name").fill("Asha")
    page.route(
        "**/api/profile/update/",
        lambda route: route.fulfill(status=503, headers={"Retry-After": "5"}, body=""),
    )
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("not available at the moment")
    expect(page.get_by_label("First name")).to_have_value("Asha")
    page.unroute("**/api/profile/update/")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Hello, Asha")).to_be_visible()


def test_tabs_share_one_session(new_shopper: NewShopper, width: int) -> None:
    shopper = new_shopper(width)
    first = shopper.open("/")
    name = sign_up(first, width)
    second = shopper.open("/account")
    expect(second.get_by_role("heading", name=f"Hello, {name}")).to_be_visible()
    assert "eyJ" not in first.evaluate("JSON.stringify({...localStorage, c: document.cookie})")
    first.goto("/account")
    first.get_by_role("button", name="Sign out", exact=True).click()
    expect(second.get_by_role("heading", name="Sign in")).to_be_visible()
    second.goto("/account")
    expect(second).to_have_url(re.compile("/sign-in"))
    sign_in(second, name)
    expect(second.get_by_role("heading", name=f"Hello, {name}")).to_be_visible()
    expect(first.get_by_role("link", name="Account", exact=True)).to_be_visible()


def test_pages_show_their_first_data_without_a_request(page: Page) -> None:
    (product,) = page.request.get("/api/products/?category=kitchen&limit=1").json()
    collection = page.request.get("/api/collections/").json()[0]["slug"]
    related = "/api/products/?category=kitchen&available=true&limit=9"
    requests: list[str] = []
    page.goto("about:blank")  # requests of this page are not counted
    page.on("request", lambda request: requests.append(request.url))
    for path in (
        "/",
        "/search",
        "/category/kitchen?sort=price",
        "/search?tag=Brass",
        f"/collection/{collection}",
        f"/product/{product['id']}",
    ):
        page.goto(path)
        wait_until_shown(page)
    # A list is shown before the counts of its filters, a product before the related ones below it.
    found = [url.partition(page.url.partition("/product")[0])[2] for url in requests]
    assert [url for url in found if CATALOGUE.search(url)] == [
        "/api/products/facets/?tag=Brass",
        related,
    ]


def test_catalogue_is_readable_without_scripts(new_shopper: NewShopper, width: int) -> None:
    page = new_shopper(width, scripts=False).open("/")
    expect(page.get_by_role("link", name="Books").first).to_be_in_viewport()
    page.get_by_role("link", name="Books").first.click()
    page.get_by_role("link", name="Banyan Street").first.click()
    expect(page.get_by_role("heading", name="Banyan Street")).to_be_visible()
    expect(page.get_by_text(re.compile("₹.* stock|₹.*Sold out"))).to_be_visible()
    page.get_by_role("link", name="NovaCart").click()
    expect(page.get_by_role("heading", level=1, name="NovaCart")).to_be_visible()
    page.goto("/cart")
    message = page.get_by_role("paragraph")
    expect(message).to_contain_text("This page needs JavaScript.")
    expect(message).to_be_in_viewport()
