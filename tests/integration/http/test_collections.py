"""Collections of products."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector

from tests.support.accounts import CheapPasswords, Person, create_owner, sign_in
from tests.support.databases import on_sqlite

JSON = dict[str, Any]


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app(CheapPasswords())


@pytest.fixture
def staff(client: FlaskClient, injector: Injector) -> Person:
    create_owner(injector, "keeper")
    return sign_in(client, "keeper")


@pytest.fixture
def products(staff: Person) -> list[int]:
    """Three lamps at rising prices."""
    added = [
        staff.post("/api/products/", {"title": f"Lamp {n}", "price": f"{n}00.00", "brand": "Diya"})
        for n in (1, 2, 3)
    ]
    return [response.get_json()["id"] for response in added]


def add(staff: Person, **members: object) -> JSON:
    response = staff.post("/api/collections/", {"name": "Best lamps", **members})
    assert response.status_code == 201, response.text
    collection: JSON = response.get_json()
    return collection


def change(staff: Person, slug: str, body: JSON, if_match: str | None = None) -> Any:  # noqa: ANN401 (the test client's own)
    headers = staff.headers | ({"If-Match": if_match} if if_match else {})
    return staff.client.patch(f"/api/collections/{slug}/", json=body, headers=headers)


def test_picked_products_are_listed_page_by_page(
    client: FlaskClient, staff: Person, products: list[int]
) -> None:
    first, second, third = products
    collection = add(staff, product_ids=[third, first, second])
    assert (collection["slug"], collection["rule"]) == ("best-lamps", None)
    assert client.get("/api/collections/").get_json() == [collection]
    page = client.get("/api/collections/best-lamps/products/?limit=2")
    assert [each["id"] for each in page.get_json()] == [third, first]
    following = page.headers["Link"].partition(">")[0].removeprefix("<")
    page = client.get(following)
    assert [each["id"] for each in page.get_json()] == [second]
    assert "Link" not in page.headers
    assert page.get_json() == [
        each for each in client.get("/api/products/").get_json() if each["id"] == second
    ]


def test_rule_lists_products_that_match(
    client: FlaskClient, staff: Person, products: list[int]
) -> None:
    rule = {"brands": ["diya"], "min_price": "150.00"}
    collection = add(staff, rule=rule, sort="-price")
    assert collection["rule"] == {
        "brands": ["diya"],
        "tags": [],
        "attributes": [],
        "category": None,
        "min_price": "150.00",
        "max_price": None,
        "on_sale": False,
    }
    path = "/api/collections/best-lamps/products/?limit=1"
    page = client.get(path)
    assert [each["id"] for each in page.get_json()] == [products[2]]
    following = page.headers["Link"].partition(">")[0].removeprefix("<")
    assert [each["id"] for each in client.get(following).get_json()] == [products[1]]
    other_sort = change(staff, "best-lamps", {"sort": "price"})
    assert other_sort.status_code == 200
    assert client.get(following).status_code == 400


def test_rule_by_attributes_lists_products_with_the_values(
    client: FlaskClient, staff: Person
) -> None:
    coats = staff.post("/api/categories/", {"name": "Coats"}).get_json()["id"]
    colour = {"name": "Colour", "type": "choice", "choices": [{"value": "Red"}, {"value": "Blue"}]}
    path = f"/api/categories/{coats}/attributes/"
    attribute = staff.post(path, colour).get_json()
    staff.post(path, {"name": "Weight", "type": "number", "unit": "kg"})
    for title, written, weight in (("One", "Red", 1), ("Two", "Red", 2.5), ("Three", "Blue", 2)):
        body = {
            "title": title,
            "price": "9.00",
            "category": coats,
            "attributes": [
                {"code": "colour", "value": written},
                {"code": "weight", "value": weight},
            ],
        }
        assert staff.post("/api/products/", body).status_code == 201

    def listed() -> list[str]:
        page = client.get("/api/collections/best-lamps/products/")
        return sorted(each["title"] for each in page.get_json())

    rule = {"category": coats, "attributes": ["colour:red", "weight:1.5.."]}
    assert add(staff, rule=rule)["rule"]["attributes"] == ["colour:Red", "weight:1.5.."]
    assert listed() == ["Two"]
    rule["attributes"] = ["colour:Red", "colour:Blue", "weight:..2"]
    changed = change(staff, "best-lamps", {"rule": rule}).get_json()
    assert changed["rule"]["attributes"] == rule["attributes"]
    assert listed() == ["One", "Three"]

    etag = client.get("/api/collections/best-lamps/").headers["ETag"]
    names = [{"id": each["id"], "value": f"{each['value']}!"} for each in attribute["choices"]]
    renamed = staff.client.patch(
        f"{path}{attribute['id']}/", json={"choices": names}, headers=staff.headers
    )
    assert renamed.status_code == 200
    assert listed() == ["One", "Three"]
    [shown] = client.get("/api/collections/").get_json()
    assert shown["rule"]["attributes"][0] == "colour:Red!"
    tagged = {"If-None-Match": etag}
    assert client.get("/api/collections/best-lamps/", headers=tagged).status_code == 200

    fewer = staff.client.patch(
        f"{path}{attribute['id']}/", json={"choices": names[:1]}, headers=staff.headers
    )
    assert (fewer.status_code, fewer.get_json()["code"]) == (409, "attribute_choice_in_use")

    for unknown in (
        "size:L",
        "colour:Green",
        "colour",
        "weight:x",
        "weight:1..x",
        "weight:0.00001",
        "weight:2..1",
        "weight:..",
    ):
        body = {"rule": {"category": coats, "attributes": [unknown]}}
        response = change(staff, "best-lamps", body)
        assert (response.status_code, list(response.get_json()["errors"])) == (400, ["attributes"])
    assert change(staff, "best-lamps", {"rule": {"category": coats}}).status_code == 200
    assert len(listed()) == 3


def test_collection_is_shown_between_its_dates(
    client: FlaskClient, staff: Person, products: list[int]
) -> None:
    add(staff, product_ids=products, starts_at="2001-01-01T00:00:00Z")
    for ended in (
        {"ends_at": "2002-01-01T00:00:00Z"},
        {"ends_at": None, "starts_at": "2999-01-01T00:00:00Z"},
        {"starts_at": None, "is_active": False},
    ):
        assert change(staff, "best-lamps", ended).status_code == 200
        assert client.get("/api/collections/").get_json() == []
        for path in ("", "products/"):
            response = client.get(f"/api/collections/best-lamps/{path}")
            assert (response.status_code, response.get_json()["code"]) == (
                404,
                "collection_not_found",
            )
    assert change(staff, "best-lamps", {"is_active": True}).status_code == 200
    assert len(client.get("/api/collections/").get_json()) == 1


def test_former_slug_redirects(client: FlaskClient, staff: Person, products: list[int]) -> None:
    add(staff, product_ids=products)
    etag = client.get("/api/collections/best-lamps/").headers["ETag"]
    assert change(staff, "best-lamps", {"slug": "lamps"}, etag).status_code == 200
    moved = client.get("/api/collections/best-lamps/")
    assert (moved.status_code, moved.get_json()) == (301, {"slug": "lamps"})
    assert len(client.get("/api/collections/best-lamps/products/").get_json()) == 3
    stale = change(staff, "lamps", {"name": "Lamps"}, etag)
    assert (stale.status_code, stale.get_json()["code"]) == (412, "stale_version")
    current = client.get("/api/collections/lamps/")
    not_modified = client.get(
        "/api/collections/lamps/", headers={"If-None-Match": current.headers["ETag"]}
    )
    assert not_modified.status_code == 304


@on_sqlite
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": " "}, "name"),
        ({"slug": "A b"}, "slug"),
        ({"product_ids": [987_654_321]}, "product_ids"),
        ({"product_ids": ["x"]}, "product_ids"),
        ({"rule": {}}, "rule"),
        ({"rule": {"tags": ["a,b"]}}, "tags"),
        ({"rule": {"category": 987_654_321}}, "category"),
        ({"rule": {"attributes": ["colour:Red"]}}, "attributes"),
        ({"rule": {"min_price": "2.00", "max_price": "1.00"}}, "max_price"),
        ({"sort": "relevance"}, "sort"),
        ({"position": -1}, "position"),
        ({"starts_at": "2026-01-01"}, "starts_at"),
        ({"starts_at": "2026-01-02T00:00:00Z", "ends_at": "2026-01-01T00:00:00Z"}, "ends_at"),
    ],
)
def test_invalid_member_names_its_field(staff: Person, body: JSON, field: str) -> None:
    response = staff.post("/api/collections/", {"name": "Lamps", **body})
    assert (response.status_code, list(response.get_json()["errors"])) == (400, [field])


def test_rule_with_picked_products_is_refused(staff: Person, products: list[int]) -> None:
    add(staff, product_ids=products)
    response = change(staff, "best-lamps", {"rule": {"on_sale": True}})
    assert (response.status_code, list(response.get_json()["errors"])) == (400, ["product_ids"])
    both = {"rule": {"on_sale": True}, "product_ids": []}
    assert change(staff, "best-lamps", both).get_json()["rule"]["on_sale"] is True


def test_taken_slug_and_unknown_collection_are_refused(staff: Person) -> None:
    add(staff)
    taken = staff.post("/api/collections/", {"name": "Best lamps"})
    assert (taken.status_code, taken.get_json()["code"]) == (409, "slug_taken")
    unknown = change(staff, "other", {"name": "Lamps"})
    assert (unknown.status_code, unknown.get_json()["code"]) == (404, "collection_not_found")
