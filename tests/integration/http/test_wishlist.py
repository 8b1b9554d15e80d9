"""A customer's wishlist over HTTP."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector

from novacart.adapters.web.catalog.schemas import ProductSchema
from novacart.adapters.web.wishlist.schemas import WishlistItemSchema
from tests.support.accounts import CheapPasswords, a_customer
from tests.support.shoppers import Shopper, stocked

WISHLIST = "/api/products/wishlist/"


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app(CheapPasswords())


@pytest.fixture
def asha(client: FlaskClient) -> Shopper:
    return Shopper(client)


@pytest.mark.parametrize("member", ["book_id", "product_id"])
def test_a_product_is_wished_for_once(asha: Shopper, injector: Injector, member: str) -> None:
    kettle = stocked(injector)
    first = asha.person.post(WISHLIST, {member: kettle})
    again = asha.person.post(WISHLIST, {member: kettle})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json()["id"] == again.get_json()["id"] == kettle
    (item,) = asha.person.get(WISHLIST).get_json()
    assert (item["id"], item["book"]["id"]) == (kettle, kettle)
    assert item["created_at"].endswith("Z")
    assert set(item) == set(WishlistItemSchema().fields)
    assert set(item["book"]) == set(ProductSchema().fields)


def test_the_newest_wish_comes_first(asha: Shopper, injector: Injector) -> None:
    wished = [stocked(injector) for _ in range(3)]
    for product in wished:
        asha.person.post(WISHLIST, {"product_id": product})
    shown = [item["id"] for item in asha.person.get(WISHLIST).get_json()]
    assert shown == wished[::-1]


def test_a_wish_can_be_taken_back_once(asha: Shopper, injector: Injector) -> None:
    kettle = stocked(injector)
    asha.person.post(WISHLIST, {"product_id": kettle})
    assert asha.person.delete(f"{WISHLIST}{kettle}/").status_code == 200
    gone = asha.person.delete(f"{WISHLIST}{kettle}/")
    assert (gone.status_code, gone.get_json()["code"]) == (404, "not_on_wishlist")


def test_what_is_not_sold_cannot_be_wished_for(asha: Shopper) -> None:
    answer = asha.person.post(WISHLIST, {"product_id": 424242})
    assert (answer.status_code, answer.get_json()["code"]) == (404, "product_not_found")


@pytest.mark.parametrize("body", [{}, {"book_id": "7"}, {"product_id": None}, {"book_id": 1.5}])
def test_a_wish_names_a_product(asha: Shopper, body: dict[str, object]) -> None:
    answer = asha.person.post(WISHLIST, body)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_value")


def test_another_customers_wishes_are_not_there(
    asha: Shopper, client: FlaskClient, injector: Injector
) -> None:
    kettle = stocked(injector)
    asha.person.post(WISHLIST, {"product_id": kettle})
    ravi = a_customer(client, "ravi")
    assert ravi.get(WISHLIST).get_json() == []
    assert ravi.delete(f"{WISHLIST}{kettle}/").status_code == 404
    assert len(asha.person.get(WISHLIST).get_json()) == 1


def test_nobody_wishes_without_signing_in(client: FlaskClient) -> None:
    for answer in (client.get(WISHLIST), client.post(WISHLIST, json={"product_id": 1})):
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
