"""Routes of the cart."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector

from novacart.adapters.persistence.database import Database
from novacart.adapters.web.cart.schemas import CartItemSchema
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import ProductId
from tests.support.accounts import CheapPasswords
from tests.support.builders.ordering import NOON
from tests.support.databases import on_sqlite
from tests.support.query_counter import counted_statements
from tests.support.shoppers import Shopper, new_product

ADD, UPDATE = "/api/cart/add/", "/api/cart/update"


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app(CheapPasswords())


@pytest.fixture
def asha(client: FlaskClient) -> Shopper:
    return Shopper(client)


def test_add_and_list(asha: Shopper, injector: Injector) -> None:
    kettle = new_product(injector, price=21, stock=7, title="Kettle")
    assert asha.cart() == []
    added = asha.person.post(ADD, {"book_id": kettle})
    assert added.status_code == 200
    line = added.get_json()
    assert (line["quantity"], set(line)) == (1, {"message", "id", "quantity"})
    again = asha.person.post(ADD, {"product_id": kettle, "quantity": 2}).get_json()
    assert (again["id"], again["quantity"]) == (line["id"], 3)
    (shown,) = asha.cart()
    assert date.fromisoformat(shown.pop("estimated_delivery")) > datetime.now(UTC).date()
    assert shown == {
        "id": line["id"],
        "product": kettle,
        "variant": {"id": kettle, "sku": None, "options": ""},
        "product_title": "Kettle",
        "product_subtitle": "A subtitle",
        "product_price": "21.00",
        "product_image": "http://localhost/media/product.webp",
        "product_image_srcset": None,
        "quantity": 3,
        "stock": 7,
        "total_price": 63.0,
        "currency": "INR",
    }


def test_response_matches_schema(asha: Shopper, injector: Injector) -> None:
    asha.add(new_product(injector))
    assert CartItemSchema(many=True).validate(asha.cart()) == {}
    assert set(asha.cart()[0]) == set(CartItemSchema().fields)


def test_add_removes_product_from_wishlist(asha: Shopper, injector: Injector) -> None:
    kettle = new_product(injector)
    asha.person.post("/api/products/wishlist/", {"product_id": kettle})
    asha.add(kettle)
    assert asha.person.get("/api/products/wishlist/").get_json() == []


@on_sqlite
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "product_id"),
        ({"quantity": 1}, "product_id"),
        ({"product_id": "7"}, "product_id"),
        ({"product_id": True}, "product_id"),
        ({"book_id": 0}, "book_id"),
        ({"product_id": 2**63}, "product_id"),
        *(
            ({"product_id": 1, "quantity": quantity}, "quantity")
            for quantity in (0, -1, 0.1, 1.5, "1", "abc", True, None, 2**63, [1])
        ),
    ],
)
def test_invalid_add_body_is_rejected(asha: Shopper, body: dict[str, Any], field: str) -> None:
    response = asha.person.post(ADD, body)
    problem = response.get_json()
    assert (response.status_code, problem["code"]) == (400, "invalid_value")
    assert problem[field] == problem["errors"][field]


@pytest.mark.parametrize("number", ["1e3", "1e309", "NaN"])
def test_quantity_that_is_not_an_integer_is_rejected(asha: Shopper, number: str) -> None:
    response = asha.client.post(
        ADD,
        data=f'{{"product_id": 1, "quantity": {number}}}',
        content_type="application/json",
        headers=asha.person.headers,
    )
    assert response.status_code == 400


def test_add_unknown_unavailable_or_too_many_is_rejected(asha: Shopper, injector: Injector) -> None:
    scarce, none = new_product(injector, stock=2), new_product(injector, stock=0)
    plenty = new_product(injector, stock=50)

    def code(product_id: int, quantity: int) -> tuple[int, str]:
        response = asha.person.post(ADD, {"product_id": product_id, "quantity": quantity})
        return response.status_code, response.get_json()["code"]

    assert code(10**9, 1) == (404, "product_not_found")
    assert code(none, 1) == (409, "not_enough_in_stock")
    assert code(scarce, 3) == (409, "not_enough_in_stock")
    assert code(plenty, 11) == (409, "cart_limit_reached")
    asha.add(plenty, 10)
    assert code(plenty, 1) == (409, "cart_limit_reached")
    assert [line["quantity"] for line in asha.cart()] == [10]


def test_quantity_is_changed_by_step_or_to_a_value(asha: Shopper, injector: Injector) -> None:
    line = asha.add(new_product(injector, stock=5), 2)

    def change(**body: object) -> tuple[int, int]:
        response = asha.person.patch(f"{UPDATE}/{line}/", body)
        return response.status_code, response.get_json().get("quantity")

    assert change(action="increase") == (200, 3)
    assert change(action="decrease") == (200, 2)
    assert change(quantity=5) == (200, 5)
    assert change(quantity=1) == (200, 1)
    assert change(action="decrease") == (200, 0)
    assert asha.cart() == []
    assert change(action="increase")[0] == 404


def test_quantity_zero_removes_line(asha: Shopper, injector: Injector) -> None:
    line = asha.add(new_product(injector))
    response = asha.person.patch(f"{UPDATE}/{line}/", {"quantity": 0})
    assert (response.status_code, response.get_json()["quantity"]) == (200, 0)
    assert asha.cart() == []


@on_sqlite
@pytest.mark.parametrize(
    "body", [{}, {"action": "double"}, {"action": 1}, {"quantity": -1}, {"quantity": "2"}]
)
def test_invalid_change_body_is_rejected(
    asha: Shopper, injector: Injector, body: dict[str, Any]
) -> None:
    line = asha.add(new_product(injector))
    assert asha.person.patch(f"{UPDATE}/{line}/", body).status_code == 400


def test_change_above_limit_or_stock_is_rejected(asha: Shopper, injector: Injector) -> None:
    few, many = (
        asha.add(new_product(injector, stock=3), 3),
        asha.add(new_product(injector, stock=50), 10),
    )

    def change(line: int, **body: object) -> tuple[int, str]:
        response = asha.person.patch(f"{UPDATE}/{line}/", body)
        return response.status_code, response.get_json()["code"]

    assert change(few, action="increase") == (409, "not_enough_in_stock")
    assert change(few, quantity=4) == (409, "not_enough_in_stock")
    assert change(many, action="increase") == (409, "cart_limit_reached")
    assert change(many, quantity=11) == (409, "cart_limit_reached")
    assert [line["quantity"] for line in asha.cart()] == [3, 10]


def test_remove_lines(asha: Shopper, injector: Injector) -> None:
    first, second, third = (asha.add(new_product(injector)) for _ in range(3))
    assert asha.person.delete(f"/api/cart/remove/{first}/").status_code == 200
    assert asha.person.delete(f"/api/cart/remove/{first}/").status_code == 404
    response = asha.person.post("/api/cart/bulk-delete/", {"cart_ids": [first, second, 10**9]})
    assert response.get_json()["deleted"] == 1
    assert [line["id"] for line in asha.cart()] == [third]
    for _ in range(2):
        assert asha.person.delete("/api/cart/clear/").status_code == 200
    assert asha.cart() == []


@on_sqlite
@pytest.mark.parametrize("path", ["bulk-delete", "bulk-move-to-wishlist"])
@pytest.mark.parametrize(
    "body",
    [{}, {"cart_ids": []}, {"cart_ids": 1}, {"cart_ids": ["1"]}, {"cart_ids": [1] * 1001}],
)
def test_invalid_list_of_ids_is_rejected(asha: Shopper, path: str, body: dict[str, Any]) -> None:
    response = asha.person.post(f"/api/cart/{path}/", body)
    assert response.status_code == 400
    assert response.get_json()["cart_ids"]


def test_move_lines_to_wishlist(asha: Shopper, injector: Injector) -> None:
    first, second = new_product(injector), new_product(injector)
    lines = [asha.add(first), asha.add(second)]
    asha.person.post("/api/products/wishlist/", {"product_id": second})
    response = asha.person.post("/api/cart/bulk-move-to-wishlist/", {"cart_ids": lines})
    moved = response.get_json()
    assert response.status_code == 200
    assert (moved["added_to_wishlist"], moved["already_in_wishlist"]) == (1, 1)
    assert asha.cart() == []
    wished = asha.person.get("/api/products/wishlist/").get_json()
    assert {item["id"] for item in wished} == {first, second}
    again = asha.person.post("/api/cart/bulk-move-to-wishlist/", {"cart_ids": lines})
    assert (again.status_code, again.get_json()["code"]) == (400, "no_such_cart_lines")


def test_cart_of_other_customer_is_not_accessible(
    asha: Shopper, injector: Injector, client: FlaskClient
) -> None:
    line = asha.add(new_product(injector), 2)
    ravi = Shopper(client, "ravi")
    assert ravi.cart() == []
    assert ravi.person.patch(f"{UPDATE}/{line}/", {"quantity": 1}).status_code == 404
    assert ravi.person.delete(f"/api/cart/remove/{line}/").status_code == 404
    body = {"cart_ids": [line]}
    assert ravi.person.post("/api/cart/bulk-delete/", body).get_json()["deleted"] == 0
    assert ravi.person.post("/api/cart/bulk-move-to-wishlist/", body).status_code == 400
    assert [item["quantity"] for item in asha.cart()] == [2]


def test_archived_product_is_not_listed(asha: Shopper, injector: Injector) -> None:
    asha.add(new_product(injector, title="Kept"))
    gone = new_product(injector, title="Gone")
    asha.add(gone)
    with injector.get(UnitOfWorkFactory)() as work:  # type: ignore[type-abstract]
        product = work.products.get_for_update(ProductId(gone))
        product.archive(at=NOON)
        work.products.save(product)
        work.commit()
    assert [line["product_title"] for line in asha.cart()] == ["Kept"]


@pytest.mark.parametrize("lines", [1, 6])
def test_cart_is_one_query(asha: Shopper, injector: Injector, lines: int) -> None:
    for _ in range(lines):
        asha.add(new_product(injector))
    with counted_statements(injector.get(Database)) as statements:
        assert len(asha.cart()) == lines
    assert len([sql for sql in statements if "cart_lines" in sql]) == 1
    assert len(statements) <= 2
