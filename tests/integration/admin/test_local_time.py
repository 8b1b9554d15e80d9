"""Days, dates of filters, times and amounts of the back office are those of the shop."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from injector import Injector

from tests.integration.admin.conftest import MakeApp
from tests.support.back_office import StaffClient, staff_client
from tests.support.clock import SetClock
from tests.support.shoppers import Shopper, new_product


@pytest.fixture
def clock() -> SetClock:
    """In India it is half past one on 15 March."""
    return SetClock(datetime(2026, 3, 14, 20, tzinfo=UTC))


@pytest.fixture
def order(app: Flask, injector: Injector) -> str:
    placed = Shopper(app.test_client()).ordered(new_product(injector))
    number: str = placed["number"]
    return number


def test_order_is_listed_by_its_local_day(owner: StaffClient, order: str) -> None:
    for parameters, is_listed in (
        ("placed_from=2026-03-15", True),
        ("placed_before=2026-03-15&placed_from=2026-03-15", True),
        ("placed_before=2026-03-14", False),
        ("placed_from=2026-03-16", False),
    ):
        page = owner.get(f"/admin/orders/?{parameters}").text
        assert (order in page) is is_listed, parameters
    page = owner.get("/admin/orders/").text
    assert 'title="2026-03-15 01:30:00 IST">15 Mar 2026, 01:30</time>' in page


def test_dashboard_ends_with_the_local_day(owner: StaffClient, order: str) -> None:
    assert order
    page = owner.get("/admin/?days=7").text
    assert "9 Mar 2026 to 15 Mar 2026 (Asia/Kolkata)" in page
    assert '<p class="change">Previously ₹0.00</p>' in page
    data = owner.get("/admin/data/?days=7").get_json()
    assert data["orders"] == [0, 0, 0, 0, 0, 0, 1]


def test_another_time_zone_is_a_setting(make_app: MakeApp) -> None:
    app = make_app(SHOP_TIMEZONE="America/New_York")
    owner = staff_client(app, "owner")
    Shopper(app.test_client()).ordered(new_product(app.extensions["novacart.injector"]))
    assert "14 Mar 2026, 16:00" in owner.get("/admin/orders/").text
    assert "14 Mar 2026 (America/New_York)" in owner.get("/admin/").text


@pytest.mark.parametrize(
    ("locale", "amount"),
    [("en-IN", "₹1,24,100.00"), ("de-DE", "124.100,00\N{NO-BREAK SPACE}₹")],
)
def test_amounts_have_the_format_of_the_shops_locale(
    make_app: MakeApp, locale: str, amount: str
) -> None:
    app = make_app(SHOP_LOCALE=locale)
    product = new_product(app.extensions["novacart.injector"], price=124_100)
    owner = staff_client(app, "owner")
    assert amount in owner.get("/admin/products/").text
    assert amount in owner.get(f"/admin/products/details/?id={product}").text
    assert f'data-locale="{locale}" data-currency="INR"' in owner.get("/admin/").text
