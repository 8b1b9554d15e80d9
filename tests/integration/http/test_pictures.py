"""Pictures of products over HTTP, as staff edit them and customers see them."""

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from injector import Injector
from werkzeug.test import TestResponse

from novacart.adapters.persistence.database import Database
from novacart.application.catalog.remove_unused_images import RemoveUnusedImages
from novacart.application.ports.image_removals import ShownImages
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.picture import MAX_PICTURES
from tests.integration.http.test_product_images import MakeApp, Shop, assert_problem, make_shop
from tests.support.accounts import CheapPasswords, a_customer
from tests.support.builders.catalog import (
    NOON,
    a_product,
    a_variant,
    add_product,
    an_option,
    details,
)
from tests.support.databases import on_sqlite
from tests.support.images import image_bytes, size_of
from tests.support.query_counter import counted_statements
from tests.support.shoppers import Shopper

LAMP = "/api/products/17/"
SHIRT = "/api/products/18/"
MEDIUM = 21


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(CheapPasswords())


@pytest.fixture
def injector(app: Flask) -> Injector:
    injector: Injector = app.extensions["novacart.injector"]
    return injector


@pytest.fixture
def shop(app: Flask, injector: Injector) -> Shop:
    """A lamp with an image elsewhere, and a shirt in S and M without pictures."""
    shop = make_shop(app)
    shirt = a_product(18, details(title="Shirt"))
    size = an_option(100, "Size", "S", "M")
    shirt.add_option(size, existing="S", at=NOON)
    shirt.add_variants([a_variant(MEDIUM, {size.id: size.values[1].id})], at=NOON)
    add_product(injector.get(UnitOfWorkFactory), shirt)  # type: ignore[type-abstract]
    return shop


def add(shop: Shop, path: str = SHIRT, colour: str = "teal", **headers: str) -> TestResponse:
    form = {"image": (BytesIO(image_bytes(colour, size=(1600, 800))), "a.webp"), "alt": colour}
    return shop.client.post(
        path + "images/",
        data=form,
        headers=shop.owner.headers | {"-".join(k.split("_")): v for k, v in headers.items()},
    )


def send(
    shop: Shop, method: str, path: str, body: dict[str, Any] | None = None, etag: str = ""
) -> TestResponse:
    headers = {**shop.owner.headers, **({"If-Match": etag} if etag else {})}
    return shop.client.open(path, method=method, json=body, headers=headers)


def images(shop: Shop, path: str = SHIRT) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = shop.client.get(path).get_json()["images"]
    return listed


def ids(shop: Shop, path: str = SHIRT) -> list[int]:
    return [each["id"] for each in images(shop, path)]


def test_picture_is_served_in_three_sizes(shop: Shop) -> None:
    response = add(shop)
    assert response.status_code == 201, response.text
    assert response.get_json() == shop.client.get(SHIRT).get_json()
    assert response.headers["ETag"] == shop.client.get(SHIRT).headers["ETag"]
    [picture] = images(shop)
    assert (picture["width"], picture["height"], picture["alt"]) == (1600, 800, "teal")
    assert shop.client.get(SHIRT).get_json()["image"] == picture["src"]
    sizes = [entry.split(" ") for entry in picture["srcset"].split(", ")]
    assert [width for _, width in sizes] == ["400w", "1200w", "1600w"]
    assert sizes[-1][0] == picture["src"]
    for url, width in sizes:
        image = shop.fetch(url)
        assert (image.status_code, image.content_type) == (200, "image/webp")
        assert size_of(image.data) == (int(width[:-1]), int(width[:-1]) // 2)


def test_cart_order_and_suggestions_have_the_sizes_of_the_picture(shop: Shop) -> None:
    add(shop)
    [picture] = images(shop)
    asha = Shopper(shop.client)
    asha.add(18)
    [line] = asha.cart()
    assert line["product_image_srcset"] == picture["srcset"]
    suggestions = shop.client.get("/api/products/search/suggestions/?q=shirt").get_json()
    assert [each["image_srcset"] for each in suggestions] == [picture["srcset"]]
    asha.order()
    [item] = asha.person.get("/api/orders/latest/").get_json()["items"]
    assert item["product_image_srcset"] == picture["srcset"]


def test_v1_image_is_the_first_picture_and_its_text_is_the_title(shop: Shop) -> None:
    [picture] = images(shop, LAMP)
    assert picture["src"] == shop.lamp().get_json()["image"]
    assert (picture["alt"], picture["srcset"], picture["width"]) == ("Brass lamp", None, None)
    add(shop, LAMP)
    assert [each["alt"] for each in images(shop, LAMP)] == ["Brass lamp", "teal"]
    assert shop.lamp().get_json()["image"] == picture["src"]


def test_pictures_are_arranged_described_bound_and_removed(shop: Shop) -> None:
    for colour in ("teal", "red", "gold"):
        add(shop, colour=colour)
    teal, red, gold = ids(shop)
    arranged = send(shop, "PUT", SHIRT + "images/order/", {"images": [gold, teal, red]})
    assert arranged.status_code == 200
    assert [each["id"] for each in arranged.get_json()["images"]] == [gold, teal, red]
    body = {"alt": "Front", "variants": [MEDIUM]}
    changed = send(shop, "PATCH", f"{SHIRT}images/{gold}/", body).get_json()
    assert (changed["images"][0]["alt"], changed["images"][0]["variants"]) == ("Front", [MEDIUM])
    assert changed["image"] == changed["images"][0]["src"]
    assert [each["image"] for each in changed["variants"]] == [None, changed["image"]]
    removed = send(shop, "DELETE", f"{SHIRT}images/{gold}/")
    assert removed.status_code == 200
    assert [each["id"] for each in removed.get_json()["images"]] == [teal, red]
    assert [each["image"] for each in removed.get_json()["variants"]] == [None, None]
    assert removed.get_json()["image"] == removed.get_json()["images"][0]["src"]


def test_list_shows_another_first_picture_at_once(shop: Shop) -> None:
    add(shop)
    add(shop, colour="red")
    teal, red = ids(shop)

    def listed() -> str:
        products = shop.client.get("/api/products/").get_json()
        image: str = next(each["image"] for each in products if each["id"] == 18)
        return image

    assert listed() == images(shop)[0]["src"]
    send(shop, "PUT", SHIRT + "images/order/", {"images": [red, teal]})
    assert listed() == images(shop)[0]["src"]


def test_stale_gallery_is_412_but_a_changed_price_is_not(shop: Shop) -> None:
    add(shop)
    [picture] = ids(shop)
    etag = shop.client.get(SHIRT).headers["ETag"]
    assert send(shop, "PATCH", SHIRT, {"price": "700.00"}, etag).status_code == 200
    path = f"{SHIRT}images/{picture}/"
    assert send(shop, "PATCH", path, {"alt": "Front"}, etag).status_code == 200
    assert_problem(send(shop, "PATCH", path, {"alt": "Back"}, etag), 412, "stale_version")
    assert_problem(send(shop, "DELETE", path, etag=etag), 412, "stale_version")
    order = {"images": [picture]}
    arranged = send(shop, "PUT", SHIRT + "images/order/", order, etag)
    assert_problem(arranged, 412, "stale_version")
    assert_problem(add(shop, If_Match=etag), 412, "stale_version")
    assert_problem(send(shop, "DELETE", path, etag='"1"'), 412, "stale_version")
    current = shop.client.get(SHIRT).headers["ETag"]
    assert send(shop, "DELETE", path, etag=current).status_code == 200


def test_edited_text_does_not_make_a_change_of_the_price_stale(shop: Shop) -> None:
    add(shop)
    [picture] = ids(shop)
    etag = shop.client.get(SHIRT).headers["ETag"]
    send(shop, "PATCH", f"{SHIRT}images/{picture}/", {"alt": "Front"})
    assert shop.client.get(SHIRT).headers["ETag"] != etag
    assert send(shop, "PATCH", SHIRT, {"price": "700.00"}, etag).status_code == 200


@on_sqlite
@pytest.mark.parametrize(
    ("method", "path", "body", "problem"),
    [
        ("PATCH", "/api/products/404/images/1/", {"alt": ""}, (404, "product_not_found")),
        ("PATCH", SHIRT + "images/404/", {"alt": ""}, (404, "picture_not_found")),
        ("PATCH", SHIRT + "images/{picture}/", {"variants": [404]}, (404, "variant_not_found")),
        ("PATCH", SHIRT + "images/{picture}/", {"variants": [17]}, (404, "variant_not_found")),
        ("PATCH", SHIRT + "images/{picture}/", {"alt": "a" * 501}, (400, "invalid_value")),
        ("PATCH", SHIRT + "images/{picture}/", {"alt": None}, (400, "invalid_value")),
        ("DELETE", SHIRT + "images/404/", None, (404, "picture_not_found")),
        ("DELETE", LAMP + "images/{picture}/", None, (404, "picture_not_found")),
        ("PUT", SHIRT + "images/order/", {"images": []}, (400, "invalid_value")),
        ("PUT", SHIRT + "images/order/", {"images": [404]}, (400, "invalid_value")),
        ("PUT", "/api/products/404/images/order/", {"images": []}, (404, "product_not_found")),
    ],
)
def test_rejected_edit_changes_nothing(
    shop: Shop, method: str, path: str, body: dict[str, Any] | None, problem: tuple[int, str]
) -> None:
    add(shop)
    before = images(shop)
    response = send(shop, method, path.format(picture=before[0]["id"]), body)
    assert_problem(response, *problem)
    assert images(shop) == before


@on_sqlite
def test_incomplete_order_is_an_error_of_its_member(shop: Shop) -> None:
    add(shop)
    problem = send(shop, "PUT", SHIRT + "images/order/", {"images": [404]}).get_json()
    assert problem["errors"] == {"images": ["Name each picture of the product once."]}


def test_customers_can_not_edit_pictures(shop: Shop) -> None:
    customer = a_customer(shop.client)
    form = {"image": (BytesIO(image_bytes()), "a.webp")}
    response = shop.client.post(SHIRT + "images/", data=form, headers=customer.headers)
    assert_problem(response, 403, "permission_denied")
    assert images(shop) == []


def test_number_of_pictures_is_limited(shop: Shop) -> None:
    form = {"image": (BytesIO(image_bytes()), "a.webp")}
    for _ in range(MAX_PICTURES):
        form = {"image": (BytesIO(image_bytes()), "a.webp")}
        shop.client.post(SHIRT + "images/", data=form, headers=shop.owner.headers)
    response = add(shop)
    assert_problem(response, 409, "catalog_limit_reached")
    assert response.get_json()["limit"] == MAX_PICTURES
    assert len(ids(shop)) == MAX_PICTURES


def test_page_with_pictures_takes_one_statement(shop: Shop, injector: Injector) -> None:
    add(shop, LAMP)
    for expected in (2, 1):  # the page is kept in memory
        with counted_statements(injector.get(Database)) as statements:
            assert len(shop.lamp().get_json()["images"]) == 2
        assert len(statements) <= expected


def test_order_keeps_an_image_that_the_product_no_longer_has(
    shop: Shop, injector: Injector
) -> None:
    add(shop)
    image = images(shop)[0]["src"]
    asha = Shopper(shop.client)
    order = asha.ordered(18, address_id=asha.address)
    assert order["items"][0]["product_image"] == image
    send(shop, "DELETE", f"{SHIRT}images/{ids(shop)[0]}/")
    reference = image.removeprefix("http://localhost")
    shown = injector.get(ShownImages)  # type: ignore[type-abstract]
    assert shown.among([reference, "/media/other.webp"]) == {reference}
    assert shown.among([]) == set()
    # Nothing is due yet.
    assert injector.get(RemoveUnusedImages)() == 0
    assert shop.fetch(image).status_code == 200
