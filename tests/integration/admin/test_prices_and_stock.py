"""Price history, and the stock explained by its ledger, in the back office."""

import html
import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from tests.support.back_office import StaffClient, staff_client
from tests.support.clock import SetClock
from tests.support.shoppers import Shopper

# The shop's time zone unless a setting says otherwise.
ZONE = ZoneInfo("Asia/Kolkata")
_TAG = re.compile(r"<[^>]+>")
_ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)


def plain(markup: str) -> str:
    """The text with one space between words."""
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())


def rows(page: str, section: str) -> list[str]:
    """The rows of the table of a section, without its heading."""
    start = page.index(f'<h2 id="{section}">')
    return [plain(row) for row in _ROW.findall(page[start : page.index("</section>", start)])][1:]


def local(at: datetime) -> str:
    """As a `datetime-local` input sends it."""
    return at.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M:%S")


@pytest.fixture
def kite(owner: StaffClient) -> int:
    """A kite for 499.00, with 60 units."""
    new = {"title": "Kite", "sku": "K-1", "price": "499", "category_id": "", "stock": "60"}
    response = owner.submit("/admin/products/new/", new)
    owner.flash_messages()
    return int(response.headers["Location"].rpartition("=")[2])


def reduce_price(app: Flask, clock: SetClock, kite: int) -> StaffClient:
    """Reduce the price by 10 % two days later, within a second."""
    clock.move(days=2, milliseconds=838)
    manager = staff_client(app, "manager")
    form = {"action": "price", "rowid": str(kite), "percent": "-10"}
    assert manager.submit("/admin/products/action/", form).status_code == 303
    return manager


def test_price_history_is_shown(app: Flask, clock: SetClock, kite: int) -> None:
    manager = reduce_price(app, clock, kite)
    page = manager.get(f"/admin/products/details/?id={kite}").text
    newest, first = rows(page, "price-history")
    assert re.fullmatch(r"16 Mar 2026, 14:56:53 ₹449\.10 – manager-one", newest)
    assert re.fullmatch(r"14 Mar 2026, 14:56:53 ₹499\.00 – owner-one", first)


def test_price_on_a_date(app: Flask, clock: SetClock, kite: int) -> None:
    added = clock.now()
    manager = reduce_price(app, clock, kite)
    for at, expected in (
        ("2026-03-14T14:56:52", "No price of this time is known."),
        (local(added), "Kite ₹499.00, since 14 Mar 2026, 14:56:53"),
        ("2026-03-16T14:56", "Kite ₹499.00, since 14 Mar 2026, 14:56:53"),
        (local(clock.now()), "Kite ₹449.10, since 16 Mar 2026, 14:56:53"),
        ("yesterday", "Enter a date and a time."),
        ("9999-99-99T00:00", "Enter a date and a time."),
        ("0001-01-01T00:00", "Enter a date and a time."),
    ):
        page = manager.get(f"/admin/products/details/?id={kite}&at={at}")
        assert expected in plain(page.text), at


def test_stock_is_explained_to_the_unit(
    app: Flask, owner: StaffClient, clock: SetClock, kite: int
) -> None:
    path = f"/admin/products/stock-ledger/?id={kite}"
    added = clock.now()
    clock.move(minutes=5, milliseconds=500)
    asha = Shopper(app.test_client())
    asha.add(kite, 2)
    ordered = asha.order().get_json()
    clock.move(minutes=5)
    owner.submit(f"/admin/products/stock/?id={kite}", {"delta": "-11", "reason": "Water damage"})

    page = owner.get(path).text
    assert "Why is the stock 47?" in plain(page)
    assert "49 on hand − 2 reserved = 47 available" in plain(page)
    assert rows(page, "totals") == [
        "Adjusted by staff or imports 2 +49 +0",
        "Reserved by new orders 1 +0 +2",
        "Sum 3 49 2",
    ]
    number = ordered["number"]
    assert rows(page, "reservations") == [f"{number} 2"]
    assert f'href="/admin/orders/details/?id={ordered["id"]}"' in page
    damage, order, first = rows(page, "ledger")
    assert "Water damage -11 +0 49 − 2 = 47 owner-one" in damage
    assert f"Reserve: order {number} +0 +2 60 − 2 = 58 asha" in order
    # A role that may not read customers does not see their names.
    _, order, _ = rows(staff_client(app, "catalog").get(path).text, "ledger")
    assert "= 58 user:" in order
    assert "Initial stock +60 +0 60 − 0 = 60 owner-one" in first
    assert f"/admin/audit/?search=variant:{kite}" in html.unescape(page).replace("%3A", ":")

    before = owner.get(f"{path}&at={local(added)}").text
    assert "Why is the stock 60?" in plain(before)
    assert len(rows(before, "ledger")) == 1
    assert "No units are reserved." in plain(before)
    order_placed = plain(owner.get(f"{path}&at=2026-03-14T15:01:53").text)
    assert "Why is the stock 58? Kite (K-1), on 14 Mar 2026, 15:01:53" in order_placed
    never = owner.get(f"{path}&at=2020-01-01T00:00").text
    assert "Why is the stock 0?" in plain(never)


@pytest.mark.parametrize("query", ["&variant=99", "&variant=x", "&page=7", "&page=-1", "&at=x"])
def test_stock_ledger_with_an_odd_query(owner: StaffClient, kite: int, query: str) -> None:
    response = owner.get(f"/admin/products/stock-ledger/?id={kite}{query}")
    assert response.status_code == (404 if query == "&variant=99" else 200)


def test_support_without_rights_to_the_audit_log_gets_no_link(app: Flask, kite: int) -> None:
    support = staff_client(app, "support")
    page = support.get(f"/admin/products/stock-ledger/?id={kite}").text
    assert "Initial stock" in page
    assert "/admin/audit/" not in page
