"""Payment with Stripe: a fake Stripe behind the shop, and a fake Stripe.js in the browser."""

import re
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Request, Route, expect

from tests.integration.storefront.conftest import demo_shop
from tests.integration.storefront.inspection import Inspection
from tests.integration.storefront.journeys import (
    Buyer,
    add_product,
    fill_address,
    open_cart,
    pay_button,
)
from tests.support import fake_stripe as fake_stripe_package
from tests.support.databases import TestRun
from tests.support.fake_stripe.charges import Course
from tests.support.fake_stripe.fixtures import API_KEY, WEBHOOK_SECRET
from tests.support.fake_stripe.server import FakeStripe

SCRIPT: Final = Path(fake_stripe_package.__file__).with_name("stripe.js")
PUBLISHABLE: Final = "pk_test_of_the_shop"
# Stripe docs, "Testing": each card and what happens to it.
ACCEPTED, DECLINED, SECURED = "4242424242424242", "4000000000000002", "4000002500003155"
COURSES: Final[dict[str, Course]] = {
    ACCEPTED: "succeed",
    DECLINED: "decline",
    SECURED: "require_action",
}
STRIPE: Final = re.compile(r"https://[a-z.]*stripe\.com/")


@pytest.fixture(scope="module")
def stripe() -> Iterator[FakeStripe]:
    with FakeStripe(webhook_secret=WEBHOOK_SECRET) as server:
        yield server


@pytest.fixture(scope="module")
def shop_url(test_run: TestRun, shop_folder: Path, stripe: FakeStripe) -> Iterator[str]:
    shop = demo_shop(
        test_run,
        shop_folder,
        worker=True,
        STRIPE_SECRET_KEY=API_KEY,
        STRIPE_PUBLISHABLE_KEY=PUBLISHABLE,
        STRIPE_WEBHOOK_SECRET=WEBHOOK_SECRET,
        STRIPE_API_BASE=stripe.url,
    )
    with shop as url:
        stripe.webhook(f"{url}/api/payments/webhook/", WEBHOOK_SECRET)
        yield url


@pytest.fixture
def buyer(buyer: Buyer, stripe: FakeStripe) -> Buyer:
    """A buyer whose browser reaches Stripe."""
    connect(buyer.page.context, stripe)
    return buyer


def connect(context: BrowserContext, stripe: FakeStripe) -> None:
    """Answer what the browser requests from Stripe."""

    def pay(number: str, secret: str) -> dict[str, Any]:
        return stripe.pay(intent_of(secret), COURSES[number])

    def answer(route: Route) -> None:
        url = urlsplit(route.request.url)
        if url.hostname == "js.stripe.com":
            route.fulfill(path=SCRIPT, content_type="text/javascript")
        elif url.path == "/bank":
            route.fulfill(body=bank_page(url.query), content_type="text/html")
        else:
            route.fulfill(body=authenticated(stripe, url.query), content_type="text/html")

    context.expose_function("stripePay", pay)
    context.route(STRIPE, answer)


def intent_of(secret: str) -> str:
    return secret.partition("_secret_")[0]


def bank_page(query: str) -> str:
    """The page on which a customer confirms or refuses the payment."""
    return "".join(
        f'<p><a href="/done?{escape(query)}&outcome={outcome}">{outcome}</a></p>'
        for outcome in ("succeed", "decline")
    )


def authenticated(stripe: FakeStripe, query: str) -> str:
    """Charge or decline, then return to the shop with the members that Stripe adds."""
    values = {name: value for name, (value,) in parse_qs(query).items()}
    outcome: Course = "succeed" if values["outcome"] == "succeed" else "decline"
    intent = stripe.pay(intent_of(values["secret"]), outcome)
    added = {
        "payment_intent": intent["id"],
        "payment_intent_client_secret": values["secret"],
        "redirect_status": "succeeded" if outcome == "succeed" else "failed",
    }
    target = f"{values['return']}&{urlencode(added)}"
    return f'<meta http-equiv="refresh" content="0;url={escape(target)}">'


def fill_stripe_card(page: Page, number: str) -> None:
    page.get_by_label("Card number of Stripe").fill(number)


def captures(stripe: FakeStripe) -> int:
    return sum(intent["captures"] for intent in stripe.ledger()["intents"].values())


def test_card_is_declined_and_another_one_charged_once(
    buyer: Buyer, stripe: FakeStripe, inspection: Inspection
) -> None:
    page, before = buyer.page, captures(stripe)
    buyer.check_out(1)
    expect(page.get_by_label("Card number of Stripe")).to_be_enabled()
    pay_button(page)
    expect(page.get_by_role("alert")).to_contain_text("Your card number is incomplete.")
    fill_stripe_card(page, DECLINED)
    pay_button(page)
    expect(page.get_by_role("alert")).to_contain_text("Your card was declined.")
    if buyer.kind == "customer":
        inspection.look_at(page, "checkout-stripe")
    fill_stripe_card(page, ACCEPTED)
    page.get_by_role("button", name=re.compile("^Pay ")).dblclick()
    expect(page.get_by_text("Thank you!")).to_be_visible()
    expect(page.get_by_text("Paid", exact=True).first).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^Cart$"))).to_be_visible()
    buyer.expect_one_order()
    assert captures(stripe) == before + 1


def test_3d_secure_leaves_the_shop_and_returns_to_the_paid_order(
    buyer: Buyer, stripe: FakeStripe
) -> None:
    page, before = buyer.page, captures(stripe)
    buyer.check_out(2)
    fill_stripe_card(page, SECURED)
    pay_button(page)
    page.get_by_role("link", name="succeed").click()
    expect(page.get_by_text("Thank you!")).to_be_visible()
    expect(page.get_by_text("Paid", exact=True).first).to_be_visible()
    assert "secret" not in page.url
    expect(page.get_by_role("link", name=re.compile("^Cart$"))).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", level=1, name="Order")).to_be_visible()
    expect(page.get_by_text("Thank you!")).to_be_hidden()
    buyer.expect_one_order()
    assert captures(stripe) == before + 1


def test_refused_3d_secure_leads_to_another_payment(buyer: Buyer, stripe: FakeStripe) -> None:
    page, before = buyer.page, captures(stripe)
    buyer.check_out(3)
    fill_stripe_card(page, SECURED)
    pay_button(page)
    page.get_by_role("link", name="decline").click()
    expect(page.get_by_text("Your bank declined the payment.")).to_be_visible()
    page.get_by_role("link", name="Pay now").click()
    fill_stripe_card(page, ACCEPTED)
    pay_button(page)
    expect(page.get_by_text("Thank you!")).to_be_visible()
    buyer.expect_one_order()
    assert captures(stripe) == before + 1


def test_back_from_the_page_of_the_bank_charges_once(buyer: Buyer, stripe: FakeStripe) -> None:
    page, before = buyer.page, captures(stripe)
    buyer.check_out(4)
    fill_stripe_card(page, SECURED)
    pay_button(page)
    page.get_by_role("link", name="succeed").wait_for()
    page.go_back()
    fill_stripe_card(page, ACCEPTED)
    pay_button(page)
    expect(page.get_by_text("Thank you!")).to_be_visible()
    buyer.expect_one_order()
    assert captures(stripe) == before + 1


def test_script_of_stripe_is_loaded_at_the_checkout_only(page: Page, stripe: FakeStripe) -> None:
    connect(page.context, stripe)
    requests: list[str] = []

    def note(request: Request) -> None:
        if STRIPE.match(request.url):
            requests.append(request.url)

    page.on("request", note)
    add_product(page, 5)
    open_cart(page)
    expect(page.get_by_role("link", name="Check out")).to_be_visible()
    assert requests == []
    page.get_by_role("link", name="Check out").click()
    page.get_by_label("Card number of Stripe").wait_for()
    assert [urlsplit(url).hostname for url in requests] == ["js.stripe.com"]
    (item,) = page.evaluate(CART)
    options = page.evaluate("window.stripeOptions[0]")
    assert (options["key"], options["mode"], options["currency"]) == (
        PUBLISHABLE,
        "payment",
        "inr",
    )
    assert options["amount"] == round(float(item["product_price"]) * 100)


CART: Final = """async () => {
  const token = localStorage.getItem("novacart.guest");
  const response = await fetch("/api/cart/", { headers: { Authorization: `Bearer ${token}` } });
  return response.json();
}"""


@pytest.mark.parametrize("failure", ["abort", "error"])
def test_script_that_fails_to_load_is_named_and_loaded_again(
    page: Page, stripe: FakeStripe, failure: str
) -> None:
    connect(page.context, stripe)
    fail: dict[str, Callable[[Route], None]] = {
        "abort": lambda route: route.abort(),
        "error": lambda route: route.fulfill(status=503, body=""),
    }
    page.route("https://js.stripe.com/**", fail[failure])
    add_product(page, 6)
    page.goto("/checkout")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The card form can’t be loaded.")
    page.get_by_label("E-mail").fill("guest@example.com")
    fill_address(page)
    pay_button(page)
    expect(page.get_by_text("The card form is not loaded yet.")).to_be_visible()
    outcome = "requestfailed" if failure == "abort" else "response"
    with page.expect_event(outcome, lambda event: STRIPE.match(event.url) is not None):
        page.get_by_role("button", name="Try again").click()
    expect(alert.first).to_contain_text("The card form can’t be loaded.")
    page.unroute("https://js.stripe.com/**")
    page.get_by_role("button", name="Try again").click()
    fill_stripe_card(page, ACCEPTED)
    expect(page.get_by_label("Full name")).to_have_value("Asha Rao")
    pay_button(page)
    expect(page.get_by_text("Thank you!")).to_be_visible()
