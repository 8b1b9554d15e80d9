"""Steps of a shopper in a browser."""

import json
import re
from itertools import count
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page, expect

from novacart.entrypoints import demo

PASSWORD: Final = "mango-on-the-roof-3"
ACCEPTED: Final = "4242 4242 4242 4242"
DECLINED: Final = "4000 0000 0000 0002"
PEOPLE: Final = Path(demo.__file__).with_name("people.json")
_numbers = count(1)


def sign_up(page: Page, width: int) -> str:
    """Create an account on the page of the sign-up, and return its name."""
    name = f"shopper{width}n{next(_numbers)}"
    page.goto("/sign-up")
    page.get_by_label("Username").fill(name)
    page.get_by_label("E-mail").fill(f"{name}@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.get_by_role("link", name="Account", exact=True).wait_for()
    return name


def sign_in(page: Page, name: str) -> None:
    """Fill the form of the sign-in, on whose page the shopper is."""
    page.get_by_label("Username or e-mail").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def open_product(page: Page, number: int = 0, category: str = "stationery") -> str:
    """Open a product that is in stock from the list of its category; return its title."""
    page.goto(f"/category/{category}?in_stock=true")
    link = page.locator("article h3 a").nth(number)
    title = link.inner_text()
    link.click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    return title


def add_product(page: Page, number: int = 0, category: str = "stationery") -> str:
    title = open_product(page, number, category)
    page.get_by_role("button", name="Add to cart").click()
    page.get_by_role("link", name="View cart").wait_for()
    return title


def fill_address(page: Page) -> None:
    """Fill the fields of an address; the pincode fills in its town."""
    for label, text in (
        ("Full name", "Asha Rao"),
        ("Mobile number", "9000000001"),
        ("Pincode", "411004"),
        ("House or flat", "12A"),
        ("Street and area", "Second floor, Residency Road"),
    ):
        page.get_by_label(label).fill(text)
    expect(page.get_by_label("State")).to_have_value("Maharashtra")


def save_address(page: Page) -> None:
    """Save a first address at the checkout."""
    fill_address(page)
    page.get_by_role("button", name="Save address").click()
    expect(page.get_by_role("button", name="Save address")).to_be_hidden()


def fill_card(page: Page, number: str) -> None:
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Valid until").fill("12/39")
    page.get_by_label("Security code").fill("123")


def pay_button(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Pay ")).click()


def staff(page: Page) -> dict[str, str]:
    """Headers of requests to the API as the owner of the demo shop."""
    owner = json.loads(PEOPLE.read_text())["admin"]
    credentials = {"username": owner["username"], "password": owner["password"]}
    response = page.request.post("/api/token/", data=credentials)
    return {"Authorization": f"Bearer {response.json()['access']}"}


def new_product(page: Page, **body: object) -> dict[str, Any]:
    """Add a product to the shop, by default a lamp for 100 rupees."""
    product = {"title": "Short-lived lamp", "price": "100.00", "stock": 5, **body}
    response = page.request.post("/api/products/", data=product, headers=staff(page))
    assert response.status == 201, response.text()
    created: dict[str, Any] = response.json()
    return created


def set_stock(page: Page, product: int, units: int) -> None:
    """Change the stock of a product as its staff do."""
    path = f"/api/products/{product}/"
    response = page.request.patch(path, data={"stock": units}, headers=staff(page))
    assert response.status == 200, response.text()


def put_into_cart(page: Page, product: int, quantity: int = 1) -> None:
    """Add a product to the cart on its page."""
    page.goto(f"/product/{product}")
    for _ in range(quantity - 1):
        page.get_by_role("button", name="One more").click()
    page.get_by_role("button", name="Add to cart").click()
    page.get_by_role("link", name="View cart").wait_for()


def sign_out_elsewhere(elsewhere: Page, name: str) -> None:
    """End all sessions of a user from another browser."""
    elsewhere.goto("/sign-in?next=/account")
    sign_in(elsewhere, name)
    elsewhere.get_by_role("button", name="Sign out everywhere").click()
    expect(elsewhere.get_by_role("link", name="Sign in").first).to_be_visible()
