"""Shopping without an account: sessions, checkout, sign-in and the mailed link."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector

from novacart.application.accounts.purge_guests import PurgeGuests
from tests.fakes.mailer import FakeMailer
from tests.support.accounts import CheapPasswords, ClockAt, MailTo, Person, a_customer
from tests.support.checkout import CheckoutFixture
from tests.support.clock import SetClock
from tests.support.shoppers import GuestShopper


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def mailer() -> FakeMailer:
    return FakeMailer()


@pytest.fixture
def app(make_app: Callable[..., Flask], clock: SetClock, mailer: FakeMailer) -> Flask:
    return make_app(
        CheapPasswords(),
        ClockAt(clock),
        MailTo(mailer),
        DEBUG="True",
        EMAIL_BACKEND="file",
        FRONTEND_URL="https://shop.example",
    )


@pytest.fixture
def shop(client: FlaskClient, injector: Injector) -> CheckoutFixture:
    return CheckoutFixture(client=client, injector=injector)


def quantities(person: Person) -> list[int]:
    return [item["quantity"] for item in person.get("/api/cart/").get_json()]


def add(person: Person, product_id: int, quantity: int = 1) -> None:
    response = person.post("/api/cart/add/", {"product_id": product_id, "quantity": quantity})
    assert response.status_code == 200, response.text


def merge(person: Person, guest: GuestShopper) -> Any:  # noqa: ANN401 (a JSON body)
    response = person.post("/api/cart/merge/", {"guest_token": guest.person.access})
    assert response.status_code == 200, response.text
    return response.get_json()


def test_guest_orders_with_cash_on_delivery_and_reads_the_order_by_its_mailed_link(
    client: FlaskClient, shop: CheckoutFixture, mailer: FakeMailer
) -> None:
    guest = GuestShopper(client)
    guest.add(shop.product(price=120), 2)
    placed = guest.ordered()
    assert (placed["total_amount"], placed["address"]["id"]) == ("240.00", None)
    assert [each["id"] for each in guest.person.get("/api/orders/my/").get_json()["results"]] == [
        placed["id"]
    ]
    shop.work()
    (mail,) = mailer.sent.values()
    assert mail.to == "guest@example.com"
    link = re.search(r"https://shop\.example/orders/link/(\S+)", mail.text)
    assert link is not None
    read = client.post("/api/orders/link/", json={"token": link[1]})
    assert read.status_code == 200
    assert read.get_json()["number"] == placed["number"]
    assert "Residency Road" not in read.text
    assert client.post("/api/orders/link/cancel/", json={"token": link[1]}).status_code == 200
    assert guest.person.get(f"/api/orders/{placed['id']}/").get_json()["status"] == "CANCELLED"


def test_guest_pays_online(client: FlaskClient, shop: CheckoutFixture) -> None:
    guest = GuestShopper(client)
    guest.add(shop.product(price=120))
    intent = guest.person.post("/api/payments/payment-intent/", guest.contact)
    assert intent.status_code == 200, intent.text
    shop.confirm(intent.get_json()["payment_intent_id"])
    shop.work()
    paid = guest.person.get(f"/api/orders/{intent.get_json()['order_id']}/").get_json()
    assert paid["status"] == "PAID"
    assert guest.quantities() == []


def test_guest_cancels_a_paid_order_and_is_refunded(
    client: FlaskClient, shop: CheckoutFixture
) -> None:
    guest, other = GuestShopper(client), GuestShopper(client)
    guest.add(shop.product(price=120))
    intent = guest.person.post("/api/payments/payment-intent/", guest.contact).get_json()
    shop.confirm(intent["payment_intent_id"])
    shop.work()
    path = f"/api/payments/refund/{intent['order_id']}/"
    assert other.person.post(path, {}).status_code == 404
    partial = guest.person.post(path, {"amount": "1.00"})
    assert (partial.status_code, partial.get_json()["code"]) == (403, "partial_refund_needs_staff")
    refund = guest.person.post(path, {})
    assert (refund.status_code, refund.get_json()["amount"]) == (200, "120.00")
    shop.work()
    order = guest.person.get(f"/api/orders/{intent['order_id']}/").get_json()
    assert (order["status"], order["refunded_amount"]) == ("REFUNDED", "120.00")


def test_refund_needs_the_session_of_the_guest_that_owns_the_order(
    client: FlaskClient, shop: CheckoutFixture, mailer: FakeMailer, clock: SetClock
) -> None:
    merged, claimed, expired = (GuestShopper(client) for _ in range(3))
    paths, links = {}, []
    for guest in (merged, claimed, expired):
        guest.add(shop.product(price=120))
        intent = guest.person.post("/api/payments/payment-intent/", guest.contact).get_json()
        shop.confirm(intent["payment_intent_id"])
        shop.work()
        paths[guest] = f"/api/payments/refund/{intent['order_id']}/"
        links += re.findall(r"/orders/link/(\S+)", list(mailer.sent.values())[-1].text)
    asha, ravi = a_customer(client), a_customer(client, "ravi")
    merge(asha, merged)
    assert merged.person.post(paths[merged], {}).status_code == 401
    # A paid order stays with the guest.
    assert asha.post(paths[merged], {}).status_code == 404
    assert ravi.post("/api/orders/claim/", {"token": links[1]}).status_code == 200
    assert claimed.person.post(paths[claimed], {}).status_code == 404
    assert ravi.post(paths[claimed], {}).status_code == 200
    clock.move(days=31)
    assert expired.person.post(paths[expired], {}).status_code == 401


def test_every_invalid_member_of_a_guest_is_named(
    client: FlaskClient, shop: CheckoutFixture
) -> None:
    guest = GuestShopper(client)
    guest.add(shop.product())
    for path in ("/api/orders/create/", "/api/payments/payment-intent/"):
        response = guest.person.post(path, {"email": "nobody", "address": {"pincode": "12"}})
        assert response.status_code == 400, response.text
        assert {"email", "name", "mobile", "pincode", "town"} <= set(response.get_json()["errors"])
    assert guest.quantities() == [1]


def test_user_without_address_cannot_start_a_payment_as_a_guest(
    client: FlaskClient, shop: CheckoutFixture
) -> None:
    asha = a_customer(client)
    add(asha, shop.product())
    response = asha.post("/api/payments/payment-intent/", GuestShopper(client).contact)
    assert response.status_code == 400
    assert "address_id" in response.get_json()["errors"]


def test_session_slides_when_it_is_renewed_and_ends_after_thirty_days(
    client: FlaskClient, shop: CheckoutFixture, clock: SetClock
) -> None:
    guest = GuestShopper(client)
    guest.add(shop.product(), 2)
    clock.move(days=29)
    renewed = client.post(
        "/api/guest/session/", json={"guest_token": guest.person.access}
    ).get_json()
    clock.move(days=29)
    again = Person(client=client, username="", access=renewed["access"], refresh="")
    assert quantities(again) == [2]
    clock.move(days=2)
    assert again.get("/api/cart/").status_code == 401
    new = client.post("/api/guest/session/", json={"guest_token": renewed["access"]}).get_json()
    assert quantities(Person(client=client, username="", access=new["access"], refresh="")) == []


def test_expired_guest_is_purged_unless_an_order_refers_to_it(
    client: FlaskClient, shop: CheckoutFixture, injector: Injector, clock: SetClock
) -> None:
    empty, customer = GuestShopper(client), GuestShopper(client)
    product = shop.product()
    for guest in (empty, customer):
        guest.add(product)
    customer.ordered()
    clock.move(seconds=timedelta(days=31).total_seconds())
    assert injector.get(PurgeGuests)() == 1


def test_merge_takes_over_cart_wishlist_and_unpaid_order_once(
    client: FlaskClient, shop: CheckoutFixture
) -> None:
    guest, asha = GuestShopper(client), a_customer(client)
    first, second, scarce = shop.product(), shop.product(), shop.product(stock=3)
    guest.add(first, 3)
    add(asha, first, 1)
    guest.add(scarce, 2)
    guest.person.post("/api/products/wishlist/", {"product_id": second})
    placed = guest.person.post("/api/payments/payment-intent/", guest.contact).get_json()
    assert merge(asha, guest) == {"adjusted": []}
    assert quantities(asha) == [3, 2]
    assert [each["id"] for each in asha.get("/api/products/wishlist/").get_json()] == [second]
    assert asha.get(f"/api/orders/{placed['order_id']}/").status_code == 200
    assert merge(asha, guest) == {"adjusted": []}
    assert quantities(asha) == [3, 2]
    assert guest.person.get("/api/cart/").status_code == 401


def test_merge_lists_what_was_adjusted(client: FlaskClient, shop: CheckoutFixture) -> None:
    guest, asha, badri = GuestShopper(client), a_customer(client), a_customer(client, "badri")
    product = shop.product(stock=3)
    guest.add(product, 3)
    shop.order(badri, {product: 2})
    assert merge(asha, guest) == {
        "adjusted": [{"variant_id": product, "requested": 3, "quantity": 1}]
    }
    assert quantities(asha) == [1]


@pytest.mark.parametrize("token", ["nonsense", "of a user"])
def test_merge_of_another_token_is_refused(client: FlaskClient, token: str) -> None:
    asha = a_customer(client)
    sent = asha.access if token == "of a user" else token
    response = asha.post("/api/cart/merge/", {"guest_token": sent})
    # A 401 would end the session of the user who sent it.
    assert (response.status_code, response.get_json()["code"]) == (400, "guest_token_not_valid")
    assert quantities(asha) == []


def test_guest_sees_no_order_of_another_guest(client: FlaskClient, shop: CheckoutFixture) -> None:
    guest, other = GuestShopper(client), GuestShopper(client)
    guest.add(shop.product())
    placed = guest.ordered()
    assert other.person.get(f"/api/orders/{placed['id']}/").status_code == 404
    assert other.person.post(f"/api/orders/cancel/{placed['id']}/").status_code == 404


def test_guests_with_cash_on_delivery_are_limited_by_address(
    client: FlaskClient, shop: CheckoutFixture
) -> None:
    product = shop.product(stock=100)
    statuses = []
    for _ in range(4):
        guest = GuestShopper(client)
        guest.add(product)
        statuses.append(guest.order().status_code)
    assert statuses == [201, 201, 201, 429]


def test_refused_orders_of_a_guest_do_not_count_towards_the_limit(
    client: FlaskClient, shop: CheckoutFixture
) -> None:
    guest = GuestShopper(client)
    assert [guest.order().status_code for _ in range(4)] == [400] * 4
    guest.ordered(shop.product())


def test_idempotency_key_of_a_guest_returns_the_first_order(
    client: FlaskClient, shop: CheckoutFixture
) -> None:
    guest = GuestShopper(client)
    guest.add(shop.product())
    responses = [guest.order(key="one") for _ in range(2)]
    assert [response.status_code for response in responses] == [201, 201]
    assert responses[0].data == responses[1].data
