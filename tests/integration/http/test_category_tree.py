"""The tree of categories, slugs and texts for search engines."""

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


def add(staff: Person, name: str, **members: object) -> JSON:
    response = staff.post("/api/categories/", {"name": name, **members})
    assert response.status_code == 201, response.text
    category: JSON = response.get_json()
    return category


def change(staff: Person, category: JSON, body: JSON, if_match: str | None = None) -> Any:  # noqa: ANN401 (the test client's own)
    headers = staff.headers | ({"If-Match": if_match} if if_match else {})
    return staff.client.patch(f"/api/categories/{category['id']}/", json=body, headers=headers)


@pytest.fixture
def clothing(staff: Person) -> JSON:
    return add(staff, "Clothing", meta_title="Clothes", meta_description="To wear.")


@pytest.fixture
def shoes(staff: Person, clothing: JSON) -> JSON:
    return add(staff, "Schöne Schuhe", parent=clothing["id"])


@pytest.fixture
def lamp(staff: Person, shoes: JSON) -> JSON:
    body = {"title": "Brass lamp", "price": "499.00", "brand": "Diya", "category": shoes["id"]}
    response = staff.post("/api/products/", body)
    assert response.status_code == 201, response.text
    product: JSON = response.get_json()
    return product


def test_categories_have_parent_path_and_breadcrumbs(
    client: FlaskClient, clothing: JSON, shoes: JSON
) -> None:
    assert (shoes["slug"], shoes["parent"]) == ("schone-schuhe", clothing["id"])
    assert shoes["path"] == "clothing/schone-schuhe"
    assert shoes["breadcrumbs"] == [
        {"id": clothing["id"], "name": "Clothing", "slug": "clothing"},
        {"id": shoes["id"], "name": "Schöne Schuhe", "slug": "schone-schuhe"},
    ]
    assert client.get("/api/categories/").get_json() == [clothing, shoes]
    assert (clothing["meta_title"], clothing["meta_description"]) == ("Clothes", "To wear.")


def test_parent_lists_products_and_facets_of_its_branch(client: FlaskClient, lamp: JSON) -> None:
    for path in ("/api/products/?category=clothing", "/api/products/?category=clothing&search=br"):
        response = client.get(f"{path}&count=true")
        assert [each["id"] for each in response.get_json()] == [lamp["id"]]
        assert response.headers["X-Total-Count"] == "1"
    brands = client.get("/api/products/brands/?category=clothing").get_json()
    assert brands == [{"title": "Diya", "count": 1}]


def test_former_slug_of_a_category_redirects(
    client: FlaskClient, staff: Person, shoes: JSON, lamp: JSON
) -> None:
    path = "/api/categories/by-slug/schone-schuhe/"
    response = client.get(path)
    assert response.get_json() == shoes
    etag = response.headers["ETag"]
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert change(staff, shoes, {"slug": "靴"}).status_code == 200
    moved = client.get(path)
    assert (moved.status_code, moved.get_json()) == (301, {"slug": "靴"})
    assert moved.headers["Cache-Control"] == "no-cache"
    followed = client.get(moved.headers["Location"])
    assert followed.get_json()["slug"] == "靴"
    listed = client.get("/api/products/?category=schone-schuhe").get_json()
    assert [each["id"] for each in listed] == [lamp["id"]]
    assert client.get("/api/categories/by-slug/unknown/").get_json()["code"] == "category_not_found"


def test_etag_changes_with_the_categories_above(
    client: FlaskClient, staff: Person, clothing: JSON, shoes: JSON
) -> None:
    path = f"/api/categories/by-slug/{shoes['slug']}/"
    etag = client.get(path).headers["ETag"]
    change(staff, clothing, {"name": "Clothes"})
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 200


def test_branch_is_moved_and_a_cycle_is_refused(staff: Person, clothing: JSON, shoes: JSON) -> None:
    cycle = change(staff, clothing, {"parent": shoes["id"]})
    assert (cycle.status_code, cycle.get_json()["code"]) == (409, "category_inside_itself")
    itself = change(staff, shoes, {"parent": shoes["id"]})
    assert itself.get_json()["code"] == "category_inside_itself"
    unknown = change(staff, shoes, {"parent": 999_999})
    assert (unknown.status_code, list(unknown.get_json()["errors"])) == (400, ["parent"])
    moved = change(staff, shoes, {"parent": None})
    assert (moved.status_code, moved.get_json()["parent"]) == (200, None)
    assert change(staff, clothing, {"parent": shoes["id"]}).status_code == 200


def test_ninth_level_is_refused(staff: Person) -> None:
    parent = None
    for level in range(1, 9):
        parent = add(staff, f"Level {level}", parent=parent)["id"]
    response = staff.post("/api/categories/", {"name": "Level 9", "parent": parent})
    assert (response.status_code, response.get_json()["code"]) == (409, "catalog_limit_reached")


def test_stale_edit_of_a_category_is_refused(
    client: FlaskClient, staff: Person, shoes: JSON
) -> None:
    etag = client.get(f"/api/categories/by-slug/{shoes['slug']}/").headers["ETag"]
    assert change(staff, shoes, {"name": "Shoes"}, etag).status_code == 200
    stale = change(staff, shoes, {"name": "Boots"}, etag)
    assert (stale.status_code, stale.get_json()["code"]) == (412, "stale_version")


@on_sqlite
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": None}, "name"),
        ({"slug": "A b"}, "slug"),
        ({"position": -1}, "position"),
        ({"is_active": "yes"}, "is_active"),
        ({"parent": "x"}, "parent"),
        ({"meta_title": "x" * 201}, "meta_title"),
        ({"meta_description": "x" * 501}, "meta_description"),
        ({"image": "data:x"}, "image"),
    ],
)
def test_invalid_member_of_a_category_names_its_field(
    staff: Person, shoes: JSON, body: JSON, field: str
) -> None:
    response = change(staff, shoes, body)
    assert (response.status_code, list(response.get_json()["errors"])) == (400, [field])


def test_taken_slug_of_a_category_is_refused(staff: Person, clothing: JSON, shoes: JSON) -> None:
    response = change(staff, shoes, {"slug": clothing["slug"]})
    assert (response.status_code, response.get_json()["code"]) == (409, "slug_taken")
    response = staff.post("/api/categories/", {"name": "X", "slug": clothing["slug"]})
    assert (response.status_code, response.get_json()["code"]) == (409, "slug_taken")


def test_unknown_category_can_not_be_changed(staff: Person) -> None:
    response = change(staff, {"id": 999_999}, {"name": "X"})
    assert (response.status_code, response.get_json()["code"]) == (404, "category_not_found")


def test_product_is_found_by_its_slugs(client: FlaskClient, staff: Person, lamp: JSON) -> None:
    assert lamp["slug"] == f"brass-lamp-p{lamp['id']}"
    assert client.get(f"/api/products/by-slug/{lamp['slug']}/").get_json() == lamp
    path = f"/api/products/{lamp['id']}/"
    body = {"slug": "diya", "meta_title": "A lamp", "meta_description": "Of brass."}
    edited = staff.client.patch(path, json=body, headers=staff.headers).get_json()
    assert {name: edited[name] for name in body} == body
    response = client.get("/api/products/by-slug/diya/")
    assert response.get_json() == edited
    etag = response.headers["ETag"]
    not_modified = client.get("/api/products/by-slug/diya/", headers={"If-None-Match": etag})
    assert not_modified.status_code == 304
    for former in (lamp["slug"], f"old-title-p{lamp['id']}"):
        moved = client.get(f"/api/products/by-slug/{former}/")
        assert (moved.status_code, moved.get_json()) == (301, {"slug": "diya"})
        assert moved.headers["Location"].endswith("/api/products/by-slug/diya/")
    assert [each["slug"] for each in client.get("/api/products/").get_json()] == ["diya"]
    assert client.get("/api/products/by-slug/unknown/").get_json()["code"] == "product_not_found"


def test_put_of_an_older_client_keeps_slug_and_texts(staff: Person, lamp: JSON) -> None:
    path = f"/api/products/{lamp['id']}/"
    body = {"slug": "diya", "meta_title": "A lamp", "meta_description": "Of brass."}
    staff.client.patch(path, json=body, headers=staff.headers)
    put = staff.client.put(path, json={"title": "Lamp", "price": "1.00"}, headers=staff.headers)
    assert {name: put.get_json()[name] for name in body} == body


def test_slug_of_a_product_is_unique_and_not_that_of_another_id(staff: Person, lamp: JSON) -> None:
    path = f"/api/products/{lamp['id']}/"
    staff.client.patch(path, json={"slug": "diya"}, headers=staff.headers)
    taken = staff.post("/api/products/", {"title": "Lamp", "price": "1.00", "slug": "diya"})
    assert (taken.status_code, taken.get_json()["code"]) == (409, "slug_taken")
    reserved = staff.client.patch(path, json={"slug": "lamp-p7"}, headers=staff.headers)
    assert (reserved.status_code, list(reserved.get_json()["errors"])) == (400, ["slug"])
