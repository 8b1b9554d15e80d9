"""An order's life in the back office, from its payment to its delivery, or back."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector

from tests.support.back_office import StaffClient, staff_client
from tests.support.shoppers import Shopper, reserved, stocked


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def asha(client: FlaskClient) -> Shopper:
    return Shopper(client)


def paid_order(asha: Shopper, *products: int) -> dict[str, object]:
    """Paid online, through the sandbox provider."""
    order = asha.ordered(*products, payment_method="ONLINE", address_id=asha.address)
    intent = asha.person.post("/api/payments/payment-intent/", {"order_id": order["id"]}).get_json()
    asha.person.post(
        f"/api/payments/sandbox/{intent['payment_intent_id']}/confirm/", {"outcome": "succeed"}
    )
    return now(asha, order)


def now(asha: Shopper, order: dict[str, object]) -> dict[str, object]:
    answer: dict[str, object] = asha.person.get(f"/api/orders/{order['id']}/").get_json()
    return answer


def items(order: dict[str, object]) -> list[dict[str, object]]:
    found = order["items"]
    assert isinstance(found, list)
    return found


def act(browser: StaffClient, name: str, order: dict[str, object], **data: str) -> list[str]:
    answer = browser.submit(f"/admin/orders/{name}/?id={order['id']}", data)
    assert answer.status_code == 303, answer.text
    return browser.flash_messages()


def test_an_order_goes_from_its_payment_to_its_delivery(
    asha: Shopper, owner: StaffClient, injector: Injector
) -> None:
    kettle = stocked(injector)
    order = paid_order(asha, kettle)
    assert order["status"] == "PAID"

    assert act(owner, "process", order) == [f"{order['number']} is being packed."]
    act(owner, "ship", order, carrier="Dák", tracking_number="T-1")
    assert reserved(injector, kettle) == (9, 0)
    act(owner, "deliver", order)

    assert now(asha, order)["status"] == "DELIVERED"
    page = owner.get(f"/admin/orders/details/?id={order['id']}").text
    assert "Dák, T-1" in page
    assert "staff:" in page
    assert "Shipped by Dák, T-1." in page
    assert "payment_intent.succeeded" in page


def test_only_what_the_lifecycle_allows_is_offered_and_the_rest_refused_in_words(
    asha: Shopper, owner: StaffClient, injector: Injector
) -> None:
    order = paid_order(asha, stocked(injector))
    page = owner.get(f"/admin/orders/details/?id={order['id']}").text
    assert "/admin/orders/process/" in page
    assert "/admin/orders/refund/" in page
    for name in ("ship", "deliver", "cancel"):
        assert f"/admin/orders/{name}/" not in page

    assert act(owner, "deliver", order) == ["The status cannot change from PAID to DELIVERED."]
    assert act(owner, "cancel", order, reason="x") == [
        "This order is paid. It can be refunded, but not cancelled."
    ]
    assert act(owner, "ship", order, carrier="", tracking_number="T") == [
        "Carrier: This field is required."
    ]
    assert now(asha, order)["status"] == "PAID"


def test_a_cod_order_is_cancelled_and_its_stock_goes_back(
    asha: Shopper, owner: StaffClient, injector: Injector
) -> None:
    kettle = stocked(injector)
    order = asha.ordered(kettle)
    assert reserved(injector, kettle) == (10, 1)
    act(owner, "cancel", order, reason="Nobody home")
    assert now(asha, order)["status"] == "CANCELLED"
    assert reserved(injector, kettle) == (10, 0)


def test_one_line_is_refunded_and_then_the_rest(
    asha: Shopper, owner: StaffClient, injector: Injector
) -> None:
    order = paid_order(asha, stocked(injector, price=30), stocked(injector, price=70))
    first, second = items(order)
    act(owner, "refund", order, reason="Chipped", **{f"line-{first['id']}": "1"})
    lines = {line["id"]: line["status"] for line in items(now(asha, order))}
    assert lines == {first["id"]: "REFUNDED", second["id"]: "CONFIRMED"}

    act(owner, "refund", order, reason="All of it")
    assert now(asha, order)["status"] == "REFUNDED"
    assert "No payment of this order has anything left" in "".join(
        act(owner, "refund", order, reason="Again")
    )


def test_an_amount_is_refunded_and_never_more_than_is_left(
    asha: Shopper, owner: StaffClient, injector: Injector
) -> None:
    order = paid_order(asha, stocked(injector, price=100))
    act(owner, "refund", order, reason="Late", amount="40.00")
    [told] = act(owner, "refund", order, reason="Late", amount="60.01")
    assert "60.00" in told
    page = owner.get(f"/admin/orders/details/?id={order['id']}").text
    assert "₹40.00" in page
    assert "₹60.00" in page


def test_support_moves_money_up_to_its_limit(asha: Shopper, app: Flask, injector: Injector) -> None:
    meera = staff_client(app, "support")
    dear, cheap = (
        paid_order(asha, stocked(injector, price=5001)),
        paid_order(asha, stocked(injector, price=5000)),
    )
    [told] = act(meera, "refund", dear, reason="Please")
    assert "Ask a manager" in told
    [told] = act(meera, "refund", dear, reason="Please", amount="5000.01")
    assert "Ask a manager" in told
    act(meera, "refund", dear, reason="A part", amount="5000.00")
    act(meera, "refund", cheap, reason="All")
    assert now(asha, cheap)["status"] == "REFUNDED"
    cod = asha.ordered(stocked(injector, price=6000))
    [told] = act(meera, "cancel", cod, reason="Please")
    assert "Ask a manager" in told
    assert now(asha, cod)["status"] == "CONFIRMED"


def test_many_orders_move_at_once_and_each_refusal_is_told(
    asha: Shopper, owner: StaffClient, injector: Injector
) -> None:
    kettle = stocked(injector)
    orders = [asha.ordered(kettle) for _ in range(3)]
    act(owner, "cancel", orders[0], reason="x")
    ids = [str(order["id"]) for order in orders]
    owner.submit("/admin/orders/action/", {"action": "process", "rowid": ids})
    assert owner.flash_messages() == [
        f"{orders[0]['number']}: The status cannot change from CANCELLED to PROCESSING.",
        "Being packed: 2 of 3.",
    ]
    owner.submit(
        "/admin/orders/action/",
        {"action": "ship", "rowid": ids[1:], "carrier": "Dak", "tracking_number": "M-1"},
    )
    owner.submit("/admin/orders/action/", {"action": "deliver", "rowid": ids[1:]})
    assert [now(asha, order)["status"] for order in orders] == [
        "CANCELLED",
        "DELIVERED",
        "DELIVERED",
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=CONFIRMED", 1),
        ("status=PAID", 0),
        ("status=nonsense", 1),
        ("payment_method=COD&total_from=100&total_to=100.00", 1),
        ("total_from=100.01", 0),
        ("placed_from=2026-03-14&placed_before=2026-03-14", 1),
        ("placed_from=2026-03-15", 0),
        ("placed_from=yesterday", 1),
        ("search=asha@example.com", 1),
        ("sort=total&rising=1&after=nonsense", 1),
    ],
)
def test_orders_are_found(
    asha: Shopper, owner: StaffClient, injector: Injector, query: str, found: int
) -> None:
    asha.ordered(stocked(injector))
    page = owner.get(f"/admin/orders/?{query}").text
    assert page.count('name="rowid"') == found


@pytest.mark.parametrize("bad", ["", "0", "x", "-1", "9" * 40, "1%00"])
def test_what_is_not_there_is_told_so(owner: StaffClient, bad: str) -> None:
    for place in ("orders", "products", "payments", "refunds", "customers", "outbox", "audit"):
        assert owner.get(f"/admin/{place}/details/?id={bad}").status_code == 404, place
    assert owner.get(f"/admin/webhook-events/details/?id={bad}").status_code == 404
