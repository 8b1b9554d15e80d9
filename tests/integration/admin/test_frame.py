"""Size limits, session cookie and proxy warning of the back office."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from injector import Injector
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from novacart.adapters.admin.staff_view import StaffView
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from tests.support.back_office import StaffClient, create_account, staff_client
from tests.support.builders.catalog import a_product, add_product
from tests.support.images import image_bytes

MakeApp = Callable[..., Flask]
MIB = 1024 * 1024


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """These tests do not depend on the kind of database."""
    return sqlite_url


@pytest.fixture
def product(injector: Injector) -> int:
    begin = injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
    return add_product(begin, a_product())


def padded_image(size: int) -> bytes:
    """Return an image of `size` bytes; what follows its pixels is ignored."""
    content = image_bytes(kind="PNG")
    return content + bytes(size - len(content))


def upload(field: str, content: bytes, name: str) -> dict[str, Any]:
    return {field: FileStorage(BytesIO(content), filename=name)}


def submit(staff: StaffClient, path: str, form: dict[str, Any]) -> TestResponse:
    """Post a form as bytes: the test client does not close the temporary file of a large one."""
    boundary, body = encode_multipart({"csrf_token": staff.csrf_token(), **form})
    content_type = f"multipart/form-data; boundary={boundary}"
    return staff.client.post(path, data=body, content_type=content_type)


def test_image_of_16_mib_is_accepted(owner: StaffClient, product: int) -> None:
    path = f"/admin/products/pictures/add/?id={product}"
    response = submit(owner, path, upload("pictures", padded_image(16 * MIB), "lamp.png"))
    assert response.status_code == 303
    assert any("was added" in message for message in owner.flash_messages())


@pytest.mark.parametrize(
    ("path", "form", "limit"),
    [
        (
            "/admin/products/pictures/add/?id=1",
            upload("pictures", bytes(97 * MIB), "a.png"),
            "96 MiB",
        ),
        ("/admin/products/import/", upload("file", bytes(129 * MIB), "products.csv"), "128 MiB"),
        ("/admin/categories/new/", upload("image", bytes(81 * MIB), "home.png"), "80 MiB"),
        ("/admin/orders/refund/?id=1", {"reason": "x" * 2 * MIB}, "1 MiB"),
        ("/admin/sign-in/", {"login": "x" * 2 * MIB}, "1 MiB"),
    ],
)
def test_larger_body_is_413_with_the_limit(
    owner: StaffClient, path: str, form: dict[str, Any], limit: str
) -> None:
    response = submit(owner, path, form)
    assert response.status_code == 413
    assert f"the limit here is {limit}" in response.text
    assert response.content_type.startswith("text/html")


def test_import_of_more_than_one_mib_is_read(owner: StaffClient) -> None:
    rows = "".join(f"Lamp {number},{'x' * 1300},10.00\n" for number in range(900))
    content = ("title,description,price\n" + rows).encode()
    assert len(content) > MIB
    response = submit(owner, "/admin/products/import/", upload("file", content, "products.csv"))
    assert response.status_code == 303
    assert "900 added" in owner.get(response.headers["Location"]).text


def test_session_cookie_has_the_host_prefix_in_production(make_app: MakeApp) -> None:
    app = make_app(DEBUG="False", TRUSTED_PROXIES="1")
    create_account(app.extensions["novacart.injector"], "owner")
    client = StaffClient(app)
    client.client.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"
    cookie = client.sign_in("owner-one").headers["Set-Cookie"]
    assert cookie.startswith("__Host-novacart_staff=")
    for attribute in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert attribute in cookie.split("; ")
    assert "Domain" not in cookie


def test_health_page_warns_of_an_untrusted_proxy(make_app: MakeApp) -> None:
    for trusted, is_shown in (("0", True), ("1", False)):
        app = make_app(TRUSTED_PROXIES=trusted)
        owner = staff_client(app, "owner" if is_shown else "manager")
        assert "TRUSTED_PROXIES" not in owner.get("/admin/health/").text
        forwarded = owner.client.get("/admin/health/", headers={"X-Forwarded-For": "198.51.100.7"})
        assert ("TRUSTED_PROXIES" in forwarded.text) == is_shown


@pytest.mark.parametrize(
    ("method", "path", "rejection", "status"),
    [
        ("GET", "/admin/", "busy", 503),
        ("GET", "/admin/sign-in/", "busy", 503),
        ("POST", "/admin/categories/new/", "timeout", 408),
        ("POST", "/admin/orders/", None, 405),
    ],
)
def test_request_that_the_server_rejects_is_answered_by_a_page(
    owner: StaffClient, method: str, path: str, rejection: str | None, status: int
) -> None:
    rejected = {"novacart.rejection": rejection}
    response = owner.client.open(path, method=method, environ_overrides=rejected)
    assert_error_page(response, status)


def assert_error_page(response: TestResponse, status: int) -> None:
    assert (response.status_code, response.mimetype) == (status, "text/html")
    assert "Back to the dashboard" in response.text
    assert response.headers["Cache-Control"] == "no-store"
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]


def test_unexpected_error_is_a_page_without_its_text(
    owner: StaffClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(StaffView, "_run_view", fail)
    response = owner.client.get("/admin/orders/")
    assert_error_page(response, 500)
    assert "a bug" not in response.text


@pytest.mark.parametrize("path", ["/admin/nothing/", "/admin/orders/nothing", "/admin/sign-in"])
def test_unknown_address_is_a_page_in_a_browser(make_app: MakeApp, path: str) -> None:
    client = make_app().test_client()
    response = client.get(path, headers={"Accept": "text/html,*/*;q=0.8"})
    assert_error_page(response, 404)
    assert "There is no page at this address." in response.text
    assert client.get(path).mimetype == "application/problem+json"
