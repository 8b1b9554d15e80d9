"""Sale prices with the lowest price of the last 30 days, and the price history for staff."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector

from tests.support.accounts import CheapPasswords, ClockAt, Person, create_owner, sign_in
from tests.support.clock import SetClock
from tests.support.databases import on_sqlite

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(START)


@pytest.fixture
def app(make_app: Callable[..., Flask], clock: SetClock) -> Flask:
    return make_app(CheapPasswords(), ClockAt(clock))


@pytest.fixture
def staff(client: FlaskClient, injector: Injector) -> Person:
    create_owner(injector, "keeper")
    return sign_in(client, "keeper")


@pytest.fixture
def kite(staff: Person) -> int:
    """A kite that costs 499.00."""
    body = {"title": "Kite", "price": "499.00", "stock": 3}
    number: int = staff.post("/api/products/", body).get_json()["id"]
    return number


def change(
    client: FlaskClient, clock: SetClock, kite: int, *, days: int, **body: str | None
) -> None:
    """Change the variant some days later, with a new sign-in."""
    clock.move(days=days)
    staff = sign_in(client, "keeper")
    path = f"/api/variants/{kite}/"
    response = client.patch(path, json=body, headers=staff.headers)
    assert response.status_code == 200, response.text


def test_sale_is_shown_with_the_lowest_price_before_it(
    client: FlaskClient, clock: SetClock, kite: int
) -> None:
    path = f"/api/products/{kite}/"
    before = client.get(path)
    assert before.get_json()["lowest_price_30_days"] is None
    change(client, clock, kite, days=60, price="799.00")
    change(client, clock, kite, days=3, price="599.00", compare_at_price="799.00")
    product = client.get(path).get_json()
    [variant] = product["variants"]
    [listed] = client.get("/api/products/?on_sale=true").get_json()
    for shown in (product, variant, listed):
        assert shown["price"] == "599.00"
        assert (shown["compare_at_price"], shown["lowest_price_30_days"]) == ("799.00", "499.00")
    assert (product["on_sale"], listed["on_sale"]) == (True, True)
    assert client.get(path).headers["ETag"] != before.headers["ETag"]


def test_lowest_price_does_not_change_with_time(
    client: FlaskClient, clock: SetClock, kite: int
) -> None:
    """So the JSON of lists, which is kept for each version of a product, stays right."""
    change(client, clock, kite, days=60, price="399.00", compare_at_price="499.00")
    shown = client.get("/api/products/").get_json()
    for _ in range(4):
        clock.move(days=29)
        assert client.get("/api/products/").get_json() == shown
    change(client, clock, kite, days=1, price="499.00", compare_at_price=None)
    [listed] = client.get("/api/products/").get_json()
    assert (listed["lowest_price_30_days"], listed["on_sale"]) == (None, False)
    assert client.get("/api/products/on-sale/").get_json() == {"count": 0}


def test_price_at_a_time(client: FlaskClient, clock: SetClock, kite: int) -> None:
    change(client, clock, kite, days=10, price="399.00", compare_at_price="499.00")
    change(client, clock, kite, days=10, price="299.00")
    staff = sign_in(client, "keeper")
    path = f"/api/variants/{kite}/prices/"
    newest, reduced, first = staff.get(path).get_json()
    assert newest == {
        "price": "299.00",
        "compare_at_price": "499.00",
        "currency": "INR",
        "valid_from": "2026-03-21T12:00:00Z",
        "changed_by": newest["changed_by"],
    }
    assert newest["changed_by"].startswith("staff:")
    for at, expected in [
        ("2026-03-01T11:59:59Z", []),
        ("2026-03-01T12:00:00Z", [first]),
        ("2026-03-11T13:29:59%2B01:30", [first]),
        ("2026-03-11T12:00:00Z", [reduced, first]),
        ("2030-01-01T00:00:00Z", [newest, reduced, first]),
    ]:
        assert staff.get(f"{path}?at={at}").get_json() == expected
    page = staff.get(f"{path}?limit=1")
    assert page.get_json() == [newest]
    following = page.headers["Link"].partition(">")[0].removeprefix("<http://localhost")
    assert staff.get(following).get_json() == [reduced]
    assert "Link" not in staff.get(f"{path}?limit=3").headers


@on_sqlite
@pytest.mark.parametrize(
    "query",
    ["at=yesterday", "at=2026-03-01", "at=2026-03-01T12:00:00", "limit=0", "limit=201", "cursor=x"],
)
def test_invalid_query_of_prices_is_refused(staff: Person, kite: int, query: str) -> None:
    refused = staff.get(f"/api/variants/{kite}/prices/?{query}")
    assert (refused.status_code, refused.get_json()["code"]) == (400, "invalid_value")


def test_prices_of_an_unknown_variant_are_not_found(staff: Person) -> None:
    missing = staff.get("/api/variants/99/prices/")
    assert (missing.status_code, missing.get_json()["code"]) == (404, "variant_not_found")
