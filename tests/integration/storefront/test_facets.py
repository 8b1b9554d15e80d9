"""Facets of lists and attributes of products, on a laptop and on a phone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.integration.storefront.conftest import EACH_KIND, NewShopper
from tests.integration.storefront.inspection import Inspection
from tests.integration.storefront.journeys import staff, wait_until_shown

Json = dict[str, Any]
FACETS = "**/api/products/facets/*"
OpenFilters = Callable[[], Locator]


@pytest.fixture
def filters(page: Page, width: int) -> OpenFilters:
    """The filters of the list: beside it, or on a phone in a dialog that opens."""

    def find() -> Locator:
        if width >= 900:
            return page.get_by_role("complementary", name="Filters")
        dialog = page.get_by_role("dialog", name="Filters")
        if not dialog.is_visible():
            page.get_by_role("button", name=re.compile("^Filter")).click()
        return dialog

    return find


def show_results(page: Page) -> None:
    """Close the dialog of the filters if it is open."""
    button = page.get_by_role("button", name="Show results")
    if button.is_visible():
        button.click()


def facets_of(page: Page, query: str) -> Json:
    facets: Json = page.request.get(f"/api/products/facets/?{query}").json()
    return facets


def counts_of(facets: Json, code: str) -> dict[str, int]:
    [facet] = [each for each in facets["attributes"] if each["code"] == code]
    return {str(each["value"]): each["count"] for each in facet["values"]}


def number_of_products(page: Page) -> Locator:
    return page.get_by_role("main").get_by_role("status").first


def products(number: int) -> str:
    return f"{number} product" if number == 1 else f"{number} products"


@EACH_KIND
def test_each_facet_narrows_the_list_and_is_in_the_address(
    page: Page, filters: OpenFilters
) -> None:
    page.goto("/category/clothing")
    panel, query = filters(), "category=clothing"
    steps: dict[str, Callable[[], None]] = {
        "available=true": lambda: panel.get_by_label("In stock").check(),
        "brand=Indigo Baori": lambda: panel.get_by_label("Indigo Baori").check(),
        "attribute=material:Cotton": lambda: panel.get_by_label("Cotton").check(),
        "max_price=1500": lambda: fill_highest_price(panel, "1500"),
        "on_sale=true": lambda: panel.get_by_label("On sale").check(),
    }
    counts = [facets_of(page, query)["count"]]
    for parameter, narrow in steps.items():
        query += f"&{parameter}"
        counts.append(facets_of(page, query)["count"])
        narrow()
        expect(page.locator("article")).to_have_count(counts[-1])
    # Each of them leaves out some of the products that the others find.
    assert counts == sorted(set(counts), reverse=True)
    assert counts[-1] == 1
    show_results(page)
    chips = [f"Remove {chip}" for chip in CHIPS]
    selected = page.get_by_role("list", name="Selected filters").get_by_role("listitem")
    expect(selected).to_have_text([*chips, "Clear all"])
    page.reload()
    expect(selected).to_have_text([*chips, "Clear all"])
    filters().get_by_role("link", name="Kurtas, Shirts & Sweaters").click()
    show_results(page)
    trail = page.get_by_role("navigation", name="Breadcrumb").get_by_role("listitem")
    expect(trail).to_have_text(["Home", "Clothing & Accessories", "Kurtas, Shirts & Sweaters"])
    expect(page.locator("article")).to_have_count(1)
    trail.get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", name="Shop by category")).to_be_visible()


CHIPS = ["Material: Cotton", "Indigo Baori", "Up to ₹1,500", "In stock", "On sale"]


def fill_highest_price(panel: Locator, price: str) -> None:
    group = panel.get_by_role("group", name="Price")
    group.get_by_label("Up to").fill(price)
    group.get_by_role("button", name="Apply").click()


def test_tag_of_a_product_leads_to_the_others_that_have_it(page: Page) -> None:
    with_tag = page.request.get("/api/products/?tag=housewarming").json()
    product = page.request.get(f"/api/products/{with_tag[0]['id']}/").json()
    page.goto(f"/product/{product['id']}")
    tags = page.get_by_role("navigation", name="Tags").get_by_role("link")
    expect(tags).to_have_text(product["tags"])
    tags.filter(has_text="Housewarming").click()
    expect(page.locator("article")).to_have_count(len(with_tag))
    selected = page.get_by_role("list", name="Selected filters")
    expect(selected.get_by_role("listitem")).to_have_text(["Remove Housewarming", "Clear all"])
    selected.get_by_role("button", name="Remove Housewarming").click()
    expect(page).to_have_url(re.compile("/search$"))
    expect(selected).to_be_hidden()
    page.go_back()
    expect(page.locator("article")).to_have_count(len(with_tag))


def test_choices_are_filtered_with_their_counts(page: Page, filters: OpenFilters) -> None:
    page.goto("/category/kitchen")
    counts = counts_of(facets_of(page, "category=kitchen"), "material")
    material = filters().get_by_role("group", name="Material")
    for value, count in counts.items():
        expect(
            material.get_by_role("checkbox", name=f"{value} {products(count)}", exact=True)
        ).to_be_visible()

    material.get_by_label("Steel").check()
    expect(page).to_have_url(re.compile(r"attribute=material%3ASteel$"))
    # The counts of a facet do not apply its own filter.
    material.get_by_label("Iron").check()
    expect(page).to_have_url(re.compile("attribute=material%3ASteel&attribute=material%3AIron"))
    show_results(page)
    expect(number_of_products(page)).to_have_text(products(counts["Steel"] + counts["Iron"]))
    expect(page.locator("article")).to_have_count(counts["Steel"] + counts["Iron"])

    selected = page.get_by_role("list", name="Selected filters")
    selected.get_by_role("button", name="Remove Material: Steel").click()
    expect(number_of_products(page)).to_have_text(products(counts["Iron"]))
    page.reload()
    expect(selected.get_by_role("listitem")).to_have_text(["Remove Material: Iron", "Clear all"])
    expect(filters().get_by_label("Iron")).to_be_checked()
    show_results(page)
    selected.get_by_role("button", name="Clear all").click()
    expect(page).to_have_url(re.compile("/category/kitchen$"))
    expect(selected).to_be_hidden()
    page.go_back()
    expect(selected).to_contain_text("Material: Iron")


def test_choices_that_are_checked_at_once_are_all_kept(page: Page, filters: OpenFilters) -> None:
    page.goto("/category/kitchen")
    filters().get_by_role("group", name="Material").evaluate(
        "group => [...group.querySelectorAll('input')].slice(0, 3).forEach(box => box.click())"
    )
    selected = page.get_by_role("list", name="Selected filters")
    show_results(page)
    expect(selected.get_by_role("listitem")).to_have_count(4)


def test_filters_change_the_counts_of_the_other_facets(page: Page, filters: OpenFilters) -> None:
    page.goto("/category/kitchen")
    panel = filters()
    panel.get_by_role("group", name="Material").get_by_label("Copper").check()
    brands = panel.get_by_role("group", name="Brand")
    filtered = facets_of(page, "category=kitchen&attribute=material:Copper")["brands"]
    for brand in facets_of(page, "category=kitchen")["brands"][:12]:
        count = next((each["count"] for each in filtered if each["title"] == brand["title"]), 0)
        box = brands.get_by_role("checkbox", name=f"{brand['title']} {products(count)}", exact=True)
        if count:
            expect(box).to_be_enabled()
        else:
            expect(box).to_be_disabled()


def test_number_is_a_range_with_its_unit(page: Page, filters: OpenFilters) -> None:
    page.goto("/category/kitchen")
    panel = filters()
    capacity = panel.get_by_role("group", name="Capacity (l)")
    facet = next(
        each
        for each in facets_of(page, "category=kitchen")["attributes"]
        if each["code"] == "capacity"
    )
    expect(capacity.get_by_label("From")).to_have_attribute("placeholder", f"{facet['min']:g}")
    capacity.get_by_label("From").fill("some")
    capacity.get_by_role("button", name="Apply").click()
    expect(capacity.get_by_role("alert")).to_contain_text("Enter numbers")
    capacity.get_by_label("From").fill("5")
    capacity.get_by_label("Up to").fill("1")
    capacity.get_by_role("button", name="Apply").click()
    expect(capacity.get_by_role("alert")).to_have_text("The lowest value is above the highest.")
    capacity.get_by_label("From").fill("1")
    capacity.get_by_label("Up to").fill("2.5")
    capacity.get_by_label("Up to").press("Enter")
    expect(page).to_have_url(re.compile(r"attribute=capacity%3A1\.\.2\.5$"))
    show_results(page)
    count = facets_of(page, "category=kitchen&attribute=capacity:1..2.5")["count"]
    assert count
    expect(number_of_products(page)).to_have_text(products(count))
    chip = page.get_by_role("button", name="Remove Capacity: 1\u00a0l to 2.5\u00a0l")
    chip.click()
    expect(page).to_have_url(re.compile("/category/kitchen$"))
    expect(number_of_products(page)).to_be_focused()


def test_yes_and_no_are_in_words(page: Page, filters: OpenFilters) -> None:
    page.goto("/category/clothing")
    counts = counts_of(facets_of(page, "category=clothing"), "handmade")
    filters().get_by_role("group", name="Handmade").get_by_label("Yes").check()
    expect(page).to_have_url(re.compile("attribute=handmade%3Atrue$"))
    show_results(page)
    expect(number_of_products(page)).to_have_text(products(counts["True"]))
    expect(page.get_by_role("button", name="Remove Handmade: Yes")).to_be_visible()


def test_category_keeps_the_filters_that_its_count_has(page: Page, filters: OpenFilters) -> None:
    page.goto("/category/clothing?attribute=material:Cotton")
    panel = filters()
    [child, *_] = [
        each
        for each in facets_of(page, "category=clothing&attribute=material:Cotton")["categories"]
        if each["count"]
    ]
    panel.get_by_role("link", name=child["name"], exact=True).click()
    expect(page).to_have_url(re.compile(rf"/category/{child['slug']}\?attribute=material"))
    show_results(page)
    expect(number_of_products(page)).to_have_text(products(child["count"]))
    filters().get_by_role("link", name="All products").click()
    expect(page).to_have_url(re.compile("/search$"))


def test_search_has_facets(page: Page, filters: OpenFilters) -> None:
    page.goto("/search?search=steel")
    facets = facets_of(page, "search=steel")
    brand = facets["brands"][0]
    filters().get_by_role("group", name="Brand").get_by_label(brand["title"]).check()
    show_results(page)
    expect(page).to_have_url(re.compile(r"search=steel&brand="))
    expect(number_of_products(page)).to_have_text(products(brand["count"]))


def test_filters_that_match_nothing_can_be_cleared(page: Page) -> None:
    page.goto("/category/kitchen?attribute=material:Steel&max_price=1")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    page.get_by_role("main").get_by_role("button", name="Clear all filters").click()
    expect(page).to_have_url(re.compile("/category/kitchen$"))
    expect(page.locator("article").first).to_be_visible()


def test_filter_that_the_api_refuses_is_named(page: Page) -> None:
    page.goto("/category/kitchen?attribute=capacity:large")
    expect(page.get_by_text("This filter is not valid.")).to_be_visible()
    expect(page.get_by_role("button", name="Remove Capacity: large")).to_be_visible()
    page.get_by_role("button", name="Clear all filters").click()
    expect(page.locator("article").first).to_be_visible()


def test_list_does_not_wait_for_its_facets(page: Page, filters: OpenFilters) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(FACETS, hold)
    page.goto("/category/kitchen?attribute=material:Steel")
    expect(page.locator("article").first).to_be_visible()
    expect(page.get_by_role("button", name="Remove Material: Steel")).to_be_visible()
    page.route(FACETS, lambda route: route.abort())
    for route in held:
        route.abort()
    retry = filters().get_by_role("button", name="Try again")
    expect(retry).to_be_visible()
    page.unroute(FACETS)
    retry.click()
    expect(filters().get_by_role("group", name="Material").get_by_label("Steel")).to_be_checked()


def test_first_page_has_its_facets_and_nothing_moves(page: Page) -> None:
    page.goto("about:blank")  # requests of the home page are not counted
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto("/category/kitchen")
    wait_until_shown(page)
    assert not [url for url in requests if "/api/products/" in url]
    shift = """() => new Promise(resolve => new PerformanceObserver(list => resolve(
        list.getEntries().filter(each => !each.hadRecentInput)
            .reduce((sum, each) => sum + each.value, 0)
    )).observe({type: "layout-shift", buffered: true}) || setTimeout(() => resolve(0), 500))"""
    assert page.evaluate(shift) < 0.01
    page.goto("/category/kitchen?attribute=material:Steel")
    wait_until_shown(page)
    assert page.evaluate(shift) < 0.01


def test_product_shows_its_attributes(
    page: Page, new_shopper: NewShopper, width: int, inspection: Inspection
) -> None:
    headers = staff(page)
    category = page.request.post(
        "/api/categories/", data={"name": f"Kettles {width}"}, headers=headers
    ).json()
    path = f"/api/categories/{category['id']}/attributes/"
    for attribute in (
        {"name": "Power", "type": "number", "unit": "W"},
        {"name": "Cordless", "type": "boolean"},
        {"name": "Origin", "type": "text"},
    ):
        assert page.request.post(path, data=attribute, headers=headers).status == 201
    values = {"power": 1850.5, "cordless": False, "origin": "<b>Pune</b>"}
    body = {
        "title": "Steel kettle",
        "price": "100.00",
        "category": category["id"],
        "attributes": [{"code": code, "value": value} for code, value in values.items()],
    }
    created = page.request.post("/api/products/", data=body, headers=headers)
    assert created.status == 201, created.text()
    product = created.json()["id"]
    page.goto(f"/product/{product}")
    expect(page.locator("dt")).to_have_text(["Power", "Cordless", "Origin"])
    expect(page.locator("dd")).to_have_text(["1,850.5\u00a0W", "No", "<b>Pune</b>"])
    inspection.look_at(page, "attributes")
    reader = new_shopper(width, scripts=False).open(f"/product/{product}")
    expect(reader.locator("dd")).to_have_text(["1,850.5\u00a0W", "No", "<b>Pune</b>"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_facets_are_accessible(new_shopper: NewShopper, width: int, scheme: str) -> None:
    page = new_shopper(width, scheme=scheme).open("/category/kitchen?attribute=material:Steel")
    inspection = Inspection(f"{width}-{scheme}")
    expect(page.get_by_role("button", name="Remove Material: Steel")).to_be_visible()
    inspection.look_at(page, "facets-selected")
    if width < 900:
        page.get_by_role("button", name="Filter (1)").click()
        inspection.look_at(page, "facets-open")
        show_results(page)
    for name, query in {
        "facets-nothing-found": "attribute=material:Steel&max_price=1",
        "facets-refused": "attribute=capacity:large",
    }.items():
        page.goto(f"/category/kitchen?{query}")
        inspection.look_at(page, name)
    page.route(FACETS, lambda route: route.abort())
    page.goto("/category/kitchen?attribute=material:Iron")
    page.get_by_role("alert").and_(page.locator(":visible")).or_(
        page.get_by_role("button", name="Filter (1)").and_(page.locator(":visible"))
    ).first.wait_for()
    inspection.look_at(page, "facets-failed")
    assert inspection.findings == []


def test_facets_are_used_with_the_keyboard(page: Page, filters: OpenFilters, width: int) -> None:
    page.goto("/category/kitchen")
    steel = filters().get_by_role("group", name="Material").get_by_label("Steel")
    steel.focus()
    page.keyboard.press("Space")
    expect(steel).to_be_checked()
    expect(steel).to_be_focused()
    expect(page).to_have_url(re.compile("material%3ASteel"))
    if width < 900:
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Filter (1)")).to_be_focused()
