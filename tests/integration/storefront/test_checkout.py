"""The checkout when something goes wrong, for each kind of buyer, on a laptop and on a phone."""

import re

from playwright.sync_api import Page, Route, expect

from tests.integration.storefront.inspection import Inspection
from tests.integration.storefront.journeys import (
    ACCEPTED,
    DECLINED,
    Buyer,
    change_product,
    fill_card,
    new_product,
    pay_button,
    put_into_cart,
)


def test_double_click_places_one_order(buyer: Buyer) -> None:
    page = buyer.page
    buyer.check_out(1)
    page.get_by_label("Cash on delivery").check()
    page.get_by_role("button", name="Place order").dblclick()
    expect(page.get_by_text("Thank you!")).to_be_visible()
    buyer.expect_one_order()


def test_double_click_pays_once(buyer: Buyer) -> None:
    page = buyer.page
    buyer.check_out(2)
    fill_card(page, ACCEPTED)
    page.get_by_role("button", name=re.compile("^Pay ")).dblclick()
    expect(page.get_by_text("Thank you!")).to_be_visible()
    expect(page.get_by_text("Paid", exact=True).first).to_be_visible()
    buyer.expect_one_order()


def test_cart_paid_in_two_tabs_is_charged_once(buyer: Buyer) -> None:
    page = buyer.page
    buyer.check_out(3)
    other = page.context.new_page()
    other.goto("/checkout")
    if buyer.kind == "guest":
        Buyer(page=other, kind=buyer.kind).fill_contact()
    for tab in (page, other):
        fill_card(tab, ACCEPTED)
    pay_button(page)
    expect(page.get_by_text("Thank you!")).to_be_visible()
    pay_button(other)
    expect(
        other.get_by_role("heading", name="Your cart is empty").or_(other.get_by_text("Thank you!"))
    ).to_be_visible()
    buyer.expect_one_order()


def test_reload_before_the_payment_keeps_the_address(buyer: Buyer) -> None:
    page = buyer.page
    buyer.check_out(4)
    page.reload()
    if buyer.kind == "guest":
        expect(page.get_by_label("E-mail")).to_have_value("guest@example.com")
        expect(page.get_by_label("Full name")).to_have_value("Asha Rao")
    else:
        expect(page.get_by_role("radio", name=re.compile("Asha Rao"))).to_be_checked()
    fill_card(page, ACCEPTED)
    pay_button(page)
    expect(page.get_by_text("Thank you!")).to_be_visible()
    buyer.expect_one_order()


def test_reload_and_back_after_the_payment_neither_thank_nor_order_again(buyer: Buyer) -> None:
    page = buyer.page
    buyer.check_out(5)
    fill_card(page, ACCEPTED)
    pay_button(page)
    expect(page.get_by_text("Thank you!")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", level=1, name="Order")).to_be_visible()
    expect(page.get_by_text("Thank you!")).to_be_hidden()
    page.go_back()
    expect(page.get_by_role("button", name="Add to cart")).to_be_visible()
    page.goto("/checkout")
    expect(page.get_by_role("heading", name="Your cart is empty")).to_be_visible()
    buyer.expect_one_order()


def lose_first_response(page: Page, path: str) -> None:
    """The server does its work for the first request, but the response does not arrive."""
    lost: list[str] = []

    def handle(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().text())
            route.abort()

    page.route(path, handle)


def test_lost_connection_charges_once(buyer: Buyer) -> None:
    page = buyer.page
    buyer.check_out(6)
    fill_card(page, ACCEPTED)
    lose_first_response(page, "**/api/payments/payment-intent/")
    pay_button(page)
    expect(page.get_by_role("alert")).to_contain_text("never placed twice")
    expect(page.get_by_label("Card number")).to_have_value(ACCEPTED)
    pay_button(page)
    expect(page.get_by_text("Thank you!")).to_be_visible()
    buyer.expect_one_order()


def test_lost_connection_places_one_order_with_cash_on_delivery(buyer: Buyer) -> None:
    page = buyer.page
    buyer.check_out(7)
    page.get_by_label("Cash on delivery").check()
    # The page of the order comes with the checkout.
    page.route("**/static/OrderPage-*", lambda route: route.abort())
    lose_first_response(page, "**/api/orders/create/")
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_role("alert")).to_contain_text("never placed twice")
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_text("Thank you!")).to_be_visible()
    buyer.expect_one_order()


def test_changed_price_and_stock_are_named_before_the_order_is_placed(
    buyer: Buyer, inspection: Inspection
) -> None:
    page = buyer.page
    product = new_product(page, stock=8)
    put_into_cart(page, product["id"], quantity=3)
    buyer.open_checkout()
    page.get_by_label("Cash on delivery").check()
    place, alert = page.get_by_role("button", name="Place order"), page.get_by_role("alert")
    change_product(page, product["id"], price="120.00")
    place.click()
    expect(alert).to_contain_text("The total is now ₹360.")
    if buyer.kind == "guest":
        inspection.look_at(page, "checkout-changed-total")
    change_product(page, product["id"], stock=2)
    place.click()
    expect(alert).to_contain_text(f"{product['title']}: 2 left")
    page.get_by_role("link", name="Change your cart").click()
    expect(page.get_by_text("The price changed from ₹100 to ₹120.")).to_be_visible()
    page.get_by_role("button", name="Change to 2").click()
    page.get_by_role("link", name="Check out").click()
    page.get_by_label("Cash on delivery").check()
    place.click()
    expect(page.get_by_text("Thank you!")).to_be_visible()
    expect(page.get_by_text("₹240").first).to_be_visible()
    buyer.expect_one_order()


def test_declined_order_is_paid_with_another_card(buyer: Buyer) -> None:
    page = buyer.page
    buyer.check_out(8)
    fill_card(page, DECLINED)
    pay_button(page)
    expect(page.get_by_role("alert")).to_contain_text("declined")
    fill_card(page, ACCEPTED)
    pay_button(page)
    expect(page.get_by_text("Thank you!")).to_be_visible()
    buyer.expect_one_order()


def test_unpaid_order_is_paid_later_and_names_its_deadline(buyer: Buyer) -> None:
    page = buyer.page
    buyer.check_out(9)
    fill_card(page, DECLINED)
    pay_button(page)
    expect(page.get_by_role("alert")).to_contain_text("declined")
    buyer.expect_one_order()
    unpaid = page.locator("article", has=page.get_by_role("link", name="Pay now"))
    expect(unpaid.get_by_text(re.compile("^by .*20"))).to_be_visible()
    unpaid.locator("h2 a").click()
    expect(page.get_by_text(re.compile("It is kept for you until .*20"))).to_be_visible()
    page.get_by_role("link", name="Pay now").click()
    expect(page.get_by_text(re.compile("Pay by .*20"))).to_be_visible()
    fill_card(page, ACCEPTED)
    page.get_by_role("button", name=re.compile("^Pay ")).dblclick()
    expect(page.get_by_text("Thank you!")).to_be_visible()
    page.goto(f"{page.url}/pay")
    expect(page.get_by_text("Paid", exact=True).first).to_be_visible()
    expect(page.get_by_label("Card number")).to_be_hidden()
    buyer.expect_one_order()
