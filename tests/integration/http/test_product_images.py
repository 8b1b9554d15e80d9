"""Images of products over HTTP."""

import re
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
from tests.support.builders.catalog import a_product, add_product, details
from tests.support.databases import on_sqlite
from tests.support.fake_cloudinary import Cloud, Effect, FakeCloudinary
from tests.support.fake_cloudinary.fixtures import (
    API_KEY,
    API_SECRET,
    CLOUD,
    cloud,
    fake_cloudinary,
)
from tests.support.images import image_bytes, png_claiming, size_of

__all__ = ["cloud", "fake_cloudinary"]

OLD = "/media/products/old.webp"
PATH = "/api/products/17/image/"
OLD_URL = "http://localhost" + OLD
MakeApp = Callable[..., Flask]


def image_file(
    content: bytes, name: str = "lamp.webp", media_type: str = "image/webp"
) -> FileStorage:
    return FileStorage(BytesIO(content), filename=name, content_type=media_type)


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A client of an app with one product, and its owner."""

    client: FlaskClient
    owner: Person

    def upload(
        self, content: bytes, name: str = "lamp.png", media_type: str = "image/png", **headers: str
    ) -> TestResponse:
        return self.send({"image": image_file(content, name, media_type)}, **headers)

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

    def fetch(self, url: str) -> TestResponse:
        return self.client.get(urlsplit(url).path, buffered=True)


def make_shop(app: Flask) -> Shop:
    injector: Injector = app.extensions["novacart.injector"]
    begin = injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    add_product(begin, a_product(17, details(image=OLD)))
    create_owner(injector)
    client = app.test_client()
    return Shop(client=client, owner=sign_in(client, "owner"))


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(CheapPasswords())


@pytest.fixture
def shop(app: Flask) -> Shop:
    return make_shop(app)


def assert_problem(response: TestResponse, status: int, code: str) -> None:
    assert (response.status_code, response.get_json()["code"]) == (status, code)
    assert response.content_type == "application/problem+json"


def test_uploaded_image_is_served_and_the_old_one_stays(
    shop: Shop,
) -> None:
    before = shop.lamp()
    first = shop.upload(image_bytes("teal", kind="PNG"))
    assert first.status_code == 200, first.text
    body = first.get_json()
    assert body["image"].startswith("http://localhost/media/products/17/")
    assert shop.lamp().get_json() == body
    assert first.headers["ETag"] == shop.lamp().headers["ETag"] != before.headers["ETag"]

    image = shop.fetch(body["image"])
    assert (image.status_code, image.content_type) == (200, "image/webp")
    assert size_of(image.data) == (64, 48)
    assert image.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in image.headers["Cache-Control"]
    assert image.headers.get("Cross-Origin-Resource-Policy", "cross-origin") == "cross-origin"

    second = shop.upload(image_bytes("red", kind="JPEG"))
    assert second.get_json()["image"] != body["image"]
    assert shop.fetch(body["image"]).data == image.data


def test_upload_requires_staff(shop: Shop) -> None:
    anonymous = shop.client.post(PATH, data={"image": (BytesIO(image_bytes()), "a.webp")})
    assert_problem(anonymous, 401, "not_authenticated")
    assert anonymous.headers["WWW-Authenticate"].startswith("Bearer")
    customer = a_customer(shop.client)
    form = {"image": (BytesIO(image_bytes()), "a.webp")}
    response = shop.client.post(PATH, data=form, headers=customer.headers)
    assert_problem(response, 403, "permission_denied")
    assert shop.lamp().get_json()["image"] == OLD_URL


def test_unknown_or_archived_product_is_404(shop: Shop) -> None:
    form = {"image": image_file(image_bytes())}
    assert_problem(shop.send(form, "/api/products/404/image/"), 404, "product_not_found")
    shop.owner.delete("/api/products/17/")
    assert_problem(shop.upload(image_bytes()), 404, "product_not_found")


def test_stale_if_match_is_412(shop: Shop) -> None:
    tag = shop.lamp().headers["ETag"]
    assert shop.upload(image_bytes("teal"), If_Match=tag).status_code == 200
    assert_problem(shop.upload(image_bytes("red"), If_Match=tag), 412, "stale_version")
    assert shop.upload(image_bytes("red"), If_Match=shop.lamp().headers["ETag"]).status_code == 200
    assert_problem(
        shop.upload(image_bytes("red"), If_Match='"nonsense"'), 412, "precondition_failed"
    )


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@on_sqlite
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"lamp",
        SVG,
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        b"<html><body>lamp</body></html>",
        SVG + image_bytes(kind="PNG"),
        image_bytes(kind="PNG")[:60],
        png_claiming(50_000, 50_000),
        image_bytes(size=(8, 8)),
        image_bytes(kind="PNG") + bytes(MAX_BYTES),
    ],
    ids=[
        "empty", "text", "svg", "gif", "html", "svg before png", "truncated png",
        "decompression bomb", "too small", "too many bytes",
    ],
)  # fmt: skip
def test_invalid_image_is_400_and_keeps_the_old_image(shop: Shop, content: bytes) -> None:
    response = shop.upload(content)
    assert_problem(response, 400, "invalid_value")
    [message] = response.get_json()["errors"]["image"]
    assert message
    assert shop.lamp().get_json()["image"] == OLD_URL


def test_file_name_and_declared_type_are_ignored(shop: Shop, tmp_path: Path) -> None:
    references = set()
    for name in (
        "../../etc/passwd",
        "C:\\lamp.png",
        "/etc/lamp.svg",
        "lámp\u202egnp.exe",
        "a" * 9000,
    ):
        response = shop.upload(image_bytes(), name, "image/svg+xml")
        assert response.status_code == 200, response.text
        references.add(response.get_json()["image"])
    assert all(
        re.fullmatch(r"http://localhost/media/products/17/\d+-[0-9a-f]{24}\.webp", reference)
        for reference in references
    )
    written = [path for path in tmp_path.rglob("*") if path.suffix in {".webp", ".png", ".svg"}]
    assert {path.parent for path in written} == {tmp_path / "var" / "media" / "products" / "17"}


def test_data_appended_to_an_image_is_removed(shop: Shop) -> None:
    polyglot = image_bytes(kind="PNG") + b"PK\x03\x04<script>alert(1)</script>"
    image = shop.fetch(shop.upload(polyglot).get_json()["image"])
    assert size_of(image.data) == (64, 48)
    assert b"script" not in image.data
    assert b"PK\x03\x04" not in image.data


def test_form_must_contain_exactly_one_file(shop: Shop) -> None:
    two = [image_file(image_bytes()), image_file(image_bytes())]
    for form in ({}, {"image": "text"}, {"photo": image_file(image_bytes())}, {"image": two}):
        response = shop.send(form)
        assert_problem(response, 400, "invalid_value")
        assert response.get_json()["image"]


@on_sqlite
@pytest.mark.parametrize("content_type", ["application/json", "image/png", "text/plain", ""])
def test_other_content_type_is_415(shop: Shop, content_type: str) -> None:
    response = shop.client.post(
        PATH, data=image_bytes(), headers=shop.owner.headers, content_type=content_type
    )
    assert_problem(response, 415, "unsupported_media_type")
    assert response.headers["Accept"] == "multipart/form-data"


def test_form_without_a_boundary_is_400(shop: Shop) -> None:
    response = shop.client.post(
        PATH, data=image_bytes(), headers=shop.owner.headers, content_type="multipart/form-data"
    )
    assert_problem(response, 400, "invalid_value")


def test_body_limit_of_uploads_is_larger_than_of_other_routes(shop: Shop) -> None:
    assert_problem(shop.upload(bytes(MAX_BYTES + 128 * 1024)), 413, "request_entity_too_large")
    big = shop.owner.patch("/api/products/17/", {"description": "x" * (2 * 1024 * 1024)})
    assert_problem(big, 413, "request_entity_too_large")
    assert shop.lamp().get_json()["image"] == OLD_URL


def test_openapi_documents_the_multipart_form(client: FlaskClient) -> None:
    document = client.get("/api/openapi.json").get_json()
    operation = document["paths"]["/api/products/{product_id}/image/"]["post"]
    form = operation["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert form["properties"]["image"]["format"] == "binary"
    assert {"200", "400", "401", "403", "404", "409", "412", "413", "415", "503"} <= set(
        operation["responses"]
    )


def cloudinary_settings(server: FakeCloudinary) -> dict[str, str]:
    return {
        "CLOUDINARY_CLOUD_NAME": CLOUD,
        "CLOUDINARY_API_KEY": API_KEY,
        "CLOUDINARY_API_SECRET": API_SECRET,
        "CLOUDINARY_UPLOAD_PREFIX": server.url,
    }


def test_images_are_stored_at_cloudinary_with_an_account(
    make_app: MakeApp, fake_cloudinary: FakeCloudinary, cloud: Cloud
) -> None:
    shop = make_shop(make_app(CheapPasswords(), **cloudinary_settings(fake_cloudinary)))
    body = shop.upload(image_bytes("teal", kind="PNG")).get_json()
    assert body["image"].startswith(f"https://res.cloudinary.com/{CLOUD}/image/upload/v")
    assert shop.lamp().get_json()["image"] == body["image"]
    old = fake_cloudinary.fetch(body["image"])
    shop.upload(image_bytes("red", kind="PNG"))
    assert fake_cloudinary.fetch(body["image"]) == old
    shop.owner.delete("/api/products/17/")
    assert len(cloud.assets) == 2


def test_order_keeps_the_image_of_the_time_of_purchase(
    make_app: MakeApp, fake_cloudinary: FakeCloudinary
) -> None:
    shop = make_shop(make_app(CheapPasswords(), **cloudinary_settings(fake_cloudinary)))
    bought = shop.upload(image_bytes("teal")).get_json()["image"]
    old = fake_cloudinary.fetch(bought)
    asha = a_customer(shop.client)
    asha.post("/api/cart/add/", {"product_id": 17})
    order = asha.post("/api/orders/create/")
    assert order.status_code == 201, order.text
    shop.upload(image_bytes("red"))
    shop.owner.delete("/api/products/17/")
    [line] = asha.get(f"/api/orders/{order.get_json()['id']}/").get_json()["items"]
    assert line["product_image"] == bought
    assert fake_cloudinary.fetch(bought) == old


@pytest.mark.parametrize("effect", ["server_error", "garbage", "cut", "unauthorized", "rate_limit"])
def test_failed_upload_is_503_and_can_be_repeated(
    make_app: MakeApp, fake_cloudinary: FakeCloudinary, effect: Effect
) -> None:
    shop = make_shop(make_app(CheapPasswords(), **cloudinary_settings(fake_cloudinary)))
    before = shop.lamp()
    fake_cloudinary.fault(effect, stored=True)
    response = shop.upload(image_bytes())
    assert_problem(response, 503, "unavailable")
    assert int(response.headers["Retry-After"]) > 0
    assert shop.lamp().get_json() == before.get_json()
    assert shop.upload(image_bytes(), If_Match=before.headers["ETag"]).status_code == 200


def test_incomplete_account_setting_raises(make_app: MakeApp) -> None:
    with pytest.raises(InvalidSetting, match="Set CLOUDINARY_API_SECRET"):
        make_app(CLOUDINARY_CLOUD_NAME=CLOUD, CLOUDINARY_API_KEY=API_KEY)
