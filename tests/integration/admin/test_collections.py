"""Collections in the back office, checked through the API."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from injector import Injector
from werkzeug.test import TestResponse

from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.edit_collections import AddCollection, AddCollectionCommand
from novacart.domain.catalog.collection_details import CollectionDetails, CollectionRule
from tests.support.back_office import StaffClient
from tests.support.databases import on_sqlite
from tests.support.shoppers import new_product

FORM = {
    "name": "Gifts",
    "slug": "",
    "position": "0",
    "starts_at": "2026-01-01T00:00",
    "ends_at": "",
    "is_active": "y",
    "description": "For all ages.",
    "brands": "",
    "attributes": "",
    "category": "",
    "min_price": "",
    "max_price": "",
    "sort": "newest",
}


def api(app: Flask, path: str = "") -> Any:  # noqa: ANN401 (JSON)
    return app.test_client().get(f"/api/collections/{path}").get_json()


def picked(page: TestResponse) -> list[int]:
    ids = re.findall(r'name="product_ids" value="(\d+)"', page.text)
    return [int(product_id) for product_id in ids]


def test_products_are_found_and_picked_before_the_collection_is_saved(
    app: Flask, owner: StaffClient, injector: Injector
) -> None:
    lamp, kite, kettle = (new_product(injector, title=each) for each in ("Lamp", "Kite", "Kettle"))
    path, typed = "/admin/collections/new/", {**FORM, "name": "", "product_ids": [lamp, kite]}
    found = owner.submit(path, {**typed, "search": "ket", "find": "1"})
    assert "This field is required" not in found.text
    assert re.findall(r'name="add" value="(\d+)"', found.text) == [str(kettle)]
    for button, ids in (
        ({"add": kettle}, [lamp, kite, kettle]),
        ({"add": lamp}, [lamp, kite]),
        ({"remove": lamp}, [kite]),
        ({"move": f"{kite}:up"}, [kite, lamp]),
    ):
        assert picked(owner.submit(path, {**typed, **button})) == ids
    assert api(app) == []


def test_saved_and_picked_products_are_named_in_a_conflict(
    owner: StaffClient, injector: Injector
) -> None:
    lamp, kite = (new_product(injector, title=each) for each in ("Lamp", "Kite"))
    owner.submit("/admin/collections/new/", {**FORM, "product_ids": [lamp]})
    edited = {**FORM, "version": "0", "product_ids": [kite, lamp]}
    stale = owner.submit("/admin/collections/edit/?id=gifts", edited)
    assert '<th scope="row">Products</th><td>Lamp</td><td>Kite, Lamp</td>' in stale.text


def test_collection_is_added_and_edited(app: Flask, owner: StaffClient, injector: Injector) -> None:
    first, second = (new_product(injector, title=title) for title in ("Lamp", "Kite"))
    form = {**FORM, "product_ids": [second, first]}
    assert owner.submit("/admin/collections/new/", form).status_code == 302
    assert [each["id"] for each in api(app, "gifts/products/")] == [second, first]
    page = owner.get("/admin/collections/").text
    assert "2 picked" in page

    path = "/admin/collections/edit/?id=gifts"
    assert picked(owner.get(path)) == [second, first]
    by_rule = {**FORM, "version": "1", "max_price": "100.00", "brands": "Lamp\nKite"}
    assert owner.submit(path, by_rule).status_code == 302
    [collection] = api(app)
    assert collection["rule"]["brands"] == ["Lamp", "Kite"]
    assert collection["rule"]["max_price"] == "100.00"
    assert collection["starts_at"].startswith(("2025-12-31", "2026-01-01"))
    stale = owner.submit(path, {**by_rule, "name": "Presents"})
    assert "Someone else has changed this record" in stale.text
    assert '<th scope="row">Name</th><td>Gifts</td><td>Presents</td>' in stale.text
    assert 'value="Presents"' in stale.text


@on_sqlite
def test_times_of_clients_are_shown_and_kept(
    app: Flask, owner: StaffClient, injector: Injector
) -> None:
    details = CollectionDetails(
        name="Gifts",
        rule=CollectionRule(brands=("Lamp",)),
        starts_at=datetime(2026, 1, 1, 12, 0, 30, tzinfo=UTC),
        ends_at=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    )
    injector.get(AddCollection)(AddCollectionCommand(actor=SYSTEM, details=details))
    assert "31 Dec 9999" in owner.get("/admin/collections/").text
    path = "/admin/collections/edit/?id=gifts"
    page = owner.get(path).text
    times = {
        name: re.findall(rf'name="{name}"[^>]* value="([^"]*)"', page)[0]
        for name in ("starts_at", "ends_at")
    }
    assert times["ends_at"] == "9999-12-31T23:59:59"
    edited = {**FORM, "version": "1", "name": "Presents", "brands": "Lamp", **times}
    assert owner.submit(path, edited).status_code == 302
    [collection] = api(app)
    assert (collection["name"], collection["starts_at"]) == ("Presents", "2026-01-01T12:00:30Z")


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "This field is required"),
        ({"product_ids": "987654321"}, "There is no product 987654321."),
        ({"product_ids": "lamp"}, "could not be coerced"),
        ({"product_ids": str(2**63 - 1)}, "There is no product"),
        ({"product_ids": "1", "max_price": "5"}, "by hand or by a rule, not both"),
        ({"max_price": "x"}, "amount"),
        ({"attributes": "colour:Red"}, "Name the category that has the attributes."),
        ({"starts_at": "soon"}, "Enter a date and a time."),
        ({"ends_at": "2025-01-01T00:00"}, "The end is not after the start."),
    ],
)
def test_invalid_value_is_reported(
    app: Flask, owner: StaffClient, changes: dict[str, str], message: str
) -> None:
    response = owner.submit("/admin/collections/new/", {**FORM, **changes})
    assert response.status_code == 200
    assert message in response.text
    assert api(app) == []
