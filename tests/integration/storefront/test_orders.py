"""The history of orders, an order in each state, and its cancellation, whole and by item."""

import re
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.integration.storefront.conftest import NewShopper, demo_shop
from tests.integration.storefront.inspection import Inspection
from tests.integration.storefront.journeys import (
    ACCEPTED,
    PASSWORD,
    Buyer,
    add_product,
    fill_card,
    pay_button,
    sign_in,
)
from tests.support.databases import TestRun

# The demo shop is loaded with its orders.
pytestmark = pytest.mark.timeout(300)

Json = dict[str, Any]
CUSTOMER = "meenal"
# What the page of an order shows in each state of the demo customer's orders.
SHOWN = {
    "PENDING": "Pay now",
    "PAID": "Cancel order",
    "PROCESSING": "Being packed",
    "SHIPPED": "tracking number",
    "DELIVERED": "Delivered",
    "CANCELLED": "This order was cancelled.",
    "REFUNDED": "was refunded",
}
# How many steps of an order have a line to another one.
LINES = """list => [...list.children].filter(step => {
  const { content, position } = getComputedStyle(step, "::after");
  return content !== "none" && position === "absolute";
}).length"""


@pytest.fixture(scope="module")
def shop_url(test_run: TestRun, shop_folder: Path) -> Iterator[str]:
    with demo_shop(test_run, shop_folder, orders=True) as url:
        yield url


def orders_of(page: Page) -> list[Json]:
    """The orders of the demo customer, by the API."""
    credentials = {"username": CUSTOMER, "password": PASSWORD}
    token = page.request.post("/api/token/", data=credentials).json()["access"]
    headers = {"Authorization": f"Bearer {token}"}
    orders: list[Json] = page.request.get("/api/orders/my/?page_size=50", headers=headers).json()[
        "results"
    ]
    return orders


@pytest.fixture
def history(new_shopper: NewShopper, width: int) -> Page:
    page = new_shopper(width).open("/sign-in?next=/orders")
    sign_in(page, CUSTOMER)
    page.get_by_role("heading", level=1, name="Orders").wait_for()
    return page


def test_history_is_searched_by_item_and_by_number(history: Page, inspection: Inspection) -> None:
    page, orders = history, orders_of(history)
    cards = page.locator("article")
    expect(cards).to_have_count(len(orders))
    search = page.get_by_label("Item or order number")
    title = orders[-1]["items"][0]["product_title"]
    search.fill(title)
    # The form is rendered again before the orders are requested.
    with page.expect_response(re.compile("/api/orders/my/.*search=")):
        search.press("Enter")
    expect(page).to_have_url(re.compile("search="))
    expect(cards.filter(has_text=orders[-1]["number"])).to_be_visible()
    search.fill(orders[0]["number"].lower())
    search.press("Enter")
    expect(cards).to_have_count(1)
    expect(cards.get_by_role("link", name=orders[0]["number"])).to_be_visible()
    search.fill("zzzzzz")
    search.press("Enter")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    inspection.look_at(page, "orders-nothing-found")
    page.get_by_role("link", name="All orders").click()
    expect(cards).to_have_count(len(orders))


def test_pages_of_a_long_history_are_in_the_address(page: Page, width: int) -> None:
    buyer = Buyer.start("returning customer", page, width, orders=11)
    cards, pages = page.locator("article"), page.get_by_role("navigation", name="Pages")
    page.goto("/orders")
    expect(cards).to_have_count(10)
    expect(pages.get_by_role("button", name="Newer")).to_be_disabled()
    pages.get_by_role("button", name="Older").click()
    expect(cards).to_have_count(buyer.orders - 10)
    expect(pages).to_contain_text("2 of 2")
    page.reload()
    expect(cards).to_have_count(1)
    expect(pages.get_by_role("button", name="Older")).to_be_disabled()
    page.go_back()
    expect(cards).to_have_count(10)
    page.goto("/orders?page=3")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    page.get_by_role("link", name="All orders").click()
    expect(cards).to_have_count(10)


def test_order_shows_its_state_items_and_amounts(history: Page, inspection: Inspection) -> None:
    page = history
    states = {order["status"]: order for order in orders_of(page)}
    # Those of the newest orders depend on the time of the day.
    assert {"DELIVERED", "CANCELLED"} < states.keys()
    for state, order in states.items():
        page.goto(f"/orders/{order['id']}")
        heading = page.get_by_role("heading", level=1, name=order["number"])
        expect(heading).to_be_visible()
        expect(page.get_by_role("main").get_by_text(SHOWN[state]).first).to_be_visible()
        for item in order["items"]:
            expect(page.get_by_role("link", name=item["product_title"]).first).to_be_visible()
        if order["tracking_number"]:
            expect(page.get_by_text(order["tracking_number"])).to_be_visible()
        if state == "DELIVERED":
            steps = page.get_by_role("list", name="Progress")
            assert steps.evaluate(LINES) == steps.get_by_role("listitem").count() - 1
        inspection.look_at(page, f"order-{state.lower()}")


def test_page_waits_until_a_refund_is_confirmed(buyer: Buyer, inspection: Inspection) -> None:
    page, confirmed = buyer.page, Event()

    def answer(route: Route) -> None:
        response = route.fetch()
        order = response.json()
        if not confirmed.is_set():
            order |= {"status": "PAID", "refunded_amount": "0.00"}
            for item in order["items"]:
                item["status"] = "REFUND_REQUESTED"
        route.fulfill(response=response, json=order)

    buyer.check_out(2)
    fill_card(page, ACCEPTED)
    pay_button(page)
    expect(page.get_by_text("Thank you!")).to_be_visible()
    page.route(re.compile(r"/api/orders/\d+/$"), answer)
    page.get_by_role("button", name="Cancel order").click()
    page.get_by_role("button", name="Cancel the order").click()
    expect(page.get_by_text("A refund to your card has been started.")).to_be_visible()
    if buyer.kind == "guest":
        inspection.look_at(page, "order-refund-started")
    confirmed.set()
    expect(page.get_by_text("was refunded to your card")).to_be_visible()


def test_item_and_then_the_whole_order_are_cancelled_and_refunded(
    buyer: Buyer, inspection: Inspection
) -> None:
    page = buyer.page
    first = add_product(page, 0)
    buyer.check_out(1)
    fill_card(page, ACCEPTED)
    pay_button(page)
    expect(page.get_by_text("Thank you!")).to_be_visible()
    cancel = page.get_by_role("button", name=re.compile(f"^Cancel this item.*{re.escape(first)}"))
    cancel.click()
    page.get_by_label("Reason (optional)").fill("Ordered twice")
    if buyer.kind == "guest":
        inspection.look_at(page, "cancel-item")
    page.get_by_role("button", name="Cancel the item").click()
    expect(page.get_by_text("was refunded to your card")).to_be_visible()
    expect(cancel).to_be_hidden()
    page.get_by_role("button", name="Cancel order").click()
    page.get_by_role("button", name="Cancel the order").click()
    expect(page.get_by_role("button", name="Cancel order")).to_be_hidden()
    expect(page.get_by_text("was refunded to your card")).to_be_visible()
    expect(page.get_by_text("Thank you!")).to_be_hidden()
