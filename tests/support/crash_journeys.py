"""Customers' journeys through a shop that dies once on their way."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

from novacart.application.accounts.create_admin import CreateAdmin, CreateAdminCommand
from novacart.domain.shared.ids import ProductId
from tests.support.accounts import Person, a_customer, sign_in
from tests.support.builders.accounts import PASSWORD
from tests.support.checkout import ADDRESS, Checkout, Json
from tests.support.crash_harness import MortalShop
from tests.support.crash_points import Crash
from tests.support.fake_stripe.fixtures import WEBHOOK_SECRET
from tests.support.fake_stripe.signatures import sign

_PATIENCE = 10
_PRICE = 100


class Trip:
    """One customer, one product, and whoever else has to do with them.

    A client that gets no answer, or is told to come again, sends the same request again under
    the same key; so does the provider with its events.
    """

    def __init__(self, shop: MortalShop, name: str, owner: Person, *, stock: int = 10) -> None:
        self.shop = shop
        self.owner = owner
        self.person = a_customer(shop.client, name)
        self.product = Checkout(client=shop.client, injector=shop.injector).product(
            price=_PRICE, stock=stock
        )
        self.address: int = self.person.post("/api/addresses/", ADDRESS).get_json()["id"]
        self._keys = count(1)
        self._told = len(shop.stripe.events())

    def sign_in_again(self) -> None:
        """After so long a time that no session lives."""
        self.person = sign_in(self.shop.client, self.person.username)

    def fill(self, quantity: int, product: ProductId | None = None) -> None:
        body = {"product_id": product or self.product, "quantity": quantity}
        assert self.person.post("/api/cart/add/", body).status_code == 200

    def ask(self, path: str, body: object = None, *, by: Person | None = None) -> Json:
        """The answer of the shop, in the end."""
        key = {"Idempotency-Key": f"{self.person.username}-{next(self._keys)}"}
        headers = (by or self.person).headers | key
        for _ in range(_PATIENCE):
            try:
                answer = self.shop.client.post(path, json=body, headers=headers)
            except Crash:
                self.shop.restart()
                continue
            again = answer.status_code == 503 or (
                answer.status_code == 409 and answer.get_json()["code"] == "request_in_progress"
            )
            if again:
                self.shop.wait(15)
                self.shop.work()
                continue
            assert answer.status_code in {200, 201}, answer.text
            found: Json = answer.get_json()
            return found
        raise AssertionError(f"{path} was never answered")

    def call_off(self, order_id: int) -> None:
        """Cancel the order; a second request learns that the first one was heard."""
        path = f"/api/orders/cancel/{order_id}/"
        try:
            answer = self.person.post(path)
        except Crash:
            self.shop.restart()
            answer = self.person.post(path)
            assert answer.status_code in {200, 409}, answer.text
        else:
            assert answer.status_code == 200, answer.text

    def ordered(self, quantity: int = 2) -> Json:
        self.fill(quantity)
        return self.ask("/api/orders/create/")

    def intent(self, order: Json) -> str:
        asked = self.ask("/api/payments/payment-intent/", {"order_id": order["id"]})
        reference: str = asked["payment_intent_id"]
        return reference

    def paid(self, quantity: int = 2) -> Json:
        order = self.ordered(quantity)
        self.shop.stripe.pay(self.intent(order))
        self.rest()
        return order

    def hear(self) -> None:
        """The provider delivers what happened there since, until the shop has taken it in."""
        for event in self.shop.stripe.events()[self._told :]:
            event.pop("delivery", None)
            self._deliver(json.dumps(event).encode())
            self._told += 1

    def rest(self) -> None:
        """The provider speaks and the worker works, as long as either has something to do."""
        self.hear()
        self.shop.work()
        self.hear()

    def _deliver(self, payload: bytes) -> None:
        for _ in range(_PATIENCE):
            signature = sign(
                payload, WEBHOOK_SECRET, timestamp=int(self.shop.clock.now().timestamp())
            )
            try:
                answer = self.shop.client.post(
                    "/api/payments/webhook/", data=payload, headers={"Stripe-Signature": signature}
                )
            except Crash:
                self.shop.restart()
                continue
            assert answer.status_code == 200, answer.text
            return
        raise AssertionError("the event was never taken in")

    def outcome(self) -> Json:
        """What has become of it all: for the customer, at the provider and in the mail."""
        shown = self.person.get("/api/orders/my/?page_size=50").get_json()["results"]
        numbers = {order["number"] for order in shown}
        ledger = self.shop.stripe.ledger()["intents"].values()
        delivered = [sent for sent in self.shop.mailer.delivered if sent[:18] in numbers]
        assert all(delivered.count(sent) <= 2 for sent in delivered), delivered
        return {
            "orders": sorted(
                (
                    order["status"],
                    order["payment_status"],
                    order["total_amount"],
                    *sorted(line["status"] for line in order["items"]),
                )
                for order in shown
            ),
            "payments": sorted(
                (
                    intent["status"],
                    intent["captures"],
                    intent["captured"],
                    intent["refunded"],
                    len(intent["refunds"]),
                )
                for intent in ledger
                if intent["metadata"].get("order_number") in numbers
            ),
            "mail": sorted(re.sub(r"[0-9]+", "n", sent[19:]) for sent in set(delivered)),
            "stock": self.person.get(f"/api/products/{self.product}/").get_json()["stock"],
            "cart": sum(line["quantity"] for line in self.person.get("/api/cart/").get_json()),
        }


Journey = Callable[[Trip], Iterator[None]]
"""What comes before its `yield` is preparation, in which nobody dies."""


def buy(trip: Trip) -> Iterator[None]:
    trip.fill(2)
    yield
    order = trip.ask("/api/orders/create/", {"address_id": trip.address})
    trip.shop.stripe.pay(trip.intent(order))
    trip.rest()


def buy_on_delivery(trip: Trip) -> Iterator[None]:
    trip.fill(2)
    yield
    trip.ask("/api/orders/create/", {"address_id": trip.address, "payment_method": "COD"})
    trip.rest()


def check_out(trip: Trip) -> Iterator[None]:
    """In one step, with the cart changed before the payment."""
    trip.fill(1)
    body = {"address_id": trip.address}
    trip.ask("/api/payments/payment-intent/", body)
    trip.fill(1)
    yield
    asked = trip.ask("/api/payments/payment-intent/", body)
    trip.shop.stripe.pay(asked["payment_intent_id"])
    trip.rest()


def refund(trip: Trip) -> Iterator[None]:
    order = trip.paid()
    yield
    trip.ask(f"/api/payments/refund/{order['id']}/")
    trip.rest()


def refund_a_part(trip: Trip) -> Iterator[None]:
    """With every event of the provider lost."""
    order = trip.paid(3)
    items = [{"id": order["items"][0]["id"], "quantity": 1}]
    yield
    trip.ask(f"/api/payments/refund/{order['id']}/", {"items": items}, by=trip.owner)
    trip.shop.work()


def cancel_an_item(trip: Trip) -> Iterator[None]:
    order = trip.paid()
    item = order["items"][0]["id"]
    yield
    body = {"orderId": order["id"], "itemId": item, "reason": "Too many"}
    trip.ask("/api/orders/cancel-item/", body)
    trip.rest()


def refund_slowly(trip: Trip) -> Iterator[None]:
    """By a bank that takes its time, and a webhook that tells of its end."""
    order = trip.paid()
    stripe = trip.shop.stripe
    stripe.refunds_behave("pending")
    trip.ask(f"/api/payments/refund/{order['id']}/")
    stripe.refunds_behave("succeeded")
    (pending,) = [
        refund["id"]
        for intent in stripe.ledger()["intents"].values()
        if intent["metadata"].get("order_number") == order["number"]
        for refund in intent["refunds"]
    ]
    trip.rest()
    stripe.settle_refund(pending)
    yield
    trip.rest()


def pay_too_late(trip: Trip) -> Iterator[None]:
    order = trip.ordered()
    intent = trip.intent(order)
    trip.shop.stripe.pay(intent, "process")
    trip.rest()
    yield
    trip.call_off(order["id"])
    trip.rest()
    trip.shop.stripe.settle(intent)
    trip.rest()


def call_off(trip: Trip) -> Iterator[None]:
    order = trip.ordered()
    trip.intent(order)
    trip.rest()
    yield
    trip.call_off(order["id"])
    trip.rest()


def let_expire(trip: Trip) -> Iterator[None]:
    trip.intent(trip.ordered())
    trip.rest()
    trip.shop.wait(31 * 60)
    yield
    trip.rest()


JOURNEYS: tuple[Journey, ...] = (
    buy,
    buy_on_delivery,
    check_out,
    refund,
    refund_a_part,
    cancel_an_item,
    refund_slowly,
    pay_too_late,
    call_off,
    let_expire,
)


@dataclass(slots=True)
class Travels:
    """One trip after another through one shop."""

    shop: MortalShop
    owner: Person
    names: "count[int]"

    @classmethod
    def through(cls, shop: MortalShop) -> "Travels":
        shop.injector.get(CreateAdmin)(
            CreateAdminCommand(username="owner", email="owner@example.com", password=PASSWORD)
        )
        return cls(shop=shop, owner=sign_in(shop.client, "owner"), names=count(1))

    def make(self, journey: Journey, *, dying_at: int | None = None) -> Json:
        """The outcome a minute later; `shop.died_at` tells where it died, if it did."""
        trip = Trip(self.shop, f"customer{next(self.names)}", self.owner)
        self.shop.agree_on_time()
        self.shop.work()
        steps = journey(trip)
        next(steps)
        self.shop.doom(dying_at)
        next(steps, None)
        died_at = self.shop.died_at
        self.shop.doom(None)
        self.shop.minute()
        self.shop.died_at = died_at
        return trip.outcome()
