"""Routes by which staff edit products."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector

from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from tests.support.accounts import CheapPasswords, Person, a_customer, create_owner, sign_in
from tests.support.builders.catalog import NOON, a_category, a_claim, add_categories
from tests.support.databases import on_sqlite

LAMP: dict[str, Any] = {
    "sku": "LP-0001",
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

NOT_ON_SALE = {"compare_at_price": None, "lowest_price_30_days": None, "on_sale": False}


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app(CheapPasswords())


@pytest.fixture(autouse=True)
def begin(injector: Injector) -> UnitOfWorkFactory:
    begin = injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    add_categories(begin, a_category(7, "books"))
    return begin


@pytest.fixture
def staff(client: FlaskClient, injector: Injector) -> Person:
    create_owner(injector, "keeper")
    return sign_in(client, "keeper")


@pytest.fixture
def path(staff: Person) -> str:
    """The path of a lamp."""
    added = staff.post("/api/products/", LAMP)
    assert added.status_code == 201, added.text
    return f"/api/products/{added.get_json()['id']}/"


def write(staff: Person, method: str, path: str, body: object, if_match: str | None = None) -> Any:  # noqa: ANN401 (the test client's own)
    headers = staff.headers | ({"If-Match": if_match} if if_match else {})
    return staff.client.open(path, method=method, json=body, headers=headers)


def test_added_product_is_returned(staff: Person) -> None:
    added = staff.post("/api/products/", LAMP)
    shown = added.get_json()
    assert added.status_code == 201
    assert shown == LAMP | NOT_ON_SALE | {
        "id": shown["id"],
        "currency": "INR",
        "created_at": shown["created_at"],
        "updated_at": shown["created_at"],
        "options": [],
        "variants": shown["variants"],
        "images": shown["images"],
        "slug": f"brass-lamp-p{shown['id']}",
        "meta_title": None,
        "meta_description": None,
        "description_html": "",
        "tags": [],
        "attributes": [],
        "available": True,
        "has_options": False,
        "image_srcset": None,
    }
    assert [(each["src"], each["alt"]) for each in shown["images"]] == [
        (LAMP["image"], LAMP["title"])
    ]
    assert [each["id"] for each in shown["variants"]] == [shown["id"]]
    assert added.headers["Location"] == f"/api/products/{shown['id']}/"
    read = staff.client.get(added.headers["Location"])
    assert read.get_json() == shown
    assert read.headers["ETag"] == added.headers["ETag"]


def test_title_and_price_suffice(staff: Person) -> None:
    product = staff.post("/api/products/", {"title": "Kite", "price": "200"}).get_json()
    assert (product["price"], product["stock"], product["brand"]) == ("200.00", 0, "Kite")
    assert (product["author"], product["category"], product["image"]) == (None, None, None)


def test_read_only_members_are_ignored(staff: Person, path: str) -> None:
    read_only = {"id": 1, "created_at": "2001-01-01T00:00:00Z", "version": 9, "is_staff": True}
    before = staff.get(path).get_json()
    after = write(staff, "PATCH", path, read_only | {"archived_at": "2001-01-01T00:00:00Z"})
    assert after.get_json() == before
    added = staff.post("/api/products/", {**LAMP, **read_only, "sku": None}).get_json()
    assert added["id"] != 1
    assert added["created_at"] != read_only["created_at"]


def test_put_resets_missing_members_except_stock_image_and_sku(staff: Person, path: str) -> None:
    product = write(staff, "PUT", path, {"title": "Kite", "price": "1.00"}).get_json()
    assert (product["title"], product["brand"], product["price"]) == ("Kite", "Kite", "1.00")
    assert (product["subtitle"], product["author"], product["category"]) == ("", None, None)
    assert (product["stock"], product["image"]) == (12, LAMP["image"])
    assert product["sku"] == LAMP["sku"]
    assert write(staff, "PATCH", path, {"sku": None}).get_json()["sku"] is None


def test_tags_are_written_and_filtered_by(staff: Person, path: str) -> None:
    product = write(staff, "PATCH", path, {"tags": ["New  in", "Été", "NEW IN"]}).get_json()
    assert product["tags"] == ["New in", "Été"]
    kept = write(staff, "PUT", path, {"title": "Kite", "price": "1.00"}).get_json()
    assert kept["tags"] == product["tags"]
    for query, count in {"tag=ete": 1, "tag=x&tag=new%20in": 1, "tag=new": 0}.items():
        assert len(staff.client.get(f"/api/products/?{query}").get_json()) == count, query
    assert write(staff, "PATCH", path, {"tags": []}).get_json()["tags"] == []
    assert staff.client.get("/api/products/?tag=ete").get_json() == []


@on_sqlite
@pytest.mark.parametrize(
    "tags", [["a,b"], [" "], ["x" * 65], [str(n) for n in range(51)], "a", [1]]
)
def test_invalid_tags_are_400(staff: Person, path: str, tags: object) -> None:
    refused = write(staff, "PATCH", path, {"tags": tags})
    assert (refused.status_code, list(refused.get_json()["errors"])) == (400, ["tags"])


def test_sku_of_another_product_is_409(staff: Person, path: str) -> None:
    again = staff.post("/api/products/", LAMP)
    assert (again.status_code, again.get_json()["code"]) == (409, "sku_taken")
    other = staff.post("/api/products/", LAMP | {"sku": None}).get_json()
    taken = write(staff, "PATCH", f"/api/products/{other['id']}/", {"sku": LAMP["sku"]})
    assert (taken.status_code, taken.get_json()["code"]) == (409, "sku_taken")
    assert write(staff, "PATCH", path, {"sku": LAMP["sku"]}).status_code == 200


def test_patch_changes_only_the_given_members(staff: Person, path: str) -> None:
    product = write(staff, "PATCH", path, {"stock": 0, "price": "450.50"}).get_json()
    assert product | {"updated_at": None, "created_at": None, "id": None} == LAMP | NOT_ON_SALE | {
        "price": "450.50",
        "stock": 0,
        "available": False,
        "currency": "INR",
        "id": None,
        "updated_at": None,
        "created_at": None,
        **{
            name: product[name]
            for name in (
                "options",
                "variants",
                "images",
                "slug",
                "meta_title",
                "meta_description",
                "description_html",
                "tags",
                "attributes",
                "has_options",
                "image_srcset",
            )
        },
    }


def test_put_of_an_unchanged_representation_changes_nothing(staff: Person, path: str) -> None:
    write(staff, "PATCH", path, {"image": "/media/products/lamp-00.webp"})
    read = staff.get(path)
    written = write(staff, "PUT", path, read.get_json(), read.headers["ETag"])
    assert written.status_code == 200
    assert written.get_json() == read.get_json()
    assert written.headers["ETag"] == read.headers["ETag"]


def test_stale_if_match_is_412(staff: Person, path: str) -> None:
    tag = staff.get(path).headers["ETag"]
    assert write(staff, "PATCH", path, {"price": "1.00"}, tag).status_code == 200
    for method, body in (
        ("PATCH", {"price": "2.00"}),
        ("PUT", {"title": "Kite", "price": "2.00"}),
        ("DELETE", None),
    ):
        response = write(staff, method, path, body, tag)
        assert response.status_code == 412
        assert response.get_json()["code"] == "stale_version"
    for foreign in ('"other"', f"W/{tag}"):
        assert write(staff, "PATCH", path, {"price": "2.00"}, foreign).status_code == 412
    assert staff.get(path).get_json()["price"] == "1.00"
    assert write(staff, "PATCH", path, {"price": "3.00"}, "*").status_code == 200


def test_put_of_the_stock_in_if_match_keeps_reservations_made_since(
    staff: Person, path: str, begin: UnitOfWorkFactory
) -> None:
    read = staff.get(path)
    with begin() as work:
        work.stock.reserve([a_claim(read.get_json()["id"], 5, "line:1:reserve")], at=NOON)
        work.commit()
    body = read.get_json() | {"price": "450.00"}
    edited = write(staff, "PUT", path, body, read.headers["ETag"])
    assert (edited.status_code, edited.get_json()["stock"]) == (200, 7)
    adjusted = write(staff, "PATCH", path, {"stock": 12}, edited.headers["ETag"])
    assert adjusted.get_json()["stock"] == 12


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_stock_with_if_match_is_a_change_by_the_difference(
    staff: Person, path: str, begin: UnitOfWorkFactory, method: str
) -> None:
    read = staff.get(path)
    with begin() as work:
        work.stock.reserve([a_claim(read.get_json()["id"], 10, "line:1:reserve")], at=NOON)
        work.commit()
    tag = read.headers["ETag"]
    delivered = write(staff, method, path, read.get_json() | {"stock": 15}, tag)
    assert (delivered.status_code, delivered.get_json()["stock"]) == (200, 5)
    tag = delivered.headers["ETag"]
    with begin() as work:
        work.stock.reserve([a_claim(read.get_json()["id"], 3, "line:2:reserve")], at=NOON)
        work.commit()
    too_many = write(staff, method, path, read.get_json() | {"stock": 1}, tag)
    assert (too_many.status_code, too_many.get_json()["code"]) == (409, "stock_reserved")
    assert staff.get(path).get_json()["stock"] == 2
    counted = write(staff, method, path, read.get_json() | {"stock": 9})
    assert counted.get_json()["stock"] == 9


def test_second_stock_change_with_the_same_if_match_is_412(staff: Person, path: str) -> None:
    tag = staff.get(path).headers["ETag"]
    assert write(staff, "PATCH", path, {"stock": 9}, tag).status_code == 200
    assert write(staff, "PATCH", path, {"stock": 8}, tag).status_code == 412
    assert staff.get(path).get_json()["stock"] == 9


def test_delete_removes_the_product_from_catalog_and_wishlists(staff: Person, path: str) -> None:
    product_id = staff.get(path).get_json()["id"]
    asha = a_customer(staff.client)
    assert asha.post("/api/products/wishlist/", {"product_id": product_id}).status_code == 201
    deleted = staff.delete(path)
    assert (deleted.status_code, deleted.data) == (204, b"")
    assert staff.get(path).status_code == 404
    assert staff.client.get("/api/products/?search=brass").get_json() == []
    assert asha.get("/api/products/wishlist/").get_json() == []
    for method, body in (("DELETE", None), ("PATCH", {}), ("PUT", LAMP)):
        again = write(staff, method, path, body)
        assert (again.status_code, again.get_json()["code"]) == (404, "product_not_found")


@on_sqlite
@pytest.mark.parametrize(
    ("method", "body"), [("POST", LAMP), ("PUT", LAMP), ("PATCH", {}), ("DELETE", None)]
)
def test_writing_requires_staff(staff: Person, path: str, method: str, body: object) -> None:
    url = "/api/products/" if method == "POST" else path
    anonymous = staff.client.open(url, method=method, json=body)
    assert (anonymous.status_code, anonymous.headers["WWW-Authenticate"]) == (401, "Bearer")
    asha = a_customer(staff.client)
    assert write(asha, method, url, body).status_code == 403
    assert staff.get(path).status_code == 200


INVALID: list[tuple[dict[str, Any], str]] = [
    ({"sku": 7}, "sku"),
    ({"sku": "x" * 65}, "sku"),
    ({"sku": "a\nb"}, "sku"),
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


def test_invalid_member_is_reported_by_name_and_changes_nothing(staff: Person, path: str) -> None:
    before = staff.get(path).get_json()
    for members, field in INVALID:
        for method, url in (("POST", "/api/products/"), ("PUT", path), ("PATCH", path)):
            body = members if method == "PATCH" else LAMP | members
            response = write(staff, method, url, body)
            assert response.status_code == 400, (members, response.text)
            assert list(response.get_json()["errors"]) == [field], members
    assert staff.get(path).get_json() == before
    assert len(staff.client.get("/api/products/").get_json()) == 1


def test_body_must_be_a_json_object(staff: Person, path: str) -> None:
    headers = staff.headers | {"Content-Type": "application/json"}
    for method, body in product(("PUT", "PATCH"), ("[]", '"x"', "7", "null")):
        response = staff.client.open(path, method=method, data=body, headers=headers)
        assert response.status_code == 400
    missing = staff.post("/api/products/", {})
    assert set(missing.get_json()["errors"]) == {"title", "price"}


def test_other_content_type_or_method_is_rejected(staff: Person, path: str) -> None:
    form = staff.client.patch(path, data={"price": "1.00"}, headers=staff.headers)
    assert form.status_code == 415
    wrong_method = staff.post(path, LAMP)
    assert wrong_method.status_code == 405
    assert set(wrong_method.headers["Allow"].split(", ")) >= {"GET", "PUT", "PATCH", "DELETE"}
