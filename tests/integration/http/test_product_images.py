"""A product's picture over HTTP: uploaded by staff, shown to everybody."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from novacart.adapters.imaging.image_processor import MAX_BYTES
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.entrypoints.settings import InvalidSetting
from tests.support.accounts import CheapPasswords, Person, a_customer, create_owner, sign_in
from tests.support.builders.catalog import a_product, details, stocked
from tests.support.fake_cloudinary import Cloud, Effect, FakeCloudinary
from tests.support.fake_cloudinary.fixtures import (
    API_KEY,
    API_SECRET,
    CLOUD,
    cloud,
    fake_cloudinary,
)
from tests.support.images import picture, png_claiming, size_of

__all__ = ["cloud", "fake_cloudinary"]

OLD = "/media/products/old.webp"
PATH = "/api/products/17/image/"
SHOWN = "http://localhost" + OLD
MakeApp = Callable[..., Flask]


def a_file(content: bytes, name: str = "lamp.webp", claimed: str = "image/webp") -> FileStorage:
    return FileStorage(BytesIO(content), filename=name, content_type=claimed)


@dataclass(frozen=True, kw_only=True)
class NovaCartFlask:
    """The shop with one lamp, and its owner."""

    client: FlaskClient
    owner: Person

    def upload(
        self, content: bytes, name: str = "lamp.png", claimed: str = "image/png", **headers: str
    ) -> TestResponse:
        return self.send({"image": a_file(content, name, claimed)}, **headers)

    def send(self, form: Mapping[str, Any], path: str = PATH, **headers: str) -> TestResponse:
        boundary, body = encode_multipart(form)
        return self.client.post(
            path,
            data=body,
            headers=self.owner.headers | {"-".join(k.split("_")): v for k, v in headers.items()},
            content_type=f"multipart/form-data; boundary={boundary}",
        )

    def lamp(self) -> TestResponse:
        return self.client.get("/api/products/17/")

    def look_at(self, address: str) -> TestResponse:
        return self.client.get(urlsplit(address).path, buffered=True)


def opened(app: Flask) -> NovaCartFlask:
    injector: Injector = app.extensions["novacart.injector"]
    begin = injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    stocked(begin, a_product(17, details(image=OLD)))
    create_owner(injector)
    client = app.test_client()
    return NovaCartFlask(client=client, owner=sign_in(client, "owner"))


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(CheapPasswords())


@pytest.fixture
def shop(app: Flask) -> NovaCartFlask:
    return opened(app)


def refused(answer: TestResponse, status: int, code: str) -> None:
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert answer.content_type == "application/problem+json"


def test_an_uploaded_picture_is_shown_at_once_and_the_earlier_one_for_ever(
    shop: NovaCartFlask,
) -> None:
    before = shop.lamp()
    first = shop.upload(picture("teal", kind="PNG"))
    assert first.status_code == 200, first.text
    body = first.get_json()
    assert body["image"].startswith("http://localhost/media/products/17-")
    assert shop.lamp().get_json() == body
    assert first.headers["ETag"] == shop.lamp().headers["ETag"] != before.headers["ETag"]

    shown = shop.look_at(body["image"])
    assert (shown.status_code, shown.content_type) == (200, "image/webp")
    assert size_of(shown.data) == (64, 48)
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in shown.headers["Cache-Control"]
    assert shown.headers.get("Cross-Origin-Resource-Policy", "cross-origin") == "cross-origin"

    second = shop.upload(picture("red", kind="JPEG"))
    assert second.get_json()["image"] != body["image"]
    assert shop.look_at(body["image"]).data == shown.data


def test_only_staff_give_a_product_a_picture(shop: NovaCartFlask) -> None:
    nobody = shop.client.post(PATH, data={"image": (BytesIO(picture()), "a.webp")})
    refused(nobody, 401, "not_authenticated")
    assert nobody.headers["WWW-Authenticate"].startswith("Bearer")
    customer = a_customer(shop.client)
    form = {"image": (BytesIO(picture()), "a.webp")}
    answer = shop.client.post(PATH, data=form, headers=customer.headers)
    refused(answer, 403, "permission_denied")
    assert shop.lamp().get_json()["image"] == SHOWN


def test_a_product_that_is_not_there_is_not_found(shop: NovaCartFlask) -> None:
    form = {"image": a_file(picture())}
    refused(shop.send(form, "/api/products/404/image/"), 404, "product_not_found")
    shop.owner.delete("/api/products/17/")
    refused(shop.upload(picture()), 404, "product_not_found")


def test_an_editor_who_read_an_older_state_is_told(shop: NovaCartFlask) -> None:
    tag = shop.lamp().headers["ETag"]
    assert shop.upload(picture("teal"), If_Match=tag).status_code == 200
    refused(shop.upload(picture("red"), If_Match=tag), 412, "stale_version")
    assert shop.upload(picture("red"), If_Match=shop.lamp().headers["ETag"]).status_code == 200
    refused(shop.upload(picture("red"), If_Match='"nonsense"'), 412, "precondition_failed")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"lamp",
        SVG,
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        b"<html><body>lamp</body></html>",
        SVG + picture(kind="PNG"),
        picture(kind="PNG")[:60],
        png_claiming(50_000, 50_000),
        picture(size=(8, 8)),
        picture(kind="PNG") + bytes(MAX_BYTES),
    ],
    ids=[
        "nothing", "text", "svg", "gif", "html", "svg before a png", "half a png",
        "a bomb of pixels", "too small", "too many bytes",
    ],
)  # fmt: skip
def test_what_is_not_a_picture_for_a_shop_is_refused_and_the_old_one_stays(
    shop: NovaCartFlask, content: bytes
) -> None:
    answer = shop.upload(content)
    refused(answer, 400, "invalid_value")
    [sentence] = answer.get_json()["errors"]["image"]
    assert sentence
    assert shop.lamp().get_json()["image"] == SHOWN


def test_neither_the_name_nor_the_claimed_type_counts(shop: NovaCartFlask, tmp_path: Path) -> None:
    references = set()
    for name in (
        "../../etc/passwd",
        "C:\\lamp.png",
        "/etc/lamp.svg",
        "lámp\u202egnp.exe",
        "a" * 9000,
    ):
        answer = shop.upload(picture(), name, "image/svg+xml")
        assert answer.status_code == 200, answer.text
        references.add(answer.get_json()["image"])
    assert len(references) == 1
    written = [path for path in tmp_path.rglob("*") if path.suffix in {".webp", ".png", ".svg"}]
    assert [path.parent for path in written] == [tmp_path / "var" / "media" / "products"]


def test_what_rides_behind_a_picture_is_left_behind(shop: NovaCartFlask) -> None:
    polyglot = picture(kind="PNG") + b"PK\x03\x04<script>alert(1)</script>"
    shown = shop.look_at(shop.upload(polyglot).get_json()["image"])
    assert size_of(shown.data) == (64, 48)
    assert b"script" not in shown.data
    assert b"PK\x03\x04" not in shown.data


def test_a_form_holds_exactly_one_file(shop: NovaCartFlask) -> None:
    two = [a_file(picture()), a_file(picture())]
    for form in ({}, {"image": "text"}, {"photo": a_file(picture())}, {"image": two}):
        answer = shop.send(form)
        refused(answer, 400, "invalid_value")
        assert answer.get_json()["image"]


@pytest.mark.parametrize("content_type", ["application/json", "image/png", "text/plain", ""])
def test_another_type_of_body_is_not_taken(shop: NovaCartFlask, content_type: str) -> None:
    answer = shop.client.post(
        PATH, data=picture(), headers=shop.owner.headers, content_type=content_type
    )
    refused(answer, 415, "unsupported_media_type")
    assert answer.headers["Accept"] == "multipart/form-data"


def test_a_form_without_its_boundary_holds_nothing(shop: NovaCartFlask) -> None:
    answer = shop.client.post(
        PATH, data=picture(), headers=shop.owner.headers, content_type="multipart/form-data"
    )
    refused(answer, 400, "invalid_value")


def test_this_route_takes_pictures_and_no_more_while_others_stay_small(shop: NovaCartFlask) -> None:
    refused(shop.upload(bytes(MAX_BYTES + 128 * 1024)), 413, "request_entity_too_large")
    big = shop.owner.patch("/api/products/17/", {"description": "x" * (2 * 1024 * 1024)})
    refused(big, 413, "request_entity_too_large")
    assert shop.lamp().get_json()["image"] == SHOWN


def test_the_document_says_how_to_send_a_picture(client: FlaskClient) -> None:
    document = client.get("/api/openapi.json").get_json()
    operation = document["paths"]["/api/products/{product_id}/image/"]["post"]
    form = operation["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert form["properties"]["image"]["format"] == "binary"
    assert {"200", "400", "401", "403", "404", "409", "412", "413", "415", "503"} <= set(
        operation["responses"]
    )


def at_cloudinary(server: FakeCloudinary) -> dict[str, str]:
    return {
        "CLOUDINARY_CLOUD_NAME": CLOUD,
        "CLOUDINARY_API_KEY": API_KEY,
        "CLOUDINARY_API_SECRET": API_SECRET,
        "CLOUDINARY_UPLOAD_PREFIX": server.url,
    }


def test_a_shop_with_an_account_keeps_its_pictures_at_cloudinary(
    make_app: MakeApp, fake_cloudinary: FakeCloudinary, cloud: Cloud
) -> None:
    shop = opened(make_app(CheapPasswords(), **at_cloudinary(fake_cloudinary)))
    body = shop.upload(picture("teal", kind="PNG")).get_json()
    assert body["image"].startswith(f"https://res.cloudinary.com/{CLOUD}/image/upload/v")
    assert shop.lamp().get_json()["image"] == body["image"]
    bought = fake_cloudinary.shown(body["image"])
    shop.upload(picture("red", kind="PNG"))
    assert fake_cloudinary.shown(body["image"]) == bought
    shop.owner.delete("/api/products/17/")
    assert len(cloud.assets) == 2


def test_an_order_shows_the_picture_that_was_bought(
    make_app: MakeApp, fake_cloudinary: FakeCloudinary
) -> None:
    shop = opened(make_app(CheapPasswords(), **at_cloudinary(fake_cloudinary)))
    bought = shop.upload(picture("teal")).get_json()["image"]
    then = fake_cloudinary.shown(bought)
    asha = a_customer(shop.client)
    asha.post("/api/cart/add/", {"product_id": 17})
    order = asha.post("/api/orders/create/")
    assert order.status_code == 201, order.text
    shop.upload(picture("red"))
    shop.owner.delete("/api/products/17/")
    [line] = asha.get(f"/api/orders/{order.get_json()['id']}/").get_json()["items"]
    assert line["product_image"] == bought
    assert fake_cloudinary.shown(bought) == then


@pytest.mark.parametrize("effect", ["server_error", "garbage", "cut", "unauthorized", "rate_limit"])
def test_an_upload_that_fails_half_way_can_be_tried_again_later(
    make_app: MakeApp, fake_cloudinary: FakeCloudinary, effect: Effect
) -> None:
    shop = opened(make_app(CheapPasswords(), **at_cloudinary(fake_cloudinary)))
    before = shop.lamp()
    fake_cloudinary.fault(effect, stored=True)
    answer = shop.upload(picture())
    refused(answer, 503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert shop.lamp().get_json() == before.get_json()
    assert shop.upload(picture(), If_Match=before.headers["ETag"]).status_code == 200


def test_half_an_account_stops_the_start(make_app: MakeApp) -> None:
    with pytest.raises(InvalidSetting, match="Set CLOUDINARY_API_SECRET"):
        make_app(CLOUDINARY_CLOUD_NAME=CLOUD, CLOUDINARY_API_KEY=API_KEY)
