"""Home, collections, product and cart pages, at several widths and in both writing directions."""

import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.integration.storefront.conftest import EACH_KIND, NewShopper
from tests.integration.storefront.inspection import Inspection
from tests.integration.storefront.journeys import (
    add_product,
    change_product,
    new_product,
    open_cart,
    open_product,
    put_into_cart,
    register,
    sign_in,
    staff,
)

PAGES = {"home": "/", "collection": "/collection/toys-under-1000", "list": "/category/kitchen"}


@pytest.mark.parametrize("size", [360, 1920])
def test_pages_fit_from_360_to_1920_pixels(new_shopper: NewShopper, size: int) -> None:
    page = new_shopper(1280, scheme="dark").open("/")
    page.set_viewport_size({"width": size, "height": 900})
    inspection = Inspection(f"{size}-dark")
    for name, path in PAGES.items():
        page.goto(path)
        inspection.look_at(page, name)
    # Of each card: its top, and that of its price.
    tops = page.locator("article").evaluate_all(
        "cards => cards.map(card => [card, card.lastElementChild]"
        " .map(each => Math.round(each.getBoundingClientRect().top)))"
    )
    prices = {(card, price) for card, price in tops}
    assert len(prices) == len({card for card, _ in tops}), "prices of a row differ in height"
    add_product(page)
    inspection.look_at(page, "product")
    picture = page.get_by_role("button", name="Enlarge the picture").locator("img")
    shown, whole = picture.evaluate(
        "each => [each.width / each.height, each.naturalWidth / each.naturalHeight]"
    )
    assert shown == pytest.approx(whole, abs=0.01), "a part of the picture is cut off"
    page.goto("/cart")
    inspection.look_at(page, "cart")
    assert inspection.findings == []


def test_text_of_twice_the_size_fits_on_a_phone(new_shopper: NewShopper) -> None:
    page = new_shopper(390).open("/category/clothing")
    page.set_viewport_size({"width": 360, "height": 740})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    name = page.get_by_role("banner").get_by_role("link", name="NovaCart")
    assert name.evaluate(LINES) == 1
    sort = page.get_by_label("Sort by")
    assert sort.evaluate("element => element.offsetWidth") == 360 - 2 * 16


# The number of lines of an element's text.
LINES = """element => {
  const range = document.createRange();
  range.selectNodeContents(element.lastChild);
  return range.getClientRects().length;
}"""


def test_pages_can_be_read_from_right_to_left(new_shopper: NewShopper, width: int) -> None:
    page = new_shopper(width).open("/")
    mirror = "document.documentElement.dir = 'rtl'"
    page.evaluate(mirror)
    inspection = Inspection(f"{width}-rtl")
    inspection.look_at(page, "home")
    footer = page.get_by_role("contentinfo").locator("p").first
    expect(footer).to_have_css("unicode-bidi", "plaintext")
    # As the heading above it, at the right margin of the page.
    right_edges = footer.evaluate(
        "p => [p, p.previousElementSibling].map(each => {"
        " const range = document.createRange(); range.selectNodeContents(each);"
        " return Math.round(range.getBoundingClientRect().right); })"
    )
    assert right_edges[0] == right_edges[1]
    title = add_product(page)
    page.evaluate(mirror)
    # English texts, also those with a number, keep their order.
    for words in ("In stock", "Add to cart"):
        expect(page.get_by_text(words, exact=True).first).to_have_css("unicode-bidi", "plaintext")
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


@EACH_KIND
def test_collection_is_on_the_home_page_and_has_its_own(page: Page) -> None:
    page.goto("/")
    section = page.get_by_role("region", name="Toys under 1000")
    expect(section.locator("article").first).to_be_visible()
    expect(section).to_contain_text("Small presents for children.")
    section.get_by_role("link", name="See all: Toys under 1000").click()
    expect(page.get_by_role("heading", level=1, name="Toys under 1000")).to_be_visible()
    expect(page).to_have_title("Toys under 1000 · NovaCart")
    expect(page.locator("article").first).to_be_visible()
    titles = page.locator("article h3").all_inner_texts()
    assert titles
    page.reload()
    expect(page.locator("article h3")).to_have_text(titles)
    page.goto("/collection/nothing")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")


@EACH_KIND
def test_home_page_shows_categories_best_sellers_sale_new_and_seen_products(page: Page) -> None:
    seen = open_product(page, 5)
    titles = {
        section: [each["title"] for each in page.request.get(f"/api/products/?{query}").json()]
        for section, query in {
            "Best sellers": "limit=3",
            "On sale": "on_sale=true&available=true&limit=12",
            "New in the shop": "sort=newest&available=true&limit=12",
        }.items()
    }
    # Nothing was sold in this shop.
    best = page.request.get("/api/products/?limit=3").json()
    page.route("**/api/products/best-sellers/*", lambda route: route.fulfill(json=best))
    page.get_by_role("link", name="NovaCart").first.click()
    for section, expected in titles.items():
        rail = page.get_by_role("region", name=section)
        expect(rail.locator("h3")).to_have_text(expected)
    expect(page.get_by_role("region", name="Recently seen").locator("h3")).to_have_text([seen])
    page.get_by_role("link", name="See all: On sale").click()
    expect(page.get_by_role("button", name="Remove On sale")).to_be_visible()
    page.go_back()
    tiles = page.get_by_role("region", name="Shop by category")
    tiles.get_by_role("link", name="Books").click()
    expect(page.get_by_role("heading", level=1, name="Books")).to_be_attached()


def test_formatted_description_is_shown(page: Page, inspection: Inspection) -> None:
    """Imports alone write it, so the response of the API is changed."""

    def answer(route: Route) -> None:
        product = route.fetch().json()
        product["description_html"] = "<h2>Care</h2><ul><li>Wipe dry.</li></ul>"
        route.fulfill(json=product)

    page.goto("/category/stationery?available=true")
    page.route(re.compile(r"/api/products/\d+/$"), answer)
    page.locator("article h3 a").first.click()
    expect(page.get_by_role("heading", name="Care")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Wipe dry.")).to_be_visible()
    inspection.look_at(page, "description")


def new_shirt(page: Page, title: str, stock: int) -> int:
    """Add a shirt: a red S with a stock, a red M that is sold out, a blue M, but no blue S."""
    headers = staff(page)
    product_id: int = new_product(page, title=title, stock=stock)["id"]
    product = f"/api/products/{product_id}/"
    for name, values in {"Size": ["S", "M"], "Colour": ["Red", "Blue"]}.items():
        option = {"name": name, "values": values, "existing": values[0]}
        response = page.request.post(f"{product}options/", data=option, headers=headers)
        assert response.status == 201, response.text()
    size, colour = page.request.get(product).json()["options"]
    for place, units in ((0, 0), (1, 9)):
        chosen = [(size, 1), (colour, place)]
        variant = {
            "price": "100.00",
            "stock": units,
            "values": [
                {"option": option["id"], "value": option["values"][value]["id"]}
                for option, value in chosen
            ],
        }
        response = page.request.post(f"{product}variants/", data=variant, headers=headers)
        assert response.status == 201, response.text()
    return product_id


@EACH_KIND
def test_product_shows_its_pictures_sale_price_delivery_and_related_products(page: Page) -> None:
    (product,) = page.request.get("/api/products/?search=Hill+Road+Sweater&limit=1").json()
    page.goto(f"/product/{product['id']}")
    price, before, lowest = (
        f"₹{float(product[name]):,.0f}"
        for name in ("price", "compare_at_price", "lowest_price_30_days")
    )
    shown_price = page.get_by_role("main").locator("p", has=page.locator("del")).first
    expect(shown_price.locator("ins")).to_have_text(price)
    expect(shown_price.locator("del")).to_have_text(before)
    lowest_price = f"Lowest price in the 30 days before the sale: {lowest}"
    expect(page.get_by_text(lowest_price, exact=True).first).to_be_visible()

    shown = page.get_by_role("button", name="Enlarge the picture").get_by_role("img")
    page.get_by_label(re.compile("^Rust")).click()
    expect(shown).to_have_attribute("alt", re.compile("in rust$"))
    page.get_by_role("button", name="Picture 4 of 4").click()
    expect(shown).to_have_attribute("alt", re.compile("in detail$"))
    page.get_by_role("button", name="Enlarge the picture").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Next")).to_be_disabled()
    dialog.get_by_role("button", name="Previous").click()
    expect(dialog.get_by_role("img")).not_to_have_attribute("alt", re.compile("in detail$"))
    page.keyboard.press("Escape")

    page.get_by_label("Delivery to pincode").fill("411004")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text(re.compile("^To .*Maharashtra: by "))).to_be_visible()
    related = page.get_by_role("region", name=re.compile("^More from ")).locator("h3 a")
    expect(related.filter(has_text=product["title"])).to_have_count(0)
    title = related.first.inner_text()
    related.first.click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


@EACH_KIND
def test_options_show_what_can_be_had(page: Page, inspection: Inspection) -> None:
    page.goto(f"/product/{new_shirt(page, 'Shirt', 3)}")
    expect(page.get_by_text("Only 3 left")).to_be_visible()
    expect(page.get_by_label("M Sold out")).to_be_visible()
    inspection.look_at(page, "options")
    page.get_by_label(re.compile("^Blue")).click()
    expect(page.get_by_label("M", exact=True)).to_be_checked()
    expect(page.get_by_text("In stock")).to_be_visible()
    page.get_by_label(re.compile("^Red")).click()
    expect(page.get_by_role("button", name="Sold out")).to_be_disabled()


def test_product_of_which_another_variant_is_in_stock_is_listed_and_bought(
    page: Page, new_shopper: NewShopper, width: int
) -> None:
    title = f"Shirt of width {width}"
    product = new_shirt(page, title, 0)
    page.goto("/search?available=true")
    card = page.locator("article", has_text=title)
    expect(card).to_be_visible()
    expect(card).not_to_contain_text("Sold out")
    card.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    for chosen in ("M", "Blue"):
        expect(page.get_by_label(chosen, exact=True)).to_be_checked()
    page.get_by_role("button", name="Add to cart").click()
    page.get_by_role("link", name="View cart").wait_for()
    reader = new_shopper(width, scripts=False).open(f"/product/{product}")
    expect(reader.locator("p", has_text="In stock")).to_be_visible()


def test_stock_of_one_of_several_variants_is_not_that_of_the_product(page: Page) -> None:
    new_shirt(page, "Shirt with few of one size", 2)
    new_product(page, title="Lamp of which few are left", stock=2)
    page.goto("/search?available=true")
    lamp = page.locator("article", has_text="Lamp of which few are left").first
    expect(lamp).to_contain_text("Only 2 left")
    shirt = page.locator("article", has_text="Shirt with few of one size").first
    expect(shirt).to_be_visible()
    expect(shirt).not_to_contain_text("left")


def test_list_loads_pictures_of_the_size_that_it_shows(page: Page) -> None:
    product = new_product(page, title="Lamp with a large picture")["id"]
    content = BytesIO()
    Image.effect_noise((1500, 2000), 90).save(content, "PNG")
    uploaded = page.request.post(
        f"/api/products/{product}/images/",
        multipart={
            "image": {"name": "a.png", "mimeType": "image/png", "buffer": content.getvalue()}
        },
        headers=staff(page),
    )
    assert uploaded.status == 201, uploaded.text()
    page.goto("/search?sort=newest")
    image = page.locator("article", has_text="Lamp with a large picture").first.locator("img")
    srcset = image.get_attribute("srcset") or ""
    widths = [each.split(" ")[1] for each in srcset.split(", ")]
    assert widths == ["300w", "900w", "1500w"]
    smallest = srcset.split(" ")[0]
    expect(image).to_have_js_property("currentSrc", smallest)
    expect(image).to_have_js_property("complete", True)  # noqa: FBT003 (a JavaScript value)
    # The page names the same image in advance, so that no other is loaded.
    loaded = page.evaluate("performance.getEntriesByType('resource').map(each => each.name)")
    of_product = [url for url in loaded if f"/products/{product}/" in url]
    assert of_product == [smallest]


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
    # What is seen first is its center, not a corner without the product.
    frame = dialog.get_by_role("group", name="Picture").bounding_box()
    assert frame is not None
    assert abs(frame["x"] + frame["width"] / 2 - after["x"] - after["width"] / 2) < 20
    assert abs(frame["y"] + frame["height"] / 2 - after["y"] - after["height"] / 2) < 20
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_pincode_shows_where_and_until_when(page: Page, inspection: Inspection) -> None:
    open_product(page)
    page.get_by_label("Delivery to pincode").fill("41100")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("A pincode has six digits.")).to_be_visible()
    inspection.look_at(page, "pincode-refused")
    page.get_by_label("Delivery to pincode").fill("411004")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text(re.compile("^To .*Maharashtra: by "))).to_be_visible()
    inspection.look_at(page, "pincode")


def test_cart_tells_what_the_sign_in_adjusted(
    new_shopper: NewShopper, width: int, inspection: Inspection
) -> None:
    name = register(new_shopper(width).open("/"), width)
    page = new_shopper(width).open("/")
    product = new_product(page)
    put_into_cart(page, product["id"], quantity=4)
    open_cart(page)
    expect(page.get_by_role("link", name="Check out")).to_be_visible()
    change_product(page, product["id"], stock=1)
    page.get_by_role("link", name="Sign in").first.click()
    sign_in(page, name)
    expect(page.get_by_text("of your cart changed")).to_be_visible()
    # The sign-in leads back to the cart.
    notice = page.get_by_text(f"{product['title']}: 1 instead of 4.")
    expect(notice).to_be_visible()
    inspection.look_at(page, "cart-adjusted")
    page.get_by_role("button", name="OK").click()
    expect(notice).to_be_hidden()


@EACH_KIND
def test_line_with_more_than_is_left_is_solved(page: Page, inspection: Inspection) -> None:
    product = new_product(page, stock=8)
    put_into_cart(page, product["id"], quantity=8)
    change_product(page, product["id"], stock=6)
    page.goto("/cart")
    expect(page.get_by_text("6 left: change to 6?")).to_be_visible()
    inspection.look_at(page, "cart-problem")
    page.get_by_role("button", name="Change to 6").click()
    expect(page.get_by_text("6 left: change to 6?")).to_be_hidden()
    expect(page.get_by_role("link", name="Check out")).to_be_visible()
    page.reload()
    expect(page.get_by_role("group", name=f"Quantity of {product['title']}")).to_contain_text("6")
