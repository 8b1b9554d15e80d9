"""Forms of the back office that are sent twice, as by a double click without JavaScript."""

from io import BytesIO
from typing import Any, Final

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.support.back_office import StaffClient
from tests.support.databases import on_sqlite
from tests.support.images import image_bytes

KITE: Final = {"title": "Kite", "price": "100", "category_id": "", "stock": "5"}
LIST: Final = "/admin/products/"
CATEGORIES: Final = "/api/categories/"
BULK: Final = "/admin/products/action/"


def state(app: Flask, product: int) -> tuple[str, int, int]:
    """Price, stock and the number of pictures."""
    shown = app.test_client().get(f"/api/products/{product}/").get_json()
    return shown["price"], shown["stock"], len(shown["images"])


@on_sqlite
@pytest.mark.parametrize(
    ("page", "action", "typed", "once", "twice"),
    [
        (
            "/admin/products/details/?id={}",
            "/admin/products/stock/?id={}",
            {"delta": "2", "reason": "Delivery"},
            ("100.00", 7, 0),
            ("100.00", 9, 0),
        ),
        (
            "/admin/products/details/?id={}",
            "/admin/products/pictures/add/?id={}",
            {"pictures": [image_bytes("teal"), image_bytes("red")]},
            ("100.00", 5, 2),
            ("100.00", 5, 4),
        ),
        (
            LIST,
            BULK,
            {"action": "stock", "rowid": "{}", "delta": "2", "reason": "Delivery"},
            ("100.00", 7, 0),
            ("100.00", 9, 0),
        ),
        (
            LIST,
            BULK,
            {"action": "price", "rowid": "{}", "percent": "10"},
            ("110.00", 5, 0),
            ("121.00", 5, 0),
        ),
    ],
    ids=["stock", "pictures", "stock of the list", "price of the list"],
)
def test_form_that_is_sent_twice_is_applied_once(
    *,
    app: Flask,
    owner: StaffClient,
    page: str,
    action: str,
    typed: dict[str, Any],
    once: tuple[str, int, int],
    twice: tuple[str, int, int],
) -> None:
    response = owner.submit("/admin/products/new/", KITE)
    kite = int(response.headers["Location"].rpartition("=")[2])
    page, action = page.format(kite), action.format(kite)

    def send(hidden: dict[str, str]) -> None:
        fields = {
            name: value.format(kite)
            if isinstance(value, str)
            else [(BytesIO(content), "picture.png") for content in value]
            for name, value in typed.items()
        }
        owner.submit(action, hidden | fields)

    hidden = owner.hidden_fields(page, action)
    send(hidden)
    assert state(app, kite) == once
    send(hidden)
    assert state(app, kite) == once
    # The form of the page as it is now changes it again.
    send(owner.hidden_fields(page, action))
    assert state(app, kite) == twice


@on_sqlite
@pytest.mark.parametrize(
    ("page", "typed", "shown"),
    [
        ("/admin/products/new/", KITE, "/api/products/"),
        (
            "/admin/categories/new/",
            {"name": "Toys", "parent": "", "position": "0", "is_active": "y"},
            CATEGORIES,
        ),
    ],
)
def test_form_that_is_sent_twice_adds_once(
    app: Flask, owner: StaffClient, page: str, typed: dict[str, str], shown: str
) -> None:
    def added() -> int:
        return len(app.test_client().get(shown).get_json())

    hidden = owner.hidden_fields(page)
    first, second = (owner.submit(page, hidden | typed) for _ in range(2))
    assert first.status_code == second.status_code == 302, second.text
    assert first.headers["Location"] == second.headers["Location"]
    assert added() == 1
    owner.submit(page, owner.hidden_fields(page) | typed)
    assert added() == 2


@on_sqlite
def test_file_that_is_sent_twice_is_one_import(owner: StaffClient) -> None:
    page = "/admin/products/import/"

    def send(hidden: dict[str, str], content: bytes) -> TestResponse:
        file = (BytesIO(content), "kites.csv")
        return owner.submit(
            page, hidden | {"source": "generic", "default_stock": "0", "file": file}
        )

    kite = b"title,price\nKite,100\n"
    hidden = owner.hidden_fields(page)
    first, second = (send(hidden, kite) for _ in range(2))
    assert first.status_code == second.status_code == 303, second.text
    assert first.headers["Location"] == second.headers["Location"]
    assert "with other values" in send(hidden, b"title,price\nHat,100\n").text
    another = send(owner.hidden_fields(page), kite)
    assert another.headers["Location"] != first.headers["Location"]


@on_sqlite
def test_category_is_moved_once_by_a_button_that_is_pressed_twice(
    app: Flask, owner: StaffClient
) -> None:
    for name in ("One", "Two", "Three"):
        typed = {"name": name, "parent": "", "position": "0", "is_active": "y"}
        owner.submit("/admin/categories/new/", typed)
    owner.flash_messages()
    hidden = owner.hidden_fields("/admin/categories/tree/", "/admin/categories/move/")
    messages = []
    for _ in range(2):
        owner.submit("/admin/categories/move/", hidden | {"move": "down"})
        messages += owner.flash_messages()
    assert messages[0] == "The category was moved."
    assert "It was changed after you read it" in messages[1]
    listed = app.test_client().get(CATEGORIES).get_json()
    assert [each["name"] for each in listed] == ["Two", "One", "Three"]
