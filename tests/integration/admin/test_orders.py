"""Orders in the back office: fulfilment, cancellation, refunds, filters."""

import re
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector
from werkzeug.test import TestResponse

from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.payments.payment import Payment
from tests.support.back_office import (
    PASSWORD,
    StaffClient,
    hidden_fields_in,
    messages_in,
    staff_client,
)
from tests.support.clock import SetClock
from tests.support.databases import on_sqlite
from tests.support.shoppers import (
    GuestShopper,
    Shopper,
    new_product,
    order_link_token,
    stock_level,
)

HIDDEN_FIELD: Final = re.compile(r'type="hidden" name="([^"]*)" value="([^"]*)"')


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def asha(client: FlaskClient) -> Shopper:
    return Shopper(client)


def paid_order(asha: Shopper, *products: int) -> dict[str, object]:
    """An order paid online through the sandbox provider."""
    order = asha.ordered(*products, payment_method="ONLINE", address_id=asha.address)
    intent = asha.person.post("/api/payments/payment-intent/", {"order_id": order["id"]}).get_json()
    asha.person.post(
        f"/api/payments/sandbox/{intent['payment_intent_id']}/confirm/", {"outcome": "succeed"}
    )
    return reload(asha, order)


def reload(asha: Shopper, order: dict[str, object]) -> dict[str, object]:
    current: dict[str, object] = asha.person.get(f"/api/orders/{order['id']}/").get_json()
    return current


def items(order: dict[str, object]) -> list[dict[str, object]]:
    lines = order["items"]
    assert isinstance(lines, list)
    return lines


def submit_action(
    client: StaffClient, name: str, order: dict[str, object], **data: str
) -> list[str]:
    """Send a form of the order's page, and confirm a refund. Returns the messages."""
    path = f"/admin/orders/{name}/?id={order['id']}"
    response = client.submit(path, data)
    if 'name="confirmed"' in response.text:
        response = client.submit(path, hidden_fields_in(response.text, "/admin/orders/refund/"))
    assert response.status_code in {200, 303}, response.text
    return messages_in(response.text) if response.status_code == 200 else client.flash_messages()


def confirm(client: StaffClient, page: TestResponse) -> list[str]:
    """Send the form of a page that confirms a bulk action. Returns the messages."""
    fields: dict[str, list[str]] = {}
    for name, value in HIDDEN_FIELD.findall(page.text):
        fields.setdefault(name, []).append(value)
    assert client.submit("/admin/orders/action/", fields).status_code == 303
    return client.flash_messages()


def test_paid_order_is_processed_shipped_and_delivered(
    asha: Shopper, owner: StaffClient, injector: Injector
) -> None:
    kettle = new_product(injector)
    order = paid_order(asha, kettle)
    assert order["status"] == "PAID"

    assert submit_action(owner, "process", order) == [f"Order {order['number']} is now processing."]
    submit_action(owner, "ship", order, carrier="Dák", tracking_number="T-1")
    assert stock_level(injector, kettle) == (9, 0)
    submit_action(owner, "deliver", order)

    assert reload(asha, order)["status"] == "DELIVERED"
    page = owner.get(f"/admin/orders/details/?id={order['id']}").text
    assert "Dák, T-1" in page
    assert ">owner-one</span></td>" in page
    assert "Shipped by Dák, T-1." in page
    assert "payment_intent.succeeded" in page


def test_order_page_offers_allowed_actions_and_reports_errors_of_others(
    asha: Shopper, owner: StaffClient, injector: Injector
) -> None:
    order = paid_order(asha, new_product(injector))
    page = owner.get(f"/admin/orders/details/?id={order['id']}").text
    assert "/admin/orders/process/" in page
    assert "/admin/orders/refund/" in page
    for name in ("ship", "deliver", "cancel"):
        assert f"/admin/orders/{name}/" not in page

    assert submit_action(owner, "deliver", order) == [
        "The status cannot change from PAID to DELIVERED."
    ]
    assert submit_action(owner, "cancel", order, reason="x") == [
        "This order is paid. It can be refunded, but not cancelled."
    ]
    assert submit_action(owner, "ship", order, carrier="", tracking_number="T") == [
        "Carrier: This field is required."
    ]
    assert reload(asha, order)["status"] == "PAID"


def test_cancel_cod_order_releases_its_stock(
    asha: Shopper, owner: StaffClient, injector: Injector
) -> None:
    kettle = new_product(injector)
    order = asha.ordered(kettle)
    assert stock_level(injector, kettle) == (10, 1)
    submit_action(owner, "cancel", order, reason="Not at home")
    assert reload(asha, order)["status"] == "CANCELLED"
    assert stock_level(injector, kettle) == (10, 0)


def test_refused_cod_order_returns_to_stock(
    asha: Shopper, owner: StaffClient, injector: Injector
) -> None:
    kettle = new_product(injector)
    order = asha.ordered(kettle)
    submit_action(owner, "process", order)
    submit_action(owner, "ship", order, carrier="Dak", tracking_number="T-1")
    page = owner.get(f"/admin/orders/details/?id={order['id']}").text
    assert "/admin/orders/return/" in page
    assert "/admin/orders/cancel/" not in page
    assert submit_action(owner, "return", order, reason="") == ["Reason: This field is required."]
    submit_action(owner, "return", order, reason="Not at home")
    current = reload(asha, order)
    assert (current["status"], current["payment_status"]) == ("CANCELLED", "VOIDED")
    assert current["returned_at"] is not None
    assert stock_level(injector, kettle) == (10, 0)
    [message] = submit_action(owner, "return", order, reason="Again")
    assert "cannot change" in message
    assert stock_level(injector, kettle) == (10, 0)
    page = owner.get(f"/admin/orders/details/?id={order['id']}").text
    assert "Not at home" in page


def test_refunded_goods_are_received_once(
    asha: Shopper, owner: StaffClient, injector: Injector
) -> None:
    kettle = new_product(injector)
    order = paid_order(asha, kettle)
    submit_action(owner, "process", order)
    submit_action(owner, "ship", order, carrier="Dak", tracking_number="T-1")
    assert (
        "/admin/orders/receive/" not in owner.get(f"/admin/orders/details/?id={order['id']}").text
    )
    submit_action(owner, "refund", order, reason="Broken")
    assert stock_level(injector, kettle) == (9, 0)
    assert "/admin/orders/receive/" in owner.get(f"/admin/orders/details/?id={order['id']}").text
    line = items(order)[0]["id"]
    page = f"/admin/orders/details/?id={order['id']}"
    form = owner.hidden_fields(page, "/admin/orders/receive/") | {f"line-{line}": "1"}
    submit_action(owner, "receive", order, reason="Came back", **form)
    assert stock_level(injector, kettle) == (10, 0)
    [message] = submit_action(owner, "receive", order, reason="Came back", **form)
    assert "The order was changed after the page was loaded" in message
    [message] = submit_action(owner, "receive", order, reason="Again")
    assert "No units" in message
    assert stock_level(injector, kettle) == (10, 0)


def test_amount_to_collect_excludes_cancelled_lines(
    asha: Shopper, owner: StaffClient, injector: Injector
) -> None:
    order = asha.ordered(new_product(injector, price=33), new_product(injector, price=10))
    asha.person.post(
        "/api/orders/cancel-item/", {"orderId": order["id"], "itemId": items(order)[0]["id"]}
    )
    page = owner.get(f"/admin/orders/details/?id={order['id']}").text
    assert '<dt>To collect on delivery</dt><dd class="big">₹10.00</dd>' in page


def test_refund_one_line_and_then_the_rest(
    asha: Shopper, owner: StaffClient, injector: Injector
) -> None:
    order = paid_order(asha, new_product(injector, price=30), new_product(injector, price=70))
    first, second = items(order)
    submit_action(owner, "refund", order, reason="Chipped", **{f"line-{first['id']}": "1"})
    lines = {line["id"]: line["status"] for line in items(reload(asha, order))}
    assert lines == {first["id"]: "REFUNDED", second["id"]: "CONFIRMED"}

    submit_action(owner, "refund", order, reason="All of it")
    assert reload(asha, order)["status"] == "REFUNDED"
    assert "no payment left to refund" in "".join(
        submit_action(owner, "refund", order, reason="Again")
    )


@pytest.mark.parametrize("quantity", ["0", "-1", "1.5", "1e0", "one"])
def test_unclear_quantity_refunds_nothing(
    asha: Shopper, owner: StaffClient, injector: Injector, quantity: str
) -> None:
    order = paid_order(asha, new_product(injector, price=30), new_product(injector, price=70))
    line = items(order)[0]["id"]
    [message] = submit_action(
        owner, "refund", order, reason="Chipped", **{f"line-{line}": quantity}
    )
    assert "quantity" in message or "whole number" in message
    assert reload(asha, order)["payment_status"] == "PAID"


def test_forms_of_an_order_keep_what_was_typed_after_an_error(
    asha: Shopper, owner: StaffClient, injector: Injector
) -> None:
    order = paid_order(asha, new_product(injector, price=30))
    line = items(order)[0]["id"]
    typed = {"reason": "Chipped", "amount": "30.01", f"line-{line}": "1"}
    page = owner.submit(f"/admin/orders/refund/?id={order['id']}", typed).text
    assert "These items cost 30.00 INR at most." in messages_in(page)
    assert 'name="reason" required type="text" value="Chipped"' in page
    assert 'name="amount" type="text" value="30.01"' in page
    assert re.search(rf'name="line-{line}"[^>]* value="1"', page)
    assert '<details class="order-action" open>' in page

    submit_action(owner, "process", order)
    typed = {"carrier": "Blue Dart", "tracking_number": ""}
    page = owner.submit(f"/admin/orders/ship/?id={order['id']}", typed).text
    assert 'value="Blue Dart"' in page


def test_refund_form_that_is_sent_twice_refunds_once(
    asha: Shopper, owner: StaffClient, injector: Injector
) -> None:
    order = paid_order(asha, new_product(injector, price=100))
    page = owner.get(f"/admin/orders/details/?id={order['id']}").text
    assert '<input name="refundable" type="hidden" value="100.00">' in page
    form = {"reason": "Late", "amount": "40.00", "refundable": "100.00"}
    submit_action(owner, "refund", order, **form)
    [message] = submit_action(owner, "refund", order, **form)
    assert "Check the refunds" in message
    assert reload(asha, order)["refunded_amount"] == "40.00"


def test_refund_shows_its_amount_before_anything_is_refunded(
    asha: Shopper, owner: StaffClient, injector: Injector
) -> None:
    order = paid_order(asha, new_product(injector, price=30), new_product(injector, price=70))
    path = f"/admin/orders/refund/?id={order['id']}"
    page = owner.submit(path, {"reason": "Late", "refundable": "100.00"}).text
    assert "Refund ₹100.00</button>" in page
    assert reload(asha, order)["payment_status"] == "PAID"

    fields = hidden_fields_in(page, "/admin/orders/refund/")
    form = owner.submit(path, fields | {"change": "1"}).text
    assert 'name="reason" required type="text" value="Late"' in form
    # Another amount than the confirmed one is not refunded.
    [message] = messages_in(owner.submit(path, fields | {"amount": "10.00"}).text)
    assert "Check the refunds" in message
    assert reload(asha, order)["payment_status"] == "PAID"
    assert owner.submit(path, fields).status_code == 303
    assert reload(asha, order)["refunded_amount"] == "100.00"


def test_large_refund_keeps_what_was_typed_while_the_identity_is_confirmed(
    asha: Shopper, owner: StaffClient, injector: Injector, clock: SetClock
) -> None:
    order = paid_order(asha, new_product(injector, price=9000), new_product(injector, price=9000))
    line = items(order)[0]["id"]
    path = f"/admin/orders/refund/?id={order['id']}"
    clock.move(minutes=16)
    typed = {"reason": "Broken", f"line-{line}": "1", "amount": "8000.00"}
    page = owner.submit(path, typed)
    assert page.status_code == 401
    assert "Confirm your identity" in page.text
    fields = hidden_fields_in(page.text, "")
    assert fields == typed
    page = owner.submit(path, fields | {"identity_password": PASSWORD})
    assert "Refund ₹8,000.00</button>" in page.text
    assert "identity_password" not in page.text
    owner.submit(path, hidden_fields_in(page.text, "/admin/orders/refund/"))
    assert reload(asha, order)["refunded_amount"] == "8000.00"


def test_bulk_refund_confirms_the_identity_before_the_first_refund(
    asha: Shopper, owner: StaffClient, injector: Injector, clock: SetClock
) -> None:
    orders = [paid_order(asha, new_product(injector, price=price)) for price in (30, 9000)]
    clock.move(minutes=16)
    typed = {"action": "refund", "rowid": [str(order["id"]) for order in orders], "reason": "Late"}
    assert owner.submit("/admin/orders/action/", typed).status_code == 401
    assert [reload(asha, order)["status"] for order in orders] == ["PAID", "PAID"]
    page = owner.submit("/admin/orders/action/", typed | {"identity_password": PASSWORD})
    assert confirm(owner, page) == ["Refund requested: 2 of 2."]


def test_bulk_refund_shows_amounts_and_skipped_orders_before_it_refunds(
    asha: Shopper, owner: StaffClient, injector: Injector
) -> None:
    whole, rest = (paid_order(asha, new_product(injector, price=price)) for price in (30, 9000))
    unpaid = asha.ordered(new_product(injector))
    submit_action(owner, "refund", rest, reason="A part", amount="1000.00")
    typed = {"action": "refund", "rowid": [str(each["id"]) for each in (whole, rest, unpaid)]}
    page = owner.submit("/admin/orders/action/", typed)
    assert "Refund 2 orders in full?</h1>" in page.text
    shown, skipped = page.text.split("Skipped orders")
    assert [each for each in (whole, rest, unpaid) if str(each["number"]) in shown] == [whole, rest]
    for amount in ("₹30.00</td>", "₹8,000.00</td>", "Refund ₹8,030.00</button>"):
        assert amount in shown
    assert str(unpaid["number"]) in skipped
    assert "no payment left to refund" in skipped
    assert reload(asha, whole)["status"] == "PAID"

    # Meanwhile, a part of one order is refunded by someone else.
    submit_action(owner, "refund", rest, reason="A part", amount="1.00")
    messages = confirm(owner, page)
    assert "Another amount can be refunded" in messages[0]
    assert messages[1:] == ["Refund requested: 1 of 2."]
    assert reload(asha, whole)["status"] == "REFUNDED"
    assert reload(asha, rest)["refunded_amount"] == "1001.00"


def test_bulk_refund_skips_orders_above_the_limit_of_the_day(
    asha: Shopper, app: Flask, injector: Injector
) -> None:
    meera = staff_client(app, "support")
    orders = [paid_order(asha, new_product(injector, price=3000)) for _ in range(2)]
    typed = {"action": "refund", "rowid": [str(order["id"]) for order in orders]}
    page = meera.submit("/admin/orders/action/", typed)
    assert "Refund 1 order in full?</h1>" in page.text
    assert "of which 3000.00 INR is used" in page.text
    assert confirm(meera, page) == ["Refund requested: 1 of 1."]
    assert [reload(asha, order)["status"] for order in orders] == ["REFUNDED", "PAID"]


def test_bulk_cancellation_shows_orders_before_it_cancels_them(
    asha: Shopper, app: Flask, injector: Injector
) -> None:
    meera = staff_client(app, "support")
    first, second, paid = (
        asha.ordered(new_product(injector, price=3000)),
        asha.ordered(new_product(injector, price=3000)),
        paid_order(asha, new_product(injector)),
    )
    typed = {"action": "cancel", "rowid": [str(each["id"]) for each in (paid, first, second)]}
    page = meera.submit("/admin/orders/action/", typed | {"reason": "Closed"})
    assert "Cancel 1 order?</h1>" in page.text
    shown, skipped = page.text.split("Skipped orders")
    assert str(first["number"]) in shown
    assert "It can be refunded, but not cancelled." in skipped
    assert "of which 3000.00 INR is used" in skipped
    assert reload(asha, first)["status"] == "CONFIRMED"
    assert confirm(meera, page) == ["Cancelled: 1 of 1."]
    assert [reload(asha, each)["status"] for each in (first, second)] == ["CANCELLED", "CONFIRMED"]

    page = meera.submit("/admin/orders/action/", typed | {"rowid": str(first["id"])})
    assert "No order can be cancelled</h1>" in page.text
    assert 'name="confirmed"' not in page.text


def test_refund_amount_up_to_the_remaining_amount(
    asha: Shopper, owner: StaffClient, injector: Injector
) -> None:
    order = paid_order(asha, new_product(injector, price=100))
    submit_action(owner, "refund", order, reason="Late", amount="40.00")
    [message] = submit_action(owner, "refund", order, reason="Late", amount="60.01")
    assert "60.00" in message
    page = owner.get(f"/admin/orders/details/?id={order['id']}").text
    assert "₹40.00" in page
    assert "₹60.00" in page


def test_support_refunds_and_cancels_up_to_its_limit(
    asha: Shopper, app: Flask, injector: Injector
) -> None:
    meera = staff_client(app, "support")
    expensive, cheap = (
        paid_order(asha, new_product(injector, price=5001)),
        paid_order(asha, new_product(injector, price=5000)),
    )
    [message] = submit_action(meera, "refund", expensive, reason="Please")
    assert "Ask a manager" in message
    [message] = submit_action(meera, "refund", expensive, reason="Please", amount="5000.01")
    assert "Ask a manager" in message
    for _ in range(2):
        submit_action(meera, "refund", expensive, reason="A part", amount="2000.00")
    for order, amount in ((expensive, "1000.01"), (cheap, "1000.01")):
        [message] = submit_action(meera, "refund", order, reason="More", amount=amount)
        assert "of which 4000.00 INR is used" in message
    submit_action(meera, "refund", cheap, reason="The rest of the day", amount="1000.00")
    assert reload(asha, cheap)["refunded_amount"] == "1000.00"
    cod = asha.ordered(new_product(injector, price=6000))
    [message] = submit_action(meera, "cancel", cod, reason="Please")
    assert "Ask a manager" in message
    assert reload(asha, cod)["status"] == "CONFIRMED"


def test_bulk_action_reports_successes_and_each_error(
    asha: Shopper, owner: StaffClient, injector: Injector
) -> None:
    kettle = new_product(injector)
    orders = [asha.ordered(kettle) for _ in range(3)]
    submit_action(owner, "cancel", orders[0], reason="x")
    ids = [str(order["id"]) for order in orders]
    owner.submit("/admin/orders/action/", {"action": "process", "rowid": ids})
    assert owner.flash_messages() == [
        f"{orders[0]['number']}: The status cannot change from CANCELLED to PROCESSING.",
        "Processing: 2 of 3.",
    ]
    owner.submit(
        "/admin/orders/action/",
        {"action": "ship", "rowid": ids[1:], "carrier": "Dak", "tracking_number": "M-1"},
    )
    owner.submit("/admin/orders/action/", {"action": "deliver", "rowid": ids[1:]})
    assert [reload(asha, order)["status"] for order in orders] == [
        "CANCELLED",
        "DELIVERED",
        "DELIVERED",
    ]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("status=CONFIRMED", 1),
        ("status=PAID", 0),
        ("status=invalid", 1),
        ("payment_method=COD&total_from=100&total_to=100.00", 1),
        ("total_from=100.01", 0),
        ("placed_from=2026-03-14&placed_before=2026-03-14", 1),
        ("placed_from=2026-03-15", 0),
        ("placed_from=yesterday", 1),
        ("search=asha@example.com", 1),
        ("sort=total&rising=1&after=invalid", 1),
    ],
)
def test_filter_and_search_orders(
    asha: Shopper, owner: StaffClient, injector: Injector, query: str, count: int
) -> None:
    asha.ordered(new_product(injector))
    page = owner.get(f"/admin/orders/?{query}").text
    assert page.count('name="rowid"') == count


@on_sqlite
@pytest.mark.parametrize("bad", ["", "0", "x", "-1", "9" * 40, "1%00"])
def test_unknown_id_is_404(owner: StaffClient, bad: str) -> None:
    for path in ("orders", "products", "payments", "refunds", "customers", "outbox", "audit"):
        assert owner.get(f"/admin/{path}/details/?id={bad}").status_code == 404, path
    assert owner.get(f"/admin/webhook-events/details/?id={bad}").status_code == 404


def dispute(asha: Shopper, order: dict[str, object], outcome: str) -> None:
    """Dispute the order's payment at the sandbox provider, or move the dispute."""
    intent = _payment(asha.client.application.extensions["novacart.injector"], order).reference
    response = asha.person.post(f"/api/payments/sandbox/{intent}/dispute/", {"outcome": outcome})
    assert response.status_code == 200, response.text


def test_disputed_order_is_shipped_only_after_confirmation(
    asha: Shopper, owner: StaffClient, injector: Injector
) -> None:
    kettle = new_product(injector)
    order = paid_order(asha, kettle)
    submit_action(owner, "process", order)
    url = f"/admin/orders/details/?id={order['id']}"
    assert "despite_dispute" not in owner.get(url).text
    dispute(asha, order, "open")
    page = owner.get(url).text
    assert "despite_dispute" in page
    assert "The payment is disputed" in page
    assert "Withheld for disputes" in page
    shipment = {"carrier": "Dak", "tracking_number": "T-1"}
    [message] = submit_action(owner, "ship", order, **shipment)
    assert "Confirm that you want to ship it." in message
    assert reload(asha, order)["status"] == "PROCESSING"
    assert stock_level(injector, kettle) == (10, 1)
    submit_action(owner, "ship", order, **shipment, despite_dispute="y")
    assert reload(asha, order)["status"] == "SHIPPED"


@pytest.mark.parametrize(
    ("moves", "confirmation"),
    [(("open", "respond"), True), (("open", "lose"), True), (("open", "respond", "win"), False)],
)
def test_shipping_needs_confirmation_while_a_dispute_is_open_or_after_it_is_lost(
    asha: Shopper,
    owner: StaffClient,
    injector: Injector,
    moves: tuple[str, ...],
    confirmation: bool,  # noqa: FBT001 (a parameter of the test)
) -> None:
    order = paid_order(asha, new_product(injector))
    submit_action(owner, "process", order)
    for outcome in moves:
        dispute(asha, order, outcome)
    submit_action(owner, "ship", order, carrier="Dak", tracking_number="T-1")
    assert reload(asha, order)["status"] == ("PROCESSING" if confirmation else "SHIPPED")


def test_bulk_shipping_leaves_disputed_orders_out(
    asha: Shopper, owner: StaffClient, injector: Injector
) -> None:
    disputed, other = (paid_order(asha, new_product(injector)) for _ in range(2))
    for order in (disputed, other):
        submit_action(owner, "process", order)
    dispute(asha, disputed, "open")
    owner.submit(
        "/admin/orders/action/",
        {
            "action": "ship",
            "rowid": [str(disputed["id"]), str(other["id"])],
            "carrier": "Dak",
            "tracking_number": "T-1",
        },
    )
    assert [reload(asha, order)["status"] for order in (disputed, other)] == [
        "PROCESSING",
        "SHIPPED",
    ]


def test_dispute_is_shown_on_order_payment_and_dashboard_and_filters_lists(
    app: Flask, asha: Shopper, owner: StaffClient, injector: Injector
) -> None:
    disputed, other = (paid_order(asha, new_product(injector)) for _ in range(2))
    assert "Open disputes" not in owner.get("/admin/").text
    dispute(asha, disputed, "open")
    pages = [
        owner.get(f"/admin/orders/details/?id={disputed['id']}").text,
        owner.get(f"/admin/payments/details/?id={_payment(injector, disputed).id}").text,
        owner.get("/admin/").text,
    ]
    for page in pages:
        assert "Needs response" in page
        assert "Respond by" in page
        assert str(disputed["number"]) in page
        assert "₹100.00" in page
    assert "Open disputes" not in staff_client(app, "catalog").get("/admin/").text
    for path in ("orders", "payments"):
        filtered = owner.get(f"/admin/{path}/?dispute=NEEDS_RESPONSE").text
        assert str(disputed["number"]) in filtered
        assert str(other["number"]) not in filtered
        assert str(disputed["number"]) not in owner.get(f"/admin/{path}/?dispute=LOST").text
    [message] = submit_action(owner, "refund", disputed, reason="Broken")
    assert "The payment is disputed" in message


def _payment(injector: Injector, order: dict[str, object]) -> Payment:
    with injector.get(UnitOfWorkFactory)() as work:  # type: ignore[type-abstract]
        payment = work.payments.of_order(order["id"])  # type: ignore[arg-type]
    assert payment is not None
    return payment


def test_order_of_a_guest_has_a_badge_and_its_links_can_be_revoked(
    client: FlaskClient, owner: StaffClient, injector: Injector
) -> None:
    kettle = new_product(injector)
    guest = GuestShopper(client)
    order = guest.ordered(kettle)
    assert ">Guest<" in owner.get("/admin/orders/").text
    page = owner.get(f"/admin/orders/details/?id={order['id']}").text
    assert ">Guest<" in page
    assert guest.email in page.replace("<wbr>", "")
    link = {"token": order_link_token(injector, order["id"])}
    assert client.post("/api/orders/link/", json=link).status_code == 200
    assert submit_action(owner, "revoke-links", order) == [
        f"The links to order {order['number']} are no longer valid."
    ]
    assert client.post("/api/orders/link/", json=link).status_code == 404


def test_order_of_a_user_has_no_links_to_revoke(
    asha: Shopper, owner: StaffClient, injector: Injector
) -> None:
    order = asha.ordered(new_product(injector))
    assert "revoke-links" not in owner.get(f"/admin/orders/details/?id={order['id']}").text
    assert submit_action(owner, "revoke-links", order) == [
        "This link is invalid or has expired. Request a new one."
    ]


def test_invalid_filter_is_marked_as_ignored(owner: StaffClient) -> None:
    page = owner.get("/admin/orders/?total_from=many").text
    assert 'value="many" aria-invalid="true" aria-describedby="filter-total_from-error"' in page
    assert 'id="filter-total_from-error">Not a valid value: the filter was ignored.' in page
    assert "aria-invalid" not in owner.get("/admin/orders/?total_from=1,00,000").text
