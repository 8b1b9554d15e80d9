"""The catalogue over HTTP, as staff write it."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector

from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from tests.support.accounts import CheapPasswords, Person, a_customer, create_owner, sign_in
from tests.support.builders.catalog import NOON, a_category, a_claim, opened

LAMP: dict[str, Any] = {
    "title": "Brass lamp",
    "subtitle": "Hand beaten",
    "description": "It burns for six hours.",
    "price": "499.00",
    "author": "Noor Ambalgar",
    "published_year": 2021,
    "brand": "Peepal",
    "stock": 12,
    "category": 7,
    "image": "https://images.example/lamp.webp",
}


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app(CheapPasswords())


@pytest.fixture(autouse=True)
def begin(injector: Injector) -> UnitOfWorkFactory:
    begin = injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    opened(begin, a_category(7, "books"))
    return begin


@pytest.fixture
def staff(client: FlaskClient, injector: Injector) -> Person:
    create_owner(injector, "keeper")
    return sign_in(client, "keeper")


@pytest.fixture
def path(staff: Person) -> str:
    """A lamp's address."""
    added = staff.post("/api/products/", LAMP)
    assert added.status_code == 201, added.text
    return f"/api/products/{added.get_json()['id']}/"


def write(staff: Person, method: str, path: str, body: object, if_match: str | None = None) -> Any:  # noqa: ANN401 (the test client's own)
    headers = staff.headers | ({"If-Match": if_match} if if_match else {})
    return staff.client.open(path, method=method, json=body, headers=headers)


def test_a_product_is_added_as_it_is_written(staff: Person) -> None:
    added = staff.post("/api/products/", LAMP)
    shown = added.get_json()
    assert added.status_code == 201
    assert shown == LAMP | {
        "id": shown["id"],
        "currency": "INR",
        "created_at": shown["created_at"],
        "updated_at": shown["created_at"],
    }
    assert added.headers["Location"] == f"/api/products/{shown['id']}/"
    read = staff.client.get(added.headers["Location"])
    assert read.get_json() == shown
    assert read.headers["ETag"] == added.headers["ETag"]


def test_title_and_price_are_enough(staff: Person) -> None:
    product = staff.post("/api/products/", {"title": "Kite", "price": "200"}).get_json()
    assert (product["price"], product["stock"], product["brand"]) == ("200.00", 0, "Kite")
    assert (product["author"], product["category"], product["image"]) == (None, None, None)


def test_what_staff_do_not_decide_is_ignored(staff: Person, path: str) -> None:
    injected = {"id": 1, "created_at": "2001-01-01T00:00:00Z", "version": 9, "is_staff": True}
    before = staff.get(path).get_json()
    after = write(staff, "PATCH", path, injected | {"archived_at": "2001-01-01T00:00:00Z"})
    assert after.get_json() == before
    added = staff.post("/api/products/", {**LAMP, **injected}).get_json()
    assert added["id"] != 1
    assert added["created_at"] != injected["created_at"]


def test_a_put_writes_all_but_stock_and_image(staff: Person, path: str) -> None:
    product = write(staff, "PUT", path, {"title": "Kite", "price": "1.00"}).get_json()
    assert (product["title"], product["brand"], product["price"]) == ("Kite", "Kite", "1.00")
    assert (product["subtitle"], product["author"], product["category"]) == ("", None, None)
    assert (product["stock"], product["image"]) == (12, LAMP["image"])


def test_a_patch_writes_what_it_names(staff: Person, path: str) -> None:
    product = write(staff, "PATCH", path, {"stock": 0, "price": "450.50"}).get_json()
    assert product | {"updated_at": None, "created_at": None, "id": None} == LAMP | {
        "price": "450.50",
        "stock": 0,
        "currency": "INR",
        "id": None,
        "updated_at": None,
        "created_at": None,
    }


def test_what_was_read_may_be_put_back_as_it_is(staff: Person, path: str) -> None:
    write(staff, "PATCH", path, {"image": "/media/products/lamp-00.webp"})
    read = staff.get(path)
    back = write(staff, "PUT", path, read.get_json(), read.headers["ETag"])
    assert back.status_code == 200
    assert back.get_json() == read.get_json()
    assert back.headers["ETag"] == read.headers["ETag"]


def test_two_editors_of_one_product_are_told(staff: Person, path: str) -> None:
    tag = staff.get(path).headers["ETag"]
    assert write(staff, "PATCH", path, {"price": "1.00"}, tag).status_code == 200
    for method, body in (
        ("PATCH", {"price": "2.00"}),
        ("PUT", {"title": "Kite", "price": "2.00"}),
        ("DELETE", None),
    ):
        late = write(staff, method, path, body, tag)
        assert late.status_code == 412
        assert late.get_json()["code"] == "stale_version"
    for foreign in ('"other"', f"W/{tag}"):
        assert write(staff, "PATCH", path, {"price": "2.00"}, foreign).status_code == 412
    assert staff.get(path).get_json()["price"] == "1.00"
    assert write(staff, "PATCH", path, {"price": "3.00"}, "*").status_code == 200


def test_a_stock_that_is_only_sent_back_is_left_to_the_customers(
    staff: Person, path: str, begin: UnitOfWorkFactory
) -> None:
    read = staff.get(path)
    with begin() as work:
        work.stock.reserve([a_claim(read.get_json()["id"], 5, "line:1:reserve")], at=NOON)
        work.commit()
    body = read.get_json() | {"price": "450.00"}
    edited = write(staff, "PUT", path, body, read.headers["ETag"])
    assert (edited.status_code, edited.get_json()["stock"]) == (200, 7)
    counted = write(staff, "PATCH", path, {"stock": 12}, edited.headers["ETag"])
    assert counted.get_json()["stock"] == 12


def test_two_who_count_the_stock_are_told(staff: Person, path: str) -> None:
    tag = staff.get(path).headers["ETag"]
    assert write(staff, "PATCH", path, {"stock": 9}, tag).status_code == 200
    assert write(staff, "PATCH", path, {"stock": 8}, tag).status_code == 412
    assert staff.get(path).get_json()["stock"] == 9


def test_a_deleted_product_leaves_the_catalogue_and_wishlists(staff: Person, path: str) -> None:
    product_id = staff.get(path).get_json()["id"]
    asha = a_customer(staff.client)
    assert asha.post("/api/products/wishlist/", {"product_id": product_id}).status_code == 201
    gone = staff.delete(path)
    assert (gone.status_code, gone.data) == (204, b"")
    assert staff.get(path).status_code == 404
    assert staff.client.get("/api/products/?search=brass").get_json() == []
    assert asha.get("/api/products/wishlist/").get_json() == []
    for method, body in (("DELETE", None), ("PATCH", {}), ("PUT", LAMP)):
        again = write(staff, method, path, body)
        assert (again.status_code, again.get_json()["code"]) == (404, "product_not_found")


@pytest.mark.parametrize(
    ("method", "body"), [("POST", LAMP), ("PUT", LAMP), ("PATCH", {}), ("DELETE", None)]
)
def test_only_staff_write(staff: Person, path: str, method: str, body: object) -> None:
    address = "/api/products/" if method == "POST" else path
    nobody = staff.client.open(address, method=method, json=body)
    assert (nobody.status_code, nobody.headers["WWW-Authenticate"]) == (401, "Bearer")
    asha = a_customer(staff.client)
    assert write(asha, method, address, body).status_code == 403
    assert staff.get(path).status_code == 200


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"title": ""}, "title"),
    ({"title": " "}, "title"),
    ({"title": None}, "title"),
    ({"title": 7}, "title"),
    ({"title": "x" * 201}, "title"),
    ({"title": "a\x00b"}, "title"),
    ({"subtitle": None}, "subtitle"),
    ({"subtitle": ["x"]}, "subtitle"),
    ({"description": "x" * 20_001}, "description"),
    ({"price": 499}, "price"),
    ({"price": 499.5}, "price"),
    ({"price": "499.005"}, "price"),
    ({"price": "-1.00"}, "price"),
    ({"price": "0.00"}, "price"),
    ({"price": "1e309"}, "price"),
    ({"price": "NaN"}, "price"),
    ({"price": ""}, "price"),
    ({"price": None}, "price"),
    ({"price": "999999999999.00"}, "price"),
    ({"currency": "USD"}, "currency"),
    ({"author": 7}, "author"),
    ({"published_year": "2021"}, "published_year"),
    ({"published_year": 0}, "published_year"),
    ({"published_year": 10_000}, "published_year"),
    ({"stock": -1}, "stock"),
    ({"stock": 0.1}, "stock"),
    ({"stock": "1"}, "stock"),
    ({"stock": True}, "stock"),
    ({"stock": 2**63}, "stock"),
    ({"stock": None}, "stock"),
    ({"category": 999}, "category"),
    ({"category": 0}, "category"),
    ({"category": "books"}, "category"),
    ({"category": 2**63}, "category"),
    ({"image": "javascript:alert(1)"}, "image"),
    ({"image": "../../etc/passwd"}, "image"),
    ({"image": 7}, "image"),
]


def test_a_bad_member_is_told_by_its_name_and_changes_nothing(staff: Person, path: str) -> None:
    before = staff.get(path).get_json()
    for wrong, field in WRONG:
        for method, address in (("POST", "/api/products/"), ("PUT", path), ("PATCH", path)):
            body = wrong if method == "PATCH" else LAMP | wrong
            answer = write(staff, method, address, body)
            assert answer.status_code == 400, (wrong, answer.text)
            assert list(answer.get_json()["errors"]) == [field], wrong
    assert staff.get(path).get_json() == before
    assert len(staff.client.get("/api/products/").get_json()) == 1


def test_a_body_that_is_no_object_is_refused(staff: Person, path: str) -> None:
    headers = staff.headers | {"Content-Type": "application/json"}
    for method, body in product(("PUT", "PATCH"), ("[]", '"x"', "7", "null")):
        answer = staff.client.open(path, method=method, data=body, headers=headers)
        assert answer.status_code == 400
    missing = staff.post("/api/products/", {})
    assert set(missing.get_json()["errors"]) == {"title", "price"}


def test_a_write_of_another_type_is_refused(staff: Person, path: str) -> None:
    form = staff.client.patch(path, data={"price": "1.00"}, headers=staff.headers)
    assert form.status_code == 415
    wrong_method = staff.post(path, LAMP)
    assert wrong_method.status_code == 405
    assert set(wrong_method.headers["Allow"].split(", ")) >= {"GET", "PUT", "PATCH", "DELETE"}
