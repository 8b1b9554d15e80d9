"""Links in emails: verification of an address, a new password, the order of a guest."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from tests.integration.storefront.conftest import NewShopper, demo_shop
from tests.integration.storefront.inspection import Inspection
from tests.integration.storefront.journeys import (
    ACCEPTED,
    PASSWORD,
    add_product,
    create_account,
    fill_address,
    fill_card,
    pay_button,
    register,
    sign_in,
    sign_up,
)
from tests.support.databases import TestRun
from tests.support.mail import parse_mail

TIMEOUT = 30.0  # seconds


@pytest.fixture(scope="module")
def shop_url(test_run: TestRun, shop_folder: Path) -> Iterator[str]:
    with demo_shop(test_run, shop_folder, worker=True) as url:
        yield url


def mailed_link(folder: Path, to: str, path: str, *, emails: int = 1) -> str:
    """Wait for so many emails to an address with a link of this path; return the newest link."""
    pattern = re.compile(rf"http\S+{path}\S+")
    deadline = time.monotonic() + TIMEOUT
    while True:
        files = sorted(
            (folder / "var" / "mail").glob("*.eml"), key=lambda each: -each.stat().st_mtime
        )
        mails = [parse_mail(file.read_bytes()) for file in files]
        links = [link[0] for each in mails if each.to == to and (link := pattern.search(each.text))]
        if len(links) >= emails:
            return links[0]
        assert time.monotonic() < deadline, f"{len(links)} emails to {to}"
        time.sleep(0.1)


def guest_order(page: Page, email: str, number: int) -> str:
    """Order with cash on delivery; return the number of the order."""
    add_product(page, number)
    page.goto("/checkout")
    page.get_by_label("E-mail").fill(email)
    fill_address(page)
    page.get_by_label("Cash on delivery").check()
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_text("Thank you!")).to_be_visible()
    return page.get_by_role("heading", level=1).inner_text().removeprefix("Order ")


def test_address_is_verified_by_the_mailed_link(
    page: Page, width: int, shop_folder: Path, inspection: Inspection
) -> None:
    name = sign_up(page, width)
    page.goto("/account")
    expect(page.get_by_text("to verify your address")).to_be_visible()
    page.goto(mailed_link(shop_folder, f"{name}@example.com", "/verify-email/"))
    expect(page.get_by_text("Your address is verified.")).to_be_visible()
    inspection.look_at(page, "email-verified")
    page.goto("/account")
    expect(page.get_by_role("heading", name=f"Hello, {name}")).to_be_visible()
    expect(page.get_by_text("to verify your address")).to_be_hidden()


def test_forgotten_password_is_replaced_by_the_mailed_link(
    new_shopper: NewShopper, width: int, shop_folder: Path, inspection: Inspection
) -> None:
    name = register(new_shopper(width).open("/"), width)
    page = new_shopper(width).open("/sign-in")
    page.get_by_role("link", name="Forgotten your password?").click()
    # The label of the sign-in contains the same word.
    page.get_by_role("heading", name="Forgotten password").wait_for()
    page.get_by_label("E-mail").fill(f"{name}@example.com")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_text("we have sent a link")).to_be_visible()
    inspection.look_at(page, "forgotten-password-sent")
    link = mailed_link(shop_folder, f"{name}@example.com", "/reset-password/")
    checks: list[Request] = []

    def note(request: Request) -> None:
        if "validate_token" in request.url:
            checks.append(request)

    page.on("request", note)
    page.goto(link)
    page.get_by_label("New password").fill("short")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("New password")).to_have_attribute("aria-invalid", "true")
    inspection.look_at(page, "new-password")
    page.get_by_label("New password").fill(f"{PASSWORD}-changed")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your password has been changed.")).to_be_visible()
    inspection.look_at(page, "password-changed")
    # Back in this tab, the page does not complain that the link is used.
    page.evaluate("window.dispatchEvent(new Event('visibilitychange'))")
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    sign_in(page, name)
    expect(page.get_by_role("alert")).to_be_visible()
    inspection.look_at(page, "sign-in-refused")
    assert len(checks) == 1
    page.get_by_label("Password").fill(f"{PASSWORD}-changed")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Account", exact=True)).to_be_visible()
    page.goto(link)
    expect(page.get_by_text("This link was used already")).to_be_visible()


def test_guest_opens_and_cancels_the_order_by_the_mailed_link(
    new_shopper: NewShopper, width: int, shop_folder: Path, inspection: Inspection
) -> None:
    email = f"guest{width}@example.com"
    number = guest_order(new_shopper(width).open("/"), email, 1)
    # Another device, without the guest's session.
    page = new_shopper(width).open(mailed_link(shop_folder, email, "/orders/link/"))
    expect(page.get_by_role("heading", level=1, name=f"Order {number}")).to_be_visible()
    expect(page.get_by_text("Residency Road")).to_be_hidden()
    inspection.look_at(page, "linked-order-unpaid")
    page.emulate_media(media="print")
    expect(page.get_by_role("button")).to_have_count(0)
    page.emulate_media(media="screen")
    page.get_by_role("button", name="Cancel order").click()
    inspection.look_at(page, "linked-order-cancel")
    page.get_by_role("button", name="Cancel the order").click()
    expect(page.get_by_text("This order was cancelled.")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel order")).to_be_hidden()


def test_guest_without_the_email_requests_another_link(
    new_shopper: NewShopper, width: int, shop_folder: Path, inspection: Inspection
) -> None:
    email = f"finder{width}@example.com"
    number = guest_order(new_shopper(width).open("/"), email, 2)
    mailed_link(shop_folder, email, "/orders/link/")
    page = new_shopper(width).open("/find-order")
    page.get_by_label("Order number").fill(number.lower())
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_text("on its way to this address")).to_be_visible()
    inspection.look_at(page, "find-order-sent")
    # Links of one second are equal.
    page.goto(mailed_link(shop_folder, email, "/orders/link/", emails=2))
    expect(page.get_by_role("heading", level=1, name=f"Order {number}")).to_be_visible()


def test_guest_who_creates_an_account_adds_the_order_to_it(
    new_shopper: NewShopper, width: int, shop_folder: Path, inspection: Inspection
) -> None:
    email = f"claims{width}@example.com"
    page = new_shopper(width).open("/")
    add_product(page, 3)
    page.goto("/checkout")
    page.get_by_label("E-mail").fill(email)
    fill_address(page)
    fill_card(page, ACCEPTED)
    pay_button(page)
    expect(page.get_by_text("Thank you!")).to_be_visible()
    number = page.get_by_role("heading", level=1).inner_text().removeprefix("Order ")
    link = mailed_link(shop_folder, email, "/orders/link/")
    page.goto(link)
    hint = "To cancel it, sign in or create an account, add it to your orders"
    expect(page.get_by_text(hint)).to_be_visible()
    expect(page.get_by_role("button", name="Cancel order")).to_be_hidden()
    page.get_by_role("link", name="Sign in to keep this order").click()
    page.get_by_role("link", name="Create an account").click()
    create_account(page, f"claims{width}", email)
    expect(page.get_by_text("To cancel it, add it to your orders")).to_be_visible()
    inspection.look_at(page, "linked-order-paid")
    page.get_by_role("button", name="Add to your orders").click()
    expect(page).to_have_url(re.compile(r"/orders/\d+$"))
    expect(page.get_by_role("heading", level=1, name=f"Order {number}")).to_be_visible()
    expect(page.get_by_text("Residency Road")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel order")).to_be_visible()
    page.goto("/orders")
    expect(page.locator("article")).to_have_count(1)
    page.goto(link)
    expect(page.get_by_role("alert")).to_be_visible()
