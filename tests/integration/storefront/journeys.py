"""Steps of a shopper in a browser."""

import json
import re
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final, Self

from playwright.sync_api import Page, expect

from novacart.entrypoints import demo
from tests.support.browser import wait_until_settled

# Someone without an account, with a new one, or with an address and an order of before.
KINDS: Final = ("guest", "customer", "returning customer")
PASSWORD: Final = "mango-on-the-roof-3"
ACCEPTED: Final = "4242 4242 4242 4242"
DECLINED: Final = "4000 0000 0000 0002"
PEOPLE: Final = Path(demo.__file__).with_name("people.json")
ADDRESS: Final = {
    "name": "Asha Rao",
    "mobile": "9000000001",
    "pincode": "411004",
    "town": "Pune",
    "district": "Pune",
    "state": "Maharashtra",
    "house_number": "12A",
    "address": "Second floor, Residency Road",
}
# What a shopper types of it: the pincode fills in the rest.
TYPED_ADDRESS: Final = {
    "Full name": ADDRESS["name"],
    "Mobile number": ADDRESS["mobile"],
    "Pincode": ADDRESS["pincode"],
    "House or flat": ADDRESS["house_number"],
    "Street and area": ADDRESS["address"],
}
_numbers = count(1)


def sign_up(page: Page, width: int) -> str:
    """Create an account on the page of the sign-up, and return its name."""
    name = f"shopper{width}n{next(_numbers)}"
    page.goto("/sign-up")
    create_account(page, name, f"{name}@example.com")
    page.get_by_role("link", name="Account", exact=True).wait_for()
    return name


REGISTER: Final = """async account => {
  const post = (path, headers) => fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(account),
  });
  await post("/api/register/");
  const session = await post("/api/token/", { "X-Session": "cookie" });
  localStorage.setItem("novacart.session", "1");
  return (await session.json()).access;
}"""


def register(page: Page, width: int) -> str:
    """Create an account and sign in without their pages. The next page has the session."""
    name, _ = _registered(page, width)
    return name


def _registered(page: Page, width: int) -> tuple[str, dict[str, str]]:
    """Return the name of a new account, and the headers of its requests to the API."""
    name = f"shopper{width}n{next(_numbers)}"
    account = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    access = page.evaluate(REGISTER, account)
    return name, {"Authorization": f"Bearer {access}"}


def create_account(page: Page, name: str, email: str, password: str = PASSWORD) -> None:
    """Fill the form of the sign-up, to whose page the shopper is on the way."""
    # The labels of the sign-in contain the same words.
    page.get_by_role("heading", name="Create an account").wait_for()
    page.get_by_label("Username").fill(name)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Create account").click()


def sign_in(page: Page, name: str) -> None:
    """Fill the form of the sign-in, on whose page the shopper is."""
    page.get_by_label("Username or e-mail").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def open_product(page: Page, number: int = 0, category: str = "stationery") -> str:
    """Open a product that is in stock from the list of its category; return its title."""
    page.goto(f"/category/{category}?available=true")
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


def wait_until_shown(page: Page) -> None:
    """Wait until the storefront's script has drawn the page, and its requests are finished."""
    # Only the script adds buttons. A page that is still loaded has no heading.
    for drawn in ("button", "h1"):
        page.locator(drawn).first.wait_for(state="attached")
    wait_until_settled(page)


def fill_address(page: Page) -> None:
    """Fill the fields of an address; the pincode fills in its town."""
    for label, text in TYPED_ADDRESS.items():
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


def change_product(page: Page, product: int, **changes: object) -> None:
    """Change the stock or the price of a product as its staff do."""
    path = f"/api/products/{product}/"
    response = page.request.patch(path, data=changes, headers=staff(page))
    assert response.status == 200, response.text()


def put_into_cart(page: Page, product: int, quantity: int = 1) -> None:
    """Add a product to the cart on its page."""
    page.goto(f"/product/{product}")
    for _ in range(quantity - 1):
        page.get_by_role("button", name="One more").click()
    page.get_by_role("button", name="Add to cart").click()
    page.get_by_role("link", name="View cart").wait_for()


def open_cart(page: Page) -> None:
    """Open the cart from the header: the message with its link may be gone by now."""
    page.get_by_role("banner").get_by_role("link", name=re.compile("^Cart")).click()
    page.get_by_role("heading", level=1, name="Cart").wait_for()


def add_to_wishlist(page: Page) -> None:
    """Add the product of this page. The button changes before the API has stored it."""
    with page.expect_response(
        lambda response: (
            response.request.method == "POST" and response.url.endswith("/products/wishlist/")
        )
    ):
        page.get_by_role("button", name="Add to wishlist").click()


def sign_out_elsewhere(elsewhere: Page, name: str) -> None:
    """End all sessions of a user from another browser."""
    elsewhere.goto("/sign-in?next=/account")
    sign_in(elsewhere, name)
    elsewhere.get_by_role("button", name="Sign out everywhere").click()
    expect(elsewhere.get_by_role("link", name="Sign in").first).to_be_visible()


@dataclass(kw_only=True)
class Buyer:
    """A shopper of one of `KINDS`; `orders` is how many orders there are before."""

    page: Page
    kind: str
    name: str = ""
    orders: int = 0

    @classmethod
    def start(cls, kind: str, page: Page, width: int, *, orders: int = 1) -> Self:
        """Return a shopper; `orders` is the number of orders of a returning customer."""
        if kind == "guest":
            return cls(page=page, kind=kind)
        name, headers = _registered(page, width)
        if kind == "customer":
            return cls(page=page, kind=kind, name=name)
        order_before(page, headers, orders)
        return cls(page=page, kind=kind, name=name, orders=orders)

    def check_out(self, number: int = 0) -> str:
        """Add a product to the cart, and fill in the checkout except for the payment."""
        title = add_product(self.page, number)
        self.open_checkout()
        return title

    def open_checkout(self) -> None:
        """Open the checkout, and fill it in except for the payment."""
        self.page.goto("/checkout")
        if self.kind == "guest":
            self.fill_contact()
        elif self.kind == "customer":
            save_address(self.page)
        else:
            expect(self.page.get_by_role("radio", name=re.compile("Asha Rao"))).to_be_checked()

    def fill_contact(self) -> None:
        """Fill in what a guest enters at the checkout."""
        self.page.get_by_label("E-mail").fill("guest@example.com")
        fill_address(self.page)

    def expect_one_order(self) -> None:
        """Expect one order more than before, on the page of the orders."""
        self.page.goto("/orders")
        expect(self.page.locator("article")).to_have_count(self.orders + 1)


def order_before(page: Page, headers: dict[str, str], number: int) -> None:
    """Give a customer an address and orders, by the API."""
    address = page.request.post("/api/addresses/", data=ADDRESS, headers=headers)
    order = {"address_id": address.json()["id"], "payment_method": "COD"}
    for _ in range(number):
        (product,) = page.request.get("/api/products/?in_stock=true&limit=1").json()
        page.request.post(
            "/api/cart/add/", data={"product_id": product["id"], "quantity": 1}, headers=headers
        )
        placed = page.request.post("/api/orders/create/", data=order, headers=headers)
        assert placed.status == 201, placed.text()
