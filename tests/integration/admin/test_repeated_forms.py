"""Forms of the back office that are sent twice, as by a double click without JavaScript."""

from io import BytesIO
from typing import Any, Final

import pytest
from flask import Flask

from tests.support.back_office import StaffClient
from tests.support.databases import on_sqlite
from tests.support.images import image_bytes

KITE: Final = {"title": "Kite", "price": "100", "category_id": "", "stock": "5"}
LIST: Final = "/admin/products/"
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
def test_form_that_is_sent_twice_changes_once(
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
