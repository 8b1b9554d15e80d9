"""Routes of the wishlist."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector

from novacart.adapters.web.catalog.product_schemas import ProductSchema
from novacart.adapters.web.wishlist.schemas import WishlistItemSchema
from tests.support.accounts import CheapPasswords, a_customer
from tests.support.databases import on_sqlite
from tests.support.shoppers import Shopper, new_product

WISHLIST = "/api/products/wishlist/"


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app(CheapPasswords())


@pytest.fixture
def asha(client: FlaskClient) -> Shopper:
    return Shopper(client)


@pytest.mark.parametrize("member", ["book_id", "product_id"])
def test_add_twice_keeps_one_entry(asha: Shopper, injector: Injector, member: str) -> None:
    kettle = new_product(injector)
    first = asha.person.post(WISHLIST, {member: kettle})
    again = asha.person.post(WISHLIST, {member: kettle})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json()["id"] == again.get_json()["id"] == kettle
    (item,) = asha.person.get(WISHLIST).get_json()
    assert (item["id"], item["book"]["id"]) == (kettle, kettle)
    assert item["created_at"].endswith("Z")
    assert set(item) == set(WishlistItemSchema().fields)
    assert set(item["book"]) == set(ProductSchema().fields)


def test_list_is_newest_first(asha: Shopper, injector: Injector) -> None:
    wished = [new_product(injector) for _ in range(3)]
    for product in wished:
        asha.person.post(WISHLIST, {"product_id": product})
    shown = [item["id"] for item in asha.person.get(WISHLIST).get_json()]
    assert shown == wished[::-1]


def test_remove_twice_is_not_found(asha: Shopper, injector: Injector) -> None:
    kettle = new_product(injector)
    asha.person.post(WISHLIST, {"product_id": kettle})
    assert asha.person.delete(f"{WISHLIST}{kettle}/").status_code == 200
    gone = asha.person.delete(f"{WISHLIST}{kettle}/")
    assert (gone.status_code, gone.get_json()["code"]) == (404, "not_on_wishlist")


def test_add_unknown_product_is_not_found(asha: Shopper) -> None:
    response = asha.person.post(WISHLIST, {"product_id": 424242})
    assert (response.status_code, response.get_json()["code"]) == (404, "product_not_found")


@on_sqlite
@pytest.mark.parametrize("body", [{}, {"book_id": "7"}, {"product_id": None}, {"book_id": 1.5}])
def test_invalid_body_is_rejected(asha: Shopper, body: dict[str, object]) -> None:
    response = asha.person.post(WISHLIST, body)
    assert (response.status_code, response.get_json()["code"]) == (400, "invalid_value")


def test_wishlist_of_other_customer_is_not_accessible(
    asha: Shopper, client: FlaskClient, injector: Injector
) -> None:
    kettle = new_product(injector)
    asha.person.post(WISHLIST, {"product_id": kettle})
    ravi = a_customer(client, "ravi")
    assert ravi.get(WISHLIST).get_json() == []
    assert ravi.delete(f"{WISHLIST}{kettle}/").status_code == 404
    assert len(asha.person.get(WISHLIST).get_json()) == 1


def test_wishlist_requires_sign_in(client: FlaskClient) -> None:
    for response in (client.get(WISHLIST), client.post(WISHLIST, json={"product_id": 1})):
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"
