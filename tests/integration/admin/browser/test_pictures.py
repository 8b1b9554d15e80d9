"""Sorting the pictures of a product by keyboard and by drag."""

from pathlib import Path

from flask import Flask
from playwright.sync_api import Locator, Page, expect

from tests.integration.admin.browser.conftest import LiveShop, OpenAs
from tests.integration.admin.browser.test_work import expect_message
from tests.support.browser import save_screenshot
from tests.support.images import image_bytes
from tests.support.shoppers import new_product

COLOURS = ("teal", "red", "gold")


def alts(app: Flask, product: int) -> list[str]:
    body = app.test_client().get(f"/api/products/{product}/").get_json()
    return [each["alt"] for each in body["images"]]


def status_of(page: Page) -> Locator:
    return page.get_by_role("region", name="Pictures").get_by_role("status")


def open_gallery(open_as: OpenAs, product: int, folder: Path) -> Page:
    """Add three pictures at once, and name them."""
    page = open_as("catalog")
    page.goto(f"/admin/products/details/?id={product}")
    files = []
    for colour in COLOURS:
        file = folder / f"{colour}.webp"
        file.write_bytes(image_bytes(colour, size=(300, 400)))
        files.append(file)
    page.locator("#pictures").set_input_files(files)
    expect(page.get_by_alt_text("Preview of the selected image")).to_have_count(3)
    page.get_by_role("button", name="Add pictures").click()
    expect_message(page, "3 pictures were added.")
    pictures = page.locator(".gallery-picture")
    expect(pictures).to_have_count(4)
    for number, colour in enumerate(COLOURS, start=1):
        pictures.nth(number).get_by_label("Alternative text").fill(colour)
    page.get_by_role("button", name="Save pictures").click()
    expect_message(page, "were saved")
    # The message is shown once, and the tests wait for another one.
    page.reload()
    return page


def test_pictures_are_sorted_by_keyboard(open_as: OpenAs, shop: LiveShop, tmp_path: Path) -> None:
    product = new_product(shop.injector)
    page = open_gallery(open_as, product, tmp_path)
    first, *others = alts(shop.app, product)
    assert others == ["teal", "red", "gold"]

    button = page.get_by_role("button", name="Move “gold” up")
    button.focus()
    page.keyboard.press("Enter")
    status = status_of(page)
    expect(status).to_have_text("gold is now picture 3 of 4. Not saved yet.")
    expect(button).to_be_focused()
    page.keyboard.press("Space")
    expect(status).to_have_text("gold is now picture 2 of 4. Not saved yet.")
    page.get_by_role("button", name="Move “teal” down").press("Enter")
    expect(status).to_have_text("teal is now picture 4 of 4. Not saved yet.")
    page.get_by_role("button", name="Move “teal” down").press("Enter")
    expect(status).to_have_text("teal is now picture 4 of 4. Not saved yet.")
    save_screenshot(page, "product-pictures")
    assert alts(shop.app, product) == [first, "teal", "red", "gold"]

    page.get_by_role("button", name="Save pictures").click()
    expect_message(page, "were saved")
    assert alts(shop.app, product) == [first, "gold", "red", "teal"]


def test_pictures_are_sorted_by_drag(open_as: OpenAs, shop: LiveShop, tmp_path: Path) -> None:
    product = new_product(shop.injector)
    page = open_gallery(open_as, product, tmp_path)
    first = alts(shop.app, product)[0]
    pictures = page.locator(".gallery-picture")
    pictures.nth(3).locator("img").drag_to(pictures.nth(0).locator("img"))
    expect(status_of(page)).to_have_text("gold is now picture 1 of 4. Not saved yet.")
    page.get_by_role("button", name="Save pictures").click()
    expect_message(page, "were saved")
    assert alts(shop.app, product) == ["gold", first, "teal", "red"]


def test_picture_is_removed_after_a_question(
    open_as: OpenAs, shop: LiveShop, tmp_path: Path
) -> None:
    product = new_product(shop.injector)
    page = open_gallery(open_as, product, tmp_path)
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove “red”").click()
    expect_message(page, "was removed")
    assert alts(shop.app, product)[1:] == ["teal", "gold"]
