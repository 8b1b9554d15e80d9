"""Home, collections, product and cart pages, at several widths and in both writing directions."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.integration.storefront.conftest import NewShopper
from tests.integration.storefront.journeys import (
    add_product,
    new_product,
    open_product,
    put_into_cart,
    register,
    set_stock,
    sign_in,
    staff,
)
from tests.integration.storefront.test_accessibility import Inspection

PAGES = {"home": "/", "collection": "/collection/toys-under-1000", "list": "/category/kitchen"}


@pytest.mark.parametrize("size", [360, 1920])
def test_pages_fit_from_360_to_1920_pixels(new_shopper: NewShopper, size: int) -> None:
    page = new_shopper(1280, scheme="dark").open("/")
    page.set_viewport_size({"width": size, "height": 900})
    inspection = Inspection(f"{size}-dark")
    for name, path in PAGES.items():
        page.goto(path)
        inspection.look_at(page, name)
    add_product(page)
    inspection.look_at(page, "product")
    page.goto("/cart")
    inspection.look_at(page, "cart")
    assert inspection.findings == []


def test_pages_can_be_read_from_right_to_left(new_shopper: NewShopper, width: int) -> None:
    page = new_shopper(width).open("/")
    mirror = "document.documentElement.dir = 'rtl'"
    page.evaluate(mirror)
    inspection = Inspection(f"{width}-rtl")
    inspection.look_at(page, "home")
    title = add_product(page)
    page.evaluate(mirror)
    inspection.look_at(page, "product")
    # The message with its link may be gone by now.
    page.goto("/cart")
    page.evaluate(mirror)
    expect(page.get_by_role("link", name=title)).to_be_visible()
    inspection.look_at(page, "cart")
    picture, text = (
        page.locator("li", has_text=title).locator("img, a").nth(number) for number in (0, 1)
    )
    boxes = picture.bounding_box(), text.bounding_box()
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0]["x"] > boxes[1]["x"]
    assert inspection.findings == []


def test_collection_is_on_the_home_page_and_has_its_own(page: Page) -> None:
    page.goto("/")
    section = page.get_by_role("region", name="Toys under 1000")
    expect(section.locator("article").first).to_be_visible()
    expect(section).to_contain_text("Small presents for children.")
    section.get_by_role("link", name="See all: Toys under 1000").click()
    expect(page.get_by_role("heading", level=1, name="Toys under 1000")).to_be_visible()
    expect(page).to_have_title("Toys under 1000 · NovaCart")
    titles = page.locator("article h3").all_inner_texts()
    assert titles
    page.reload()
    expect(page.locator("article h3")).to_have_text(titles)
    page.goto("/collection/nothing")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")


def test_best_sellers_are_on_the_home_page(page: Page) -> None:
    page.goto("/search")
    products = page.request.get("/api/products/?limit=3").json()
    page.route("**/api/products/best-sellers/*", lambda route: route.fulfill(json=products))
    page.get_by_role("link", name="NovaCart").first.click()
    section = page.get_by_role("region", name="Best sellers")
    expect(section.locator("h3")).to_have_text([product["title"] for product in products])


def test_opened_products_are_recently_seen(page: Page) -> None:
    title = open_product(page, 5)
    page.goto("/")
    section = page.get_by_role("region", name="Recently seen")
    expect(section.get_by_role("link", name=title)).to_be_visible()


def test_formatted_description_is_shown(page: Page, width: int) -> None:
    """Imports alone write it, so the response of the API is changed."""

    def answer(route: Route) -> None:
        product = route.fetch().json()
        product["description_html"] = "<h2>Care</h2><ul><li>Wipe dry.</li></ul>"
        route.fulfill(json=product)

    page.goto("/category/stationery?in_stock=true")
    page.route(re.compile(r"/api/products/\d+/$"), answer)
    page.locator("article h3 a").first.click()
    expect(page.get_by_role("heading", name="Care")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Wipe dry.")).to_be_visible()
    inspection = Inspection(str(width))
    inspection.look_at(page, "description")
    assert inspection.findings == []


def test_options_show_what_can_be_had(page: Page, width: int) -> None:
    """A red S is in stock, a red M sold out, and there is no blue S."""
    headers = staff(page)
    product = f"/api/products/{new_product(page, title='Shirt', stock=3)['id']}/"
    for name, values in {"Size": ["S", "M"], "Colour": ["Red", "Blue"]}.items():
        option = {"name": name, "values": values, "existing": values[0]}
        response = page.request.post(f"{product}options/", data=option, headers=headers)
        assert response.status == 201, response.text()
    size, colour = page.request.get(product).json()["options"]
    for place, stock in ((0, 0), (1, 9)):
        chosen = [(size, 1), (colour, place)]
        variant = {
            "price": "100.00",
            "stock": stock,
            "values": [
                {"option": option["id"], "value": option["values"][value]["id"]}
                for option, value in chosen
            ],
        }
        response = page.request.post(f"{product}variants/", data=variant, headers=headers)
        assert response.status == 201, response.text()
    page.goto(product.removeprefix("/api").replace("products", "product").rstrip("/"))
    expect(page.get_by_text("Only 3 left")).to_be_visible()
    expect(page.get_by_label("M Sold out")).to_be_visible()
    inspection = Inspection(str(width))
    inspection.look_at(page, "options")
    page.get_by_label(re.compile("^Blue")).click()
    expect(page.get_by_label("M", exact=True)).to_be_checked()
    expect(page.get_by_text("In stock")).to_be_visible()
    page.get_by_label(re.compile("^Red")).click()
    expect(page.get_by_role("button", name="Sold out")).to_be_disabled()
    assert inspection.findings == []


def test_picture_is_enlarged_with_the_keyboard(page: Page) -> None:
    open_product(page)
    opener = page.get_by_role("button", name="Enlarge the picture")
    opener.press("Enter")
    dialog = page.get_by_role("dialog")
    image = dialog.get_by_role("img").first
    before = image.bounding_box()
    dialog.get_by_role("button", name="Larger").press("Enter")
    expect(dialog.get_by_role("button", name="Smaller")).to_be_visible()
    after = image.bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] > before["width"] * 1.5
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_pincode_shows_where_and_until_when(page: Page) -> None:
    open_product(page)
    page.get_by_label("Delivery to pincode").fill("41100")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("A pincode has six digits.")).to_be_visible()
    page.get_by_label("Delivery to pincode").fill("411004")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text(re.compile("^To .*Maharashtra: by "))).to_be_visible()


def test_cart_tells_what_the_sign_in_adjusted(new_shopper: NewShopper, width: int) -> None:
    name = register(new_shopper(width).open("/"), width)
    page = new_shopper(width).open("/")
    product = new_product(page)
    put_into_cart(page, product["id"], quantity=4)
    page.get_by_role("link", name="View cart").click()
    expect(page.get_by_role("link", name="Check out")).to_be_visible()
    set_stock(page, product["id"], 1)
    page.get_by_role("link", name="Sign in").first.click()
    sign_in(page, name)
    page.get_by_role("link", name="View cart").click()
    notice = page.get_by_text(f"{product['title']}: 1 instead of 4.")
    expect(notice).to_be_visible()
    inspection = Inspection(str(width))
    inspection.look_at(page, "cart-adjusted")
    page.get_by_role("button", name="OK").click()
    expect(notice).to_be_hidden()
    assert inspection.findings == []


def test_line_with_more_than_is_left_is_solved(page: Page, width: int) -> None:
    product = new_product(page, stock=8)
    put_into_cart(page, product["id"], quantity=8)
    set_stock(page, product["id"], 6)
    page.goto("/cart")
    expect(page.get_by_text("6 left: change to 6?")).to_be_visible()
    inspection = Inspection(str(width))
    inspection.look_at(page, "cart-problem")
    page.get_by_role("button", name="Change to 6").click()
    expect(page.get_by_text("6 left: change to 6?")).to_be_hidden()
    expect(page.get_by_role("link", name="Check out")).to_be_visible()
    page.reload()
    expect(page.get_by_role("group", name=f"Quantity of {product['title']}")).to_contain_text("6")
    assert inspection.findings == []
