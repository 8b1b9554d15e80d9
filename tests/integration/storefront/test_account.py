"""Profile, password, addresses and wishlist."""

import re

from playwright.sync_api import Page, expect

from tests.integration.storefront.conftest import NewShopper
from tests.integration.storefront.inspection import Inspection
from tests.integration.storefront.journeys import (
    PASSWORD,
    Buyer,
    add_product,
    add_to_wishlist,
    fill_address,
    open_product,
    register,
    sign_in,
)


def test_profile_and_password_are_changed(
    new_shopper: NewShopper, width: int, inspection: Inspection
) -> None:
    page = new_shopper(width).open("/")
    name = register(page, width)
    elsewhere = new_shopper(width).open("/sign-in?next=/account")
    sign_in(elsewhere, name)
    expect(elsewhere.get_by_role("heading", name=f"Hello, {name}")).to_be_visible()
    page.goto("/account")
    page.get_by_label("First name").fill("Asha")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Hello, Asha")).to_be_visible()
    page.get_by_label("Current password").fill("wrong")
    page.get_by_label("New password").fill(f"{PASSWORD}-changed")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_label("Current password")).to_have_attribute("aria-invalid", "true")
    inspection.look_at(page, "account-errors")
    devices = page.locator("#sessions").get_by_role("listitem")
    expect(devices).to_have_count(2)
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("status").filter(has_text="password")).to_be_visible()
    # A changed password ends the sessions on other devices.
    expect(devices).to_have_count(1)
    page.reload()
    expect(page.get_by_role("heading", name="Hello, Asha")).to_be_visible()
    elsewhere.reload()
    expect(elsewhere.get_by_role("heading", name="Sign in")).to_be_visible()


def test_addresses_are_added_edited_and_deleted(
    page: Page, width: int, inspection: Inspection
) -> None:
    register(page, width)
    page.goto("/account")
    for number in ("12A", "7"):
        page.get_by_role("button", name="Add an address").click()
        fill_address(page)
        page.get_by_label("House or flat").fill(number)
        page.get_by_role("button", name="Save address").click()
        expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("button", name="Add an address").click()
    field = page.get_by_label("Full name")
    field.fill("Asha")
    box = field.bounding_box()
    assert box is not None
    # A selection of text that ends outside of the dialog does not close it.
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(2, 2)
    page.mouse.up()
    expect(field).to_have_value("Asha")
    page.mouse.click(2, 2)
    expect(page.get_by_role("dialog")).to_be_hidden()
    addresses = page.locator("#addresses").get_by_role("listitem")
    expect(addresses).to_have_count(2)
    second = addresses.filter(has_text="7, Second floor")
    second.get_by_role("button", name="Make default").click()
    expect(second.get_by_text("Default", exact=True)).to_be_visible()
    second.get_by_role("button", name="Edit").click()
    inspection.look_at(page, "address-edited")
    page.get_by_label("Street and area").fill("Camp Road")
    page.get_by_role("button", name="Save address").click()
    expect(addresses.filter(has_text="Camp Road")).to_be_visible()
    inspection.look_at(page, "addresses")
    addresses.filter(has_text="12A").get_by_role("button", name="Delete").click()
    inspection.look_at(page, "address-delete")
    page.get_by_role("button", name="Keep it").click()
    expect(addresses).to_have_count(2)
    addresses.filter(has_text="12A").get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete the address").click()
    expect(addresses).to_have_count(1)
    expect(addresses.get_by_role("button", name="Edit")).to_be_focused()


def test_returning_customer_finds_what_was_kept(new_shopper: NewShopper, width: int) -> None:
    before = Buyer.start("returning customer", new_shopper(width).open("/find-order"), width)
    bought = add_product(before.page, 3)
    wished = open_product(before.page, 4)
    add_to_wishlist(before.page)

    browser = new_shopper(width)
    page = browser.open("/sign-in?next=/cart")
    sign_in(page, before.name)
    expect(page.get_by_role("main").get_by_role("link", name=bought)).to_be_visible()

    # A browser that was closed keeps no cookies without an end.
    kept = browser.context.storage_state()
    kept["cookies"] = [cookie for cookie in kept["cookies"] if cookie["expires"] > 0]
    page = new_shopper(width, state=kept).open("/orders")
    expect(page.locator("article")).to_have_count(1)
    expect(page.get_by_role("link", name=re.compile(r"^Cart\D*1 item$"))).to_be_visible()
    page.goto("/wishlist")
    expect(page.get_by_role("main").get_by_role("listitem")).to_contain_text([wished])
    page.goto("/account")
    expect(page.locator("#addresses").get_by_role("listitem")).to_contain_text(["Asha Rao"])
    page.goto("/checkout")
    expect(page.get_by_role("radio", name=re.compile("Asha Rao"))).to_be_checked()
    expect(page.get_by_text(bought)).to_be_visible()


def test_wishlist_keeps_products_and_fills_the_cart(buyer: Buyer) -> None:
    page = buyer.page
    wished = open_product(page, 0)
    add_to_wishlist(page)
    page.reload()
    expect(page.get_by_role("button", name="On your wishlist")).to_be_visible()
    moved = add_product(page, 1)
    page.goto("/cart")
    page.get_by_role("button", name=re.compile(f"^Move to wishlist.*{re.escape(moved)}")).click()
    expect(page.get_by_role("heading", name="Your cart is empty")).to_be_visible()
    page.goto("/wishlist")
    wishes = page.get_by_role("main").get_by_role("listitem")
    expect(wishes).to_have_count(2)
    with page.expect_response("**/api/cart/add/"):
        wishes.filter(has_text=wished).get_by_role("button", name="Add to cart").click()
    page.goto("/cart")
    expect(page.get_by_role("link", name=wished)).to_be_visible()
    page.goto("/wishlist")
    wishes.filter(has_text=moved).get_by_role("button", name="Remove").click()
    expect(wishes.filter(has_text=moved)).to_be_hidden()
