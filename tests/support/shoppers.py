"""A signed-in customer over HTTP, with products to order."""

from typing import Any

from flask.testing import FlaskClient
from injector import Injector
from werkzeug.test import TestResponse

from novacart.application.ports.order_link_tokens import OrderLinkTokens
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.order_link import OrderLink
from novacart.domain.shared.ids import OrderId, VariantId
from tests.support.accounts import Person, a_customer
from tests.support.builders.ordering import NOON, add_product

HOME = {
    "name": "Asha Rao",
    "mobile": "9000000001",
    "pincode": "560001",
    "state": "Karnataka",
    "district": "Bengaluru",
    "town": "Bengaluru",
    "house_number": "12A",
    "address": "Second floor, Residency Road",
    "address_type": "HOME",
}


def new_product(
    injector: Injector, *, price: int = 100, stock: int = 10, title: str = "Kettle"
) -> int:
    """Add a product to the catalog; return its id."""
    with injector.get(UnitOfWorkFactory)() as work:  # type: ignore[type-abstract]
        product_id = add_product(work, price=price, stock=stock, title=title)
        work.commit()
    return product_id


def stock_level(injector: Injector, product_id: int) -> tuple[int, int]:
    """The units on hand and the reserved units."""
    with injector.get(UnitOfWorkFactory)() as work:  # type: ignore[type-abstract]
        level = work.stock.levels([VariantId(product_id)])[VariantId(product_id)]
    return level.on_hand, level.reserved


def mark_paid(injector: Injector, order_id: int) -> None:
    """Record the payment of an order."""
    with injector.get(UnitOfWorkFactory)() as work:  # type: ignore[type-abstract]
        order = work.orders.get(OrderId(order_id))
        order.pay(at=NOON, actor="stripe")
        work.orders.save(order)
        work.commit()


class Shopper:
    """A customer with an address, a cart and orders."""

    def __init__(self, client: FlaskClient, username: str = "asha") -> None:
        self.client = client
        self.person: Person = a_customer(client, username)
        self.address: int = self.person.post("/api/addresses/", HOME).get_json()["id"]

    def add(self, product_id: int, quantity: int = 1) -> int:
        """Add a product to the cart; return the line's id."""
        response = self.person.post(
            "/api/cart/add/", {"product_id": product_id, "quantity": quantity}
        )
        assert response.status_code == 200, response.text
        line_id: int = response.get_json()["id"]
        return line_id

    def cart(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.person.get("/api/cart/").get_json()
        return items

    def order(self, *, key: str | None = None, **body: object) -> TestResponse:
        """Place the cart as an order; without `body`, cash on delivery."""
        sent = body or {"payment_method": "COD", "address_id": self.address}
        headers = self.person.headers | ({"Idempotency-Key": key} if key else {})
        return self.client.post("/api/orders/create/", json=sent, headers=headers)

    def ordered(self, *products: int, **body: Any) -> dict[str, Any]:  # noqa: ANN401 (any JSON)
        """Place an order of one unit of each product."""
        for product_id in products:
            self.add(product_id)
        response = self.order(**body)
        assert response.status_code == 201, response.text
        placed: dict[str, Any] = response.get_json()
        return placed


class GuestShopper:
    """A guest with a cart and orders. `access` is also the token that is merged."""

    email = "guest@example.com"

    def __init__(self, client: FlaskClient) -> None:
        access = client.post("/api/guest/session/").get_json()["access"]
        self.person = Person(client=client, username="", access=access, refresh="")

    @property
    def contact(self) -> dict[str, Any]:
        """The members of a checkout of a guest."""
        address = {name: value for name, value in HOME.items() if name != "address_type"}
        return {"email": self.email, "address": address}

    def add(self, product_id: int, quantity: int = 1) -> None:
        body = {"product_id": product_id, "quantity": quantity}
        response = self.person.post("/api/cart/add/", body)
        assert response.status_code == 200, response.text

    def quantities(self) -> list[int]:
        """Those of the items of the cart."""
        return [item["quantity"] for item in self.person.get("/api/cart/").get_json()]

    def order(self, *, key: str | None = None) -> TestResponse:
        """Place the cart as an order, to be paid on delivery."""
        headers = self.person.headers | ({"Idempotency-Key": key} if key else {})
        return self.person.client.post(
            "/api/orders/create/", json={"payment_method": "COD", **self.contact}, headers=headers
        )

    def ordered(self, *products: int) -> dict[str, Any]:
        """Place an order of one unit of each product."""
        for product_id in products:
            self.add(product_id)
        response = self.order()
        assert response.status_code == 201, response.text
        placed: dict[str, Any] = response.get_json()
        return placed


def order_link_token(injector: Injector, order_id: int) -> str:
    """The token of the link that the e-mails about a guest's order have."""
    with injector.get(UnitOfWorkFactory)() as work:  # type: ignore[type-abstract]
        order = work.orders.get(OrderId(order_id))
    tokens: OrderLinkTokens = injector.get(OrderLinkTokens)  # type: ignore[type-abstract]
    return tokens.issue(OrderLink.to(order, at=order.placed_at))
