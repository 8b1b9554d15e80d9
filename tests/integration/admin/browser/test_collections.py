"""Picking the products of a collection by keyboard and sorting them by drag."""

from playwright.sync_api import expect

from tests.integration.admin.browser.conftest import LiveShop, OpenAs
from tests.integration.admin.browser.test_work import expect_message
from tests.support.browser import save_screenshot
from tests.support.shoppers import new_product


def test_products_are_picked_and_sorted(open_as: OpenAs, shop: LiveShop) -> None:
    ids = {title: new_product(shop.injector, title=title) for title in ("Lamp", "Kite", "Kettle")}
    page = open_as("catalog")
    page.goto("/admin/collections/new/")
    page.get_by_role("textbox", name="Name", exact=True).fill("Gifts")
    for title in ids:
        search = page.get_by_role("searchbox", name="Find products")
        search.fill(title[:3].lower())
        search.press("Enter")
        page.get_by_role("button", name=f"Add “{title}”").press("Enter")
        expect(page.locator("[data-sortable=product] > li").last).to_contain_text(title)
        expect(search).to_be_focused()
    status = page.get_by_role("status")
    expect(status).to_have_text("Found: 1. Picked: 3.")
    page.get_by_role("button", name="Move “Kettle” up").press("Space")
    expect(status).to_have_text("Kettle is now product 2 of 3. Not saved yet.")
    rows = page.locator("[data-sortable=product] > li")
    rows.nth(2).drag_to(rows.nth(0), source_position={"x": 60, "y": 5})
    expect(status).to_have_text("Kite is now product 1 of 3. Not saved yet.")
    save_screenshot(page, "collection-picked")
    page.get_by_role("button", name="Remove “Lamp”").press("Enter")
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="Save").click()
    expect_message(page, "Saved.")
    shown = shop.app.test_client().get("/api/collections/gifts/products/").get_json()
    assert [each["id"] for each in shown] == [ids["Kite"], ids["Kettle"]]
