"""Editing and sorting options and variants by keyboard and by drag."""

from typing import Any

from flask import Flask
from playwright.sync_api import expect

from tests.integration.admin.browser.conftest import LiveShop, OpenAs
from tests.integration.admin.browser.test_work import expect_message
from tests.support.browser import save_screenshot
from tests.support.shoppers import new_product


def shown(app: Flask, product: int) -> dict[str, Any]:
    body: dict[str, Any] = app.test_client().get(f"/api/products/{product}/").get_json()
    return body


def test_options_and_variants_are_edited_and_sorted(open_as: OpenAs, shop: LiveShop) -> None:
    product = new_product(shop.injector, title="Shirt")
    page = open_as("catalog")
    page.goto(f"/admin/products/details/?id={product}")
    for name, values in (("Size", "S\nM\nL"), ("Colour", "Red")):
        if name == "Colour":
            page.get_by_text("Add an option").click()
        page.get_by_role("textbox", name="Option", exact=True).last.fill(name)
        page.get_by_role("textbox", name="Values", exact=True).fill(values)
        page.get_by_label("Value of the existing variants").fill(values.split()[0])
        page.get_by_role("button", name="Add option").click()
        expect_message(page, "The option was added.")

    # By keyboard: the colour before the size, L before M. By drag: L before S.
    page.get_by_role("button", name="Move “Colour” up").press("Enter")
    status = page.get_by_role("region", name="Options").get_by_role("status")
    expect(status).to_have_text("Colour is now option 1 of 2. Not saved yet.")
    button = page.get_by_role("button", name="Move “L” up")
    button.press("Space")
    expect(status).to_have_text("L is now value 2 of 3. Not saved yet.")
    expect(button).to_be_focused()
    rows = page.locator("[data-sortable=value] > li")
    rows.filter(has=button).drag_to(rows.nth(1), source_position={"x": 2, "y": 2})
    expect(status).to_have_text("L is now value 1 of 3. Not saved yet.")
    page.get_by_label("Value 2 of Size").first.fill("Medium")
    page.get_by_label("New values of Size").fill("XL\nXXL")
    save_screenshot(page, "product-options")
    page.get_by_role("button", name="Save options").click()
    expect_message(page, "The options were saved.")
    page.reload()
    page.get_by_role("button", name="Remove “XXL”").click()
    expect_message(page, "The options were saved.")
    options = {
        option["name"]: [value["value"] for value in option["values"]]
        for option in shown(shop.app, product)["options"]
    }
    assert list(options.items()) == [("Colour", ["Red"]), ("Size", ["L", "S", "Medium", "XL"])]

    page.get_by_label("Size of the new variant").select_option("XL")
    page.get_by_role("button", name="Add variant").click()
    expect_message(page, "The variant was added.")
    page.get_by_role("button", name="Move “Colour: Red, Size: XL” up").press("Enter")
    expect(page.get_by_role("region", name="Variants").get_by_role("status")).to_have_text(
        "Colour: Red, Size: XL is now variant 1 of 2. Not saved yet."
    )
    page.get_by_role("button", name="Save variants").click()
    expect_message(page, "The variants were saved.")
    variants = [each["options"] for each in shown(shop.app, product)["variants"]]
    assert variants == ["Colour: Red, Size: XL", "Colour: Red, Size: S"]
