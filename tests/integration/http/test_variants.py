"""Options and variants, from staff's routes to the order of a customer."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector
from werkzeug.test import TestResponse

from novacart.adapters.persistence.database import Database
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import ProductId
from tests.support.accounts import CheapPasswords, Person, create_owner, sign_in
from tests.support.builders.catalog import NOON, a_variant, an_option
from tests.support.checkout import ADDRESS
from tests.support.databases import on_sqlite
from tests.support.query_counter import counted_statements
from tests.support.shoppers import Shopper

SHIRT: dict[str, Any] = {"sku": "SH-S", "title": "Shirt", "price": "499.00", "stock": 5}
GTIN = "4006381333931"


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app(CheapPasswords())


@pytest.fixture
def staff(client: FlaskClient, injector: Injector) -> Person:
    create_owner(injector, "keeper")
    return sign_in(client, "keeper")


@pytest.fixture
def shirt(staff: Person) -> dict[str, Any]:
    """A shirt in size S, the default, and in size M."""
    product = staff.post("/api/products/", SHIRT).get_json()
    path = f"/api/products/{product['id']}/"
    option = {"name": "Size", "values": ["S", "M", "L"], "existing": "S"}
    sized = staff.post(f"{path}options/", option)
    assert sized.status_code == 201, sized.text
    [size] = sized.get_json()["options"]
    medium = staff.post(
        f"{path}variants/",
        {
            "sku": "SH-M",
            "barcode": GTIN,
            "price": "549.00",
            "compare_at_price": "699.00",
            "weight": 250,
            "stock": 7,
            "values": [{"option": size["id"], "value": size["values"][1]["id"]}],
        },
    )
    assert medium.status_code == 201, medium.text
    assert medium.headers["ETag"] == medium.get_json()["etag"]
    shown: dict[str, Any] = staff.get(path).get_json()
    return shown


def write(
    staff: Person, method: str, path: str, body: object = None, etag: str | None = None
) -> TestResponse:
    headers = staff.headers | ({"If-Match": etag} if etag else {})
    return staff.client.open(path, method=method, json=body, headers=headers)


def test_detail_shows_options_and_variants(shirt: dict[str, Any]) -> None:
    [size] = shirt["options"]
    assert (size["name"], [each["value"] for each in size["values"]]) == ("Size", ["S", "M", "L"])
    small, medium = shirt["variants"]
    assert (small["id"], small["sku"], small["options"]) == (shirt["id"], "SH-S", "Size: S")
    assert small["is_default"]
    assert medium == {
        "id": medium["id"],
        "sku": "SH-M",
        "barcode": GTIN,
        "price": "549.00",
        "compare_at_price": "699.00",
        "lowest_price_30_days": None,
        "weight": 250,
        "image": None,
        "stock": 7,
        "options": "Size: M",
        "values": [{"option": size["id"], "value": size["values"][1]["id"]}],
        "is_default": False,
        "etag": medium["etag"],
    }
    # Version 1 shows the default variant.
    assert (shirt["sku"], shirt["price"], shirt["stock"]) == ("SH-S", "499.00", 5)


def test_product_without_options_has_one_variant(staff: Person) -> None:
    product = staff.post("/api/products/", {"title": "Kite", "price": "200", "stock": 3}).get_json()
    [variant] = product["variants"]
    assert (variant["id"], variant["price"], variant["stock"]) == (product["id"], "200.00", 3)
    assert (product["options"], variant["options"], variant["values"]) == ([], "", [])


def test_etag_covers_the_stock_of_each_variant(staff: Person, shirt: dict[str, Any]) -> None:
    path = f"/api/products/{shirt['id']}/"
    before = staff.get(path).headers["ETag"]
    medium = shirt["variants"][1]
    changed = write(staff, "PATCH", f"/api/variants/{medium['id']}/", {"stock": 9}, medium["etag"])
    assert (changed.status_code, changed.get_json()["stock"]) == (200, 9)
    assert staff.get(path).headers["ETag"] != before


def test_stale_change_of_a_variant_is_refused(staff: Person, shirt: dict[str, Any]) -> None:
    small, medium = shirt["variants"]
    path = f"/api/variants/{medium['id']}/"
    assert write(staff, "PATCH", path, {"price": "10.00"}, medium["etag"]).status_code == 200
    stale = write(staff, "PATCH", path, {"price": "20.00"}, medium["etag"])
    assert (stale.status_code, stale.get_json()["code"]) == (412, "stale_version")
    # Another variant of the same product is not stale.
    other = write(
        staff, "PATCH", f"/api/variants/{small['id']}/", {"price": "30.00"}, small["etag"]
    )
    assert other.status_code == 200
    assert staff.get(f"/api/products/{shirt['id']}/").get_json()["price"] == "30.00"


@on_sqlite
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"sku": "SH-S"}, 409, "sku_taken"),
        ({"barcode": "4006381333932"}, 400, "invalid_value"),
        ({"compare_at_price": "1.00"}, 400, "invalid_value"),
        ({"price": "0"}, 400, "invalid_value"),
        ({"values": []}, 400, "invalid_value"),
        ({"values": [{"option": 1, "value": 2}]}, 404, "option_not_found"),
    ],
)
def test_bad_change_of_a_variant_is_refused(
    staff: Person, shirt: dict[str, Any], body: dict[str, Any], status: int, code: str
) -> None:
    medium = shirt["variants"][1]
    refused = write(staff, "PATCH", f"/api/variants/{medium['id']}/", body)
    assert (refused.status_code, refused.get_json()["code"]) == (status, code)
    assert staff.get(f"/api/products/{shirt['id']}/").get_json() == shirt


@on_sqlite
def test_missing_value_of_an_option_is_an_error_of_the_member_values(
    staff: Person, shirt: dict[str, Any]
) -> None:
    medium = shirt["variants"][1]
    for refused in (
        write(staff, "PATCH", f"/api/variants/{medium['id']}/", {"values": []}),
        staff.post(f"/api/products/{shirt['id']}/variants/", {"price": "500"}),
    ):
        assert refused.status_code == 400
        assert refused.get_json()["errors"] == {"values": ["Choose a value of Size."]}


@on_sqlite
@pytest.mark.parametrize(
    ("option", "field"),
    [
        ({"name": "Colour", "values": [], "existing": "Red"}, "values"),
        ({"name": "Colour", "values": [" "], "existing": "Red"}, "values"),
        ({"name": "Colour", "values": [*map(str, range(251))], "existing": "1"}, "values"),
        ({"name": "Colour", "values": ["Red"], "existing": ""}, "existing"),
        ({"name": "Colour", "values": ["Red"]}, "existing"),
        ({"name": "Colour", "values": ["Red"], "existing": "Blue"}, "existing"),
        ({"name": "size", "values": ["S"], "existing": "S"}, "name"),
    ],
)
def test_bad_option_is_refused(
    staff: Person, shirt: dict[str, Any], option: dict[str, Any], field: str
) -> None:
    refused = staff.post(f"/api/products/{shirt['id']}/options/", option)
    assert (refused.status_code, refused.get_json()["code"]) == (400, "invalid_value")
    assert list(refused.get_json()["errors"]) == [field]
    assert staff.get(f"/api/products/{shirt['id']}/").get_json() == shirt


def test_sku_of_another_product_is_refused(staff: Person, shirt: dict[str, Any]) -> None:
    staff.post("/api/products/", {"title": "Kite", "price": "200", "sku": "K-1"})
    [size] = shirt["options"]
    large = [{"option": size["id"], "value": size["values"][2]["id"]}]
    body = {"sku": "K-1", "price": "500", "values": large}
    refused = staff.post(f"/api/products/{shirt['id']}/variants/", body)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "sku_taken")


def test_variant_of_another_product_is_not_the_default(
    staff: Person, shirt: dict[str, Any]
) -> None:
    kite = staff.post("/api/products/", {"title": "Kite", "price": "200"}).get_json()
    path = f"/api/products/{kite['id']}/default-variant/"
    refused = write(staff, "PUT", path, {"variant_id": shirt["variants"][1]["id"]})
    assert (refused.status_code, refused.get_json()["code"]) == (404, "variant_not_found")


def test_more_than_a_thousand_variants_are_refused(
    staff: Person, injector: Injector, shirt: dict[str, Any]
) -> None:
    begin = injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    colours = an_option(9000, "Colour", *map(str, range(100)))
    shades = an_option(9200, "Shade", *map(str, range(11)))
    with begin() as work:
        product = work.products.get_for_update(ProductId(shirt["id"]))
        product.add_option(colours, existing="0", at=NOON)
        product.add_option(shades, existing="0", at=NOON)
        size = product.options[0]
        combinations = [
            {size.id: size.values[2].id, colours.id: colour.id, shades.id: shade.id}
            for colour in colours.values
            for shade in shades.values
        ]
        variants = [a_variant(10_000 + n, each) for n, each in enumerate(combinations[:998])]
        product.add_variants(variants, at=NOON)
        work.products.save(product)
        work.stock.open(dict.fromkeys([each.id for each in variants], 0), reason="New", at=NOON)
        work.commit()
    values = [{"option": key, "value": value} for key, value in combinations[998].items()]
    body = {"price": "500", "values": values}
    refused = staff.post(f"/api/products/{shirt['id']}/variants/", body)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "catalog_limit_reached")
    assert len(staff.get(f"/api/products/{shirt['id']}/").get_json()["variants"]) == 1000


def test_combination_of_another_variant_is_refused(staff: Person, shirt: dict[str, Any]) -> None:
    small, medium = shirt["variants"]
    refused = write(staff, "PATCH", f"/api/variants/{medium['id']}/", {"values": small["values"]})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "duplicate_combination")


def test_two_values_of_one_option_are_refused(staff: Person, shirt: dict[str, Any]) -> None:
    [size] = shirt["options"]
    values = [{"option": size["id"], "value": each["id"]} for each in size["values"][1:]]
    body = {"price": "500", "values": values}
    refused = staff.post(f"/api/products/{shirt['id']}/variants/", body)
    assert refused.status_code == 400
    assert refused.get_json()["errors"] == {"values": ["Name each option once."]}
    assert len(staff.get(f"/api/products/{shirt['id']}/").get_json()["variants"]) == 2


def test_default_variant_is_archived_only_after_another_is_named(
    staff: Person, shirt: dict[str, Any]
) -> None:
    small, medium = shirt["variants"]
    path = f"/api/variants/{small['id']}/"
    refused = write(staff, "DELETE", path)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "variant_is_default")
    product = f"/api/products/{shirt['id']}/"
    named = write(staff, "PUT", f"{product}default-variant/", {"variant_id": medium["id"]})
    body = named.get_json()
    assert (body["price"], body["stock"], body["sku"]) == ("549.00", 7, "SH-M")
    assert write(staff, "DELETE", path).status_code == 204
    assert [each["id"] for each in staff.get(product).get_json()["variants"]] == [medium["id"]]
    assert write(staff, "POST", f"{path}restore/").status_code == 200
    assert len(staff.get(product).get_json()["variants"]) == 2


def test_customer_buys_a_variant(client: FlaskClient, shirt: dict[str, Any]) -> None:
    medium = shirt["variants"][1]
    asha = Shopper(client)
    added = asha.person.post("/api/cart/add/", {"variant_id": medium["id"], "quantity": 2})
    assert added.status_code == 200, added.text
    # A client of version 1 adds the default variant, in another line.
    assert asha.person.post("/api/cart/add/", {"product_id": shirt["id"]}).status_code == 200
    first, second = asha.cart()
    assert first["variant"] == {"id": medium["id"], "sku": "SH-M", "options": "Size: M"}
    assert (first["product"], first["product_price"], first["stock"]) == (shirt["id"], "549.00", 7)
    assert (second["variant"]["id"], second["product_price"]) == (shirt["id"], "499.00")
    address = asha.person.post("/api/addresses/", ADDRESS).get_json()["id"]
    order = asha.person.post(
        "/api/orders/create/", {"address_id": address, "payment_method": "COD"}
    )
    assert order.status_code == 201, order.text
    shown = asha.person.get("/api/orders/latest/").get_json()
    assert [item["variant"] for item in shown["items"]] == [first["variant"], second["variant"]]
    assert shown["total_amount"] == "1597.00"


def test_variant_of_another_product_is_not_added(
    client: FlaskClient, staff: Person, shirt: dict[str, Any]
) -> None:
    kite = staff.post("/api/products/", {"title": "Kite", "price": "200", "stock": 3}).get_json()
    asha = Shopper(client)
    body = {"product_id": kite["id"], "variant_id": shirt["variants"][1]["id"]}
    refused = asha.person.post("/api/cart/add/", body)
    assert (refused.status_code, refused.get_json()["code"]) == (404, "variant_not_found")
    assert asha.cart() == []


def test_archived_variant_leaves_carts_and_wishlists(
    client: FlaskClient, staff: Person, shirt: dict[str, Any]
) -> None:
    medium = shirt["variants"][1]
    asha = Shopper(client)
    asha.person.post("/api/products/wishlist/", {"variant_id": medium["id"]})
    [wished] = asha.person.get("/api/products/wishlist/").get_json()
    assert wished["variant"] == {"id": medium["id"], "options": "Size: M"}
    asha.person.post("/api/cart/add/", {"variant_id": medium["id"]})
    assert asha.person.get("/api/products/wishlist/").get_json() == []
    write(staff, "DELETE", f"/api/variants/{medium['id']}/")
    assert asha.cart() == []
    refused = asha.person.post("/api/cart/add/", {"variant_id": medium["id"]})
    assert refused.get_json()["code"] == "variant_not_found"


def test_options_are_renamed_and_removed(staff: Person, shirt: dict[str, Any]) -> None:
    [size] = shirt["options"]
    path = f"/api/products/{shirt['id']}/options/{size['id']}/"
    renamed = write(staff, "PATCH", path, {"name": "Fit"}).get_json()
    assert [each["options"] for each in renamed["variants"]] == ["Fit: S", "Fit: M"]
    used = write(staff, "DELETE", f"{path}values/{size['values'][1]['id']}/")
    assert (used.status_code, used.get_json()["code"]) == (409, "option_value_in_use")
    removed = write(staff, "DELETE", f"{path}values/{size['values'][2]['id']}/").get_json()
    assert [each["value"] for each in removed["options"][0]["values"]] == ["S", "M"]
    more = write(staff, "POST", f"{path}values/", {"value": "XL"}).get_json()
    assert [each["value"] for each in more["options"][0]["values"]] == ["S", "M", "XL"]
    duplicate = write(staff, "DELETE", path)
    assert (duplicate.status_code, duplicate.get_json()["code"]) == (409, "duplicate_combination")
    assert duplicate.get_json()["detail"].startswith("Without this option, several variants would")


def test_search_finds_a_product_by_the_sku_of_a_variant(
    staff: Person, shirt: dict[str, Any]
) -> None:
    for typed in ("SH-M", GTIN):
        found = staff.get(f"/api/products/?search={typed}").get_json()
        assert [each["id"] for each in found] == [shirt["id"]], typed


def test_statements_of_a_product_page(
    client: FlaskClient, injector: Injector, staff: Person, shirt: dict[str, Any]
) -> None:
    kite = staff.post("/api/products/", {"title": "Kite", "price": "200"}).get_json()
    for product, to_load in ((kite, 1), (shirt, 3)):
        staff.patch(f"/api/products/{product['id']}/", {"subtitle": "of another version"})
        for expected in (1 + to_load, 1):
            with counted_statements(injector.get(Database)) as statements:
                assert client.get(f"/api/products/{product['id']}/").status_code == 200
            assert len(statements) == expected
