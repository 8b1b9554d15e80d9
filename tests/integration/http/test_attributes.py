"""Attributes of categories, their values on products, and facets."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector

from novacart.domain.catalog.attribute_details import MAX_ATTRIBUTES
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
def coats(staff: Person) -> JSON:
    """A category in another one, which has a colour; coats also have a weight."""
    clothing = add_category(staff, "Clothing")
    coats = add_category(staff, "Coats", parent=clothing["id"])
    colour = [{"value": text} for text in ("Red", "Blue")]
    add_attribute(staff, clothing, name="Colour", type="choice", choices=colour)
    add_attribute(staff, coats, name="Weight", type="number", unit="kg")
    add_attribute(staff, coats, name="Lined", type="boolean")
    return coats


def add_category(staff: Person, name: str, **members: object) -> JSON:
    response = staff.post("/api/categories/", {"name": name, **members})
    assert response.status_code == 201, response.text
    category: JSON = response.get_json()
    return category


def add_attribute(staff: Person, category: JSON, **body: object) -> JSON:
    response = staff.post(f"/api/categories/{category['id']}/attributes/", body)
    assert response.status_code == 201, response.text
    attribute: JSON = response.get_json()
    assert response.headers["ETag"] == attribute["etag"]
    return attribute


def written(values: JSON) -> list[JSON]:
    return [{"code": code, "value": value} for code, value in values.items()]


def add_coat(staff: Person, coats: JSON, price: str, **attributes: object) -> JSON:
    body = {
        "title": "Coat",
        "price": price,
        "category": coats["id"],
        "attributes": written(attributes),
    }
    response = staff.post("/api/products/", {**body, "brand": "Ana", "stock": 3})
    assert response.status_code == 201, response.text
    product: JSON = response.get_json()
    return product


def attributes_of(client: FlaskClient, category: JSON) -> list[JSON]:
    attributes: list[JSON] = client.get(f"/api/categories/{category['id']}/attributes/").get_json()
    return attributes


def send(
    staff: Person, method: str, path: str, body: JSON | None = None, if_match: str | None = None
) -> Any:  # noqa: ANN401 (the test client's own)
    headers = staff.headers | ({"If-Match": if_match} if if_match else {})
    return staff.client.open(path, method=method, json=body, headers=headers)


def path_of(attribute: JSON) -> str:
    return f"/api/categories/{attribute['category']}/attributes/{attribute['id']}/"


def test_attributes_of_a_category_are_listed(client: FlaskClient, coats: JSON) -> None:
    colour, weight, lined = attributes_of(client, coats)
    assert colour == {
        "id": colour["id"],
        "category": coats["parent"],
        "code": "colour",
        "name": "Colour",
        "type": "choice",
        "unit": None,
        "choices": [
            {"id": choice["id"], "value": text}
            for choice, text in zip(colour["choices"], ("Red", "Blue"), strict=True)
        ],
        "filterable": True,
        "position": 0,
        "etag": '"1"',
    }
    assert (weight["code"], weight["type"], weight["unit"]) == ("weight", "number", "kg")
    assert (lined["code"], lined["category"]) == ("lined", coats["id"])
    response = client.get("/api/categories/999/attributes/")
    assert (response.status_code, response.get_json()["code"]) == (404, "category_not_found")


def test_attribute_is_edited_with_if_match(client: FlaskClient, staff: Person, coats: JSON) -> None:
    colour = attributes_of(client, coats)[0]
    red, blue = colour["choices"]
    body = {
        "name": "Tone",
        "choices": [{"id": blue["id"], "value": "Navy"}, red, {"value": "Green"}],
    }
    response = send(staff, "PATCH", path_of(colour), body, colour["etag"])
    assert response.status_code == 200, response.text
    edited = response.get_json()
    assert (edited["name"], edited["etag"]) == ("Tone", '"2"')
    assert [each["value"] for each in edited["choices"]] == ["Navy", "Red", "Green"]
    response = send(staff, "PATCH", path_of(colour), {"name": "Hue"}, colour["etag"])
    assert (response.status_code, response.get_json()["code"]) == (412, "stale_version")


def test_product_shows_its_attributes(client: FlaskClient, staff: Person, coats: JSON) -> None:
    coat = add_coat(staff, coats, "100.00", colour="red", weight=1.5, lined=True)
    path = f"/api/products/{coat['id']}/"
    response = client.get(path)
    assert response.get_json()["attributes"] == [
        {"code": "colour", "name": "Colour", "type": "choice", "unit": None, "value": "Red"},
        {"code": "weight", "name": "Weight", "type": "number", "unit": "kg", "value": 1.5},
        {"code": "lined", "name": "Lined", "type": "boolean", "unit": None, "value": True},
    ]
    colour = attributes_of(client, coats)[0]
    send(staff, "PATCH", path_of(colour), {"name": "Tone"})
    again = client.get(path, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 200
    assert again.get_json()["attributes"][0]["name"] == "Tone"
    # Clients that know no attributes keep them.
    body = {"title": "Warm coat", "price": "100.00", "category": coats["id"]}
    response = send(staff, "PUT", path, body, again.headers["ETag"])
    assert response.status_code == 200
    assert len(response.get_json()["attributes"]) == 3
    # Clients send what they read.
    whole = client.get(path)
    response = send(staff, "PUT", path, whole.get_json(), whole.headers["ETag"])
    assert (response.status_code, response.get_json()) == (200, whole.get_json())
    response = send(staff, "PATCH", path, {"attributes": written({"lined": None, "weight": 2})})
    shown = {each["code"]: each["value"] for each in response.get_json()["attributes"]}
    assert shown == {"colour": "Red", "weight": 2}


@on_sqlite
@pytest.mark.parametrize(
    ("attributes", "field"),
    [
        ({"colour": "Pink"}, "attributes.colour"),
        ({"weight": "2"}, "attributes.weight"),
        ({"weight": 1e300}, "attributes.weight"),
        ({"lined": 1}, "attributes.lined"),
        ({"size": "M"}, "attributes.size"),
        ({"lined": [True]}, "attributes"),
        ({"colour": "\0"}, "attributes"),
    ],
)
def test_invalid_value_is_400(staff: Person, coats: JSON, attributes: JSON, field: str) -> None:
    body = {
        "title": "Coat",
        "price": "1.00",
        "category": coats["id"],
        "attributes": written(attributes),
    }
    response = staff.post("/api/products/", body)
    assert response.status_code == 400, response.text
    assert field in response.get_json()["errors"]


def test_value_that_is_given_twice_is_400(staff: Person, coats: JSON) -> None:
    body = {"title": "Coat", "price": "1.00", "category": coats["id"]}
    values = [*written({"colour": "Red"}), *written({"colour": "Blue"})]
    response = staff.post("/api/products/", {**body, "attributes": values})
    assert response.status_code == 400
    assert response.get_json()["errors"] == {"attributes": ["Name each attribute once."]}


@on_sqlite
@pytest.mark.parametrize(
    "body",
    [
        {"name": "Size", "type": "choice"},
        {"name": "Size", "unit": "cm"},
        {"name": "Size", "type": "unknown"},
        {"name": ""},
        {"name": "Size", "code": "Not a code"},
        {"name": "Size", "type": "choice", "choices": [{"value": "M"}, {"value": "m"}]},
        {"name": "Size", "type": "choice", "choices": [{"id": 999, "value": "M"}]},
    ],
)
def test_invalid_attribute_is_400(staff: Person, coats: JSON, body: JSON) -> None:
    response = staff.post(f"/api/categories/{coats['id']}/attributes/", body)
    assert (response.status_code, response.get_json()["code"]) == (400, "invalid_value")


@on_sqlite
def test_error_of_an_item_of_a_list_names_the_item(staff: Person, coats: JSON) -> None:
    body = {"name": "Size", "type": "choice", "choices": [{"value": "M"}, "L"]}
    response = staff.post(f"/api/categories/{coats['id']}/attributes/", body)
    assert response.get_json()["choices"] == ["“L”: Invalid input type."]


@on_sqlite
def test_error_of_an_item_that_is_not_text_has_its_position(staff: Person, coats: JSON) -> None:
    body = {"title": "Coat", "price": "1.00", "category": coats["id"], "tags": ["a", "\ud800"]}
    # Flask's client can't encode it.
    response = staff.client.post(
        "/api/products/",
        data=json.dumps(body),
        content_type="application/json",
        headers=staff.headers,
    )
    assert response.status_code == 400
    assert response.get_json()["tags"] == ["item 2: It contains characters that can't be stored."]


def test_edits_that_would_lose_values_are_refused(
    client: FlaskClient, staff: Person, coats: JSON
) -> None:
    coat = add_coat(staff, coats, "100.00", colour="Red", weight=1)
    colour, weight, _ = attributes_of(client, coats)
    toys = add_category(staff, "Toys")

    def refused(method: str, path: str, body: JSON | None = None) -> str:
        response = send(staff, method, path, body)
        assert response.status_code == 409, response.text
        code: str = response.get_json()["code"]
        return code

    blue = {"choices": [{"value": "Blue"}]}
    assert refused("PATCH", path_of(colour), blue) == "attribute_choice_in_use"
    assert refused("DELETE", path_of(weight)) == "attribute_in_use"
    assert refused("PATCH", path_of(weight), {"unit": "g"}) == "attribute_in_use"
    moved = {"category": toys["id"]}
    assert refused("PATCH", f"/api/products/{coat['id']}/", moved) == "attribute_not_in_category"
    response = send(staff, "PATCH", f"/api/products/{coat['id']}/", moved)
    assert response.get_json()["attributes"] == ["colour", "weight"]
    assert (
        refused("PATCH", f"/api/categories/{coats['id']}/", {"parent": None}) == "attribute_in_use"
    )
    taken = {"name": "Weight"}
    of_clothing = f"/api/categories/{coats['parent']}/attributes/"
    assert refused("POST", of_clothing, taken) == "attribute_code_taken"
    moved["attributes"] = written({"colour": None, "weight": None})
    assert send(staff, "PATCH", f"/api/products/{coat['id']}/", moved).status_code == 200
    assert send(staff, "DELETE", path_of(weight), None, '"7"').status_code == 412
    assert send(staff, "DELETE", path_of(weight), None, weight["etag"]).status_code == 204
    assert send(staff, "DELETE", path_of(weight)).status_code == 404


def test_attributes_of_a_hidden_category_are_404_for_customers(
    client: FlaskClient, staff: Person, coats: JSON
) -> None:
    path = f"/api/categories/{coats['id']}/attributes/"
    colour, *_ = attributes_of(client, coats)
    hidden = {"is_active": False}
    assert send(staff, "PATCH", f"/api/categories/{coats['parent']}/", hidden).status_code == 200
    response = client.get(path)
    assert (response.status_code, response.get_json()["code"]) == (404, "category_not_found")
    assert send(staff, "PATCH", path_of(colour), {"name": "Tone"}).status_code == 200


def test_unknown_category_and_attribute_are_404(staff: Person, coats: JSON) -> None:
    response = send(staff, "POST", "/api/categories/999/attributes/", {"name": "Size"})
    assert (response.status_code, response.get_json()["code"]) == (404, "category_not_found")
    path = f"/api/categories/{coats['id']}/attributes/999/"
    response = send(staff, "PATCH", path, {"name": "Size"})
    assert (response.status_code, response.get_json()["code"]) == (404, "attribute_not_found")


def test_category_is_not_moved_to_an_attribute_of_the_same_code(staff: Person, coats: JSON) -> None:
    furniture = add_category(staff, "Furniture")
    add_attribute(staff, furniture, name="Weight", type="number")
    path = f"/api/categories/{coats['id']}/"
    response = send(staff, "PATCH", path, {"parent": furniture["id"]})
    assert (response.status_code, response.get_json()["code"]) == (409, "attribute_code_taken")


def test_number_of_attributes_is_limited(
    staff: Person, coats: JSON, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Coats have a colour, a weight and a lining.
    monkeypatch.setattr("novacart.domain.catalog.category_attributes.MAX_ATTRIBUTES", 3)
    path = f"/api/categories/{coats['parent']}/attributes/"
    response = send(staff, "POST", path, {"name": "Size"})
    assert (response.status_code, response.get_json()["code"]) == (409, "catalog_limit_reached")


def test_lists_are_filtered_by_attributes(client: FlaskClient, staff: Person, coats: JSON) -> None:
    red = add_coat(staff, coats, "100.00", colour="Red", weight=1)["id"]
    blue = add_coat(staff, coats, "200.00", colour="Blue", weight=2.5)["id"]
    plain = add_coat(staff, coats, "300.00")["id"]

    def ids(query: str) -> list[int]:
        response = client.get(f"/api/products/?sort=price&{query}")
        assert response.status_code == 200, response.text
        return [each["id"] for each in response.get_json()]

    assert ids("category=coats") == [red, blue, plain]
    assert ids("category=coats&attribute=colour:Red") == [red]
    assert ids("category=coats&attribute=colour:red&attribute=colour:blue") == [red, blue]
    assert ids("category=coats&attribute=weight:2..") == [blue]
    assert ids("category=coats&attribute=colour:Red&attribute=weight:2..") == []
    assert ids("category=clothing&attribute=colour:Blue") == [blue]
    assert ids("attribute=colour:Blue") == []
    response = client.get("/api/products/?category=coats&attribute=colour:Red&count=true")
    assert response.headers["X-Total-Count"] == "1"
    page = client.get(
        "/api/products/?category=clothing&attribute=colour:Red&attribute=colour:Blue&limit=1"
    )
    following = page.headers["Link"].partition(">")[0].removeprefix("<")
    assert [each["id"] for each in client.get(following).get_json()] == [red]


@pytest.mark.usefixtures("coats")
@pytest.mark.parametrize(
    "value",
    [
        *("colour", "weight:x", "weight:1..x", "weight:nan", "weight:1e30", "weight:1e9999999"),
        *("weight:2..1", "weight:..", "weight:1..2..3", "colour:\0", "colour:" + "x" * 10_000),
    ],
)
def test_invalid_filter_is_400(client: FlaskClient, value: str) -> None:
    for path in ("/api/products/", "/api/products/facets/"):
        response = client.get(f"{path}?category=coats&attribute={quote(value)}")
        assert response.status_code == 400, response.text
        assert list(response.get_json()["errors"]) == ["attribute"]


@pytest.mark.usefixtures("coats")
def test_number_of_filters_is_limited(client: FlaskClient) -> None:
    filters = "&".join(f"attribute=colour:{number}" for number in range(MAX_ATTRIBUTES + 1))
    for path in ("/api/products/", "/api/products/facets/"):
        response = client.get(f"{path}?category=coats&{filters}")
        assert (response.status_code, list(response.get_json()["errors"])) == (400, ["attribute"])


def test_facets_count_products(client: FlaskClient, staff: Person, coats: JSON) -> None:
    add_coat(staff, coats, "100.00", colour="Red", weight=1, lined=True)
    add_coat(staff, coats, "200.00", colour="Blue", weight=2.5)
    response = client.get("/api/products/facets/?category=coats")
    assert response.get_json() == {
        "count": 2,
        "estimated": [],
        "brands": [{"title": "Ana", "count": 2}],
        "categories": [],
        "price": {"min_price": "100.00", "max_price": "200.00"},
        "on_sale": 0,
        "in_stock": 2,
        "available": 2,
        "attributes": [
            {
                "code": "colour",
                "name": "Colour",
                "type": "choice",
                "unit": None,
                "count": 2,
                "values": [{"value": "Red", "count": 1}, {"value": "Blue", "count": 1}],
                "min": None,
                "max": None,
            },
            {
                "code": "weight",
                "name": "Weight",
                "type": "number",
                "unit": "kg",
                "count": 2,
                "values": [],
                "min": 1,
                "max": 2.5,
            },
            {
                "code": "lined",
                "name": "Lined",
                "type": "boolean",
                "unit": None,
                "count": 1,
                "values": [{"value": True, "count": 1}],
                "min": None,
                "max": None,
            },
        ],
    }
    unchanged = client.get(
        "/api/products/facets/?category=coats", headers={"If-None-Match": response.headers["ETag"]}
    )
    assert unchanged.status_code == 304
    facets = client.get("/api/products/facets/?category=clothing&attribute=colour:Red").get_json()
    assert (facets["count"], facets["categories"]) == (
        1,
        [{"name": "Coats", "slug": "coats", "count": 1}],
    )
    assert facets["attributes"][0]["values"] == [
        {"value": "Red", "count": 1},
        {"value": "Blue", "count": 1},
    ]
