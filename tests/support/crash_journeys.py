"""Journeys of customers during which web or worker crashes once."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

from werkzeug.test import TestResponse

from novacart.domain.shared.ids import ProductId
from tests.support.accounts import Person, a_customer, create_owner, sign_in
from tests.support.checkout import ADDRESS, CheckoutFixture, Json
from tests.support.crash_harness import CrashHarness
from tests.support.crash_points import Crash
from tests.support.fake_stripe.fixtures import WEBHOOK_SECRET
from tests.support.fake_stripe.signatures import sign

_MAX_ATTEMPTS = 10
_PRICE = 100


class Customer:
    """A customer, and a product that no other customer orders.

    Requests that get no response, 503 or "in progress" are repeated under the same key. Stripe's
    events are delivered until they are acknowledged.
    """

    def __init__(self, shop: CrashHarness, name: str, owner: Person, *, stock: int = 10) -> None:
        self.shop = shop
        self.owner = owner
        self.person = a_customer(shop.client, name)
        self.product = CheckoutFixture(client=shop.client, injector=shop.injector).product(
            price=_PRICE, stock=stock
        )
        self.address: int = self.person.post("/api/addresses/", ADDRESS).get_json()["id"]
        self._keys = count(1)
        self._delivered_events = len(shop.stripe.events())

    def sign_in_again(self) -> None:
        """Sign in after the session has expired."""
        self.person = sign_in(self.shop.client, self.person.username)

    def add_to_cart(self, quantity: int, product: ProductId | None = None) -> None:
        body = {"product_id": product or self.product, "quantity": quantity}
        assert self.person.post("/api/cart/add/", body).status_code == 200

    def post_until_ok(self, path: str, body: object = None, *, by: Person | None = None) -> Json:
        """Repeat the request under one key until it succeeds."""
        key = {"Idempotency-Key": f"{self.person.username}-{next(self._keys)}"}
        headers = (by or self.person).headers | key
        for _ in range(_MAX_ATTEMPTS):
            try:
                response = self.shop.client.post(path, json=body, headers=headers)
            except Crash:
                self.shop.restart()
                continue
            if _is_temporary(response):
                self.shop.wait(15)
                self.shop.work()
                continue
            assert response.status_code in {200, 201}, response.text
            document: Json = response.get_json()
            return document
        raise AssertionError(f"{path} did not succeed in {_MAX_ATTEMPTS} attempts")

    def cancel(self, order_id: int) -> None:
        """Cancel the order; after a crash, 409 means that the first request had its effect."""
        path = f"/api/orders/cancel/{order_id}/"
        try:
            response = self.person.post(path)
        except Crash:
            self.shop.restart()
            response = self.person.post(path)
            assert response.status_code in {200, 409}, response.text
        else:
            assert response.status_code == 200, response.text

    def place_order(self, quantity: int = 2) -> Json:
        self.add_to_cart(quantity)
        return self.post_until_ok("/api/orders/create/")

    def open_payment(self, order: Json) -> str:
        intent = self.post_until_ok("/api/payments/payment-intent/", {"order_id": order["id"]})
        reference: str = intent["payment_intent_id"]
        return reference

    def place_paid_order(self, quantity: int = 2) -> Json:
        order = self.place_order(quantity)
        self.pay(order)
        return order

    def pay(self, order: Json) -> str:
        """Pay an order, settle, and return the id of its intent."""
        intent = self.open_payment(order)
        self.shop.stripe.pay(intent)
        self.settle()
        return intent

    def deliver_events(self) -> None:
        """Deliver Stripe's new events, each until it is acknowledged."""
        for event in self.shop.stripe.events()[self._delivered_events :]:
            event.pop("delivery", None)
            self._deliver(json.dumps(event).encode())
            self._delivered_events += 1

    def settle(self) -> None:
        """Deliver Stripe's events and run the worker until neither has anything to do."""
        self.deliver_events()
        self.shop.work()
        self.deliver_events()

    def _deliver(self, payload: bytes) -> None:
        for _ in range(_MAX_ATTEMPTS):
            signature = sign(
                payload, WEBHOOK_SECRET, timestamp=int(self.shop.clock.now().timestamp())
            )
            try:
                response = self.shop.client.post(
                    "/api/payments/webhook/", data=payload, headers={"Stripe-Signature": signature}
                )
            except Crash:
                self.shop.restart()
                continue
            assert response.status_code == 200, response.text
            return
        raise AssertionError(f"the event was not acknowledged in {_MAX_ATTEMPTS} attempts")

    def outcome(self) -> Json:
        """Return the state that a crash must not change: orders, payments, mails, stock, cart."""
        orders = self.person.get("/api/orders/my/?page_size=50").get_json()["results"]
        numbers = {order["number"] for order in orders}
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
                for order in orders
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


def _is_temporary(response: TestResponse) -> bool:
    return response.status_code == 503 or (
        response.status_code == 409 and response.get_json()["code"] == "request_in_progress"
    )


Journey = Callable[[Customer], Iterator[None]]
"""A generator; no crash happens in the set-up before its `yield`."""


def buy(customer: Customer) -> Iterator[None]:
    customer.add_to_cart(2)
    yield
    order = customer.post_until_ok("/api/orders/create/", {"address_id": customer.address})
    customer.pay(order)


def buy_cash_on_delivery(customer: Customer) -> Iterator[None]:
    customer.add_to_cart(2)
    yield
    body = {"address_id": customer.address, "payment_method": "COD"}
    customer.post_until_ok("/api/orders/create/", body)
    customer.settle()


def check_out_changed_cart(customer: Customer) -> Iterator[None]:
    customer.add_to_cart(1)
    body = {"address_id": customer.address}
    customer.post_until_ok("/api/payments/payment-intent/", body)
    customer.add_to_cart(1)
    yield
    intent = customer.post_until_ok("/api/payments/payment-intent/", body)
    customer.shop.stripe.pay(intent["payment_intent_id"])
    customer.settle()


def refund_order(customer: Customer) -> Iterator[None]:
    order = customer.place_paid_order()
    yield
    customer.post_until_ok(f"/api/payments/refund/{order['id']}/")
    customer.settle()


def refund_item_without_webhooks(customer: Customer) -> Iterator[None]:
    order = customer.place_paid_order(3)
    items = [{"id": order["items"][0]["id"], "quantity": 1}]
    yield
    path = f"/api/payments/refund/{order['id']}/"
    customer.post_until_ok(path, {"items": items}, by=customer.owner)
    customer.shop.work()


def cancel_item(customer: Customer) -> Iterator[None]:
    order = customer.place_paid_order()
    item = order["items"][0]["id"]
    yield
    body = {"orderId": order["id"], "itemId": item, "reason": "Too many"}
    customer.post_until_ok("/api/orders/cancel-item/", body)
    customer.settle()


def settle_pending_refund(customer: Customer) -> Iterator[None]:
    order = customer.place_paid_order()
    stripe = customer.shop.stripe
    stripe.set_refund_status("pending")
    customer.post_until_ok(f"/api/payments/refund/{order['id']}/")
    stripe.set_refund_status("succeeded")
    (pending,) = [
        refund["id"]
        for intent in stripe.ledger()["intents"].values()
        if intent["metadata"].get("order_number") == order["number"]
        for refund in intent["refunds"]
    ]
    customer.settle()
    stripe.settle_refund(pending)
    yield
    customer.settle()


def pay_cancelled_order(customer: Customer) -> Iterator[None]:
    order = customer.place_order()
    intent = customer.open_payment(order)
    customer.shop.stripe.pay(intent, "process")
    customer.settle()
    yield
    customer.cancel(order["id"])
    customer.settle()
    customer.shop.stripe.settle(intent)
    customer.settle()


def cancel_unpaid_order(customer: Customer) -> Iterator[None]:
    order = customer.place_order()
    customer.open_payment(order)
    customer.settle()
    yield
    customer.cancel(order["id"])
    customer.settle()


def let_order_expire(customer: Customer) -> Iterator[None]:
    customer.open_payment(customer.place_order())
    customer.settle()
    customer.shop.wait(31 * 60)
    yield
    customer.settle()


def replace_unpaid_checkout(customer: Customer) -> Iterator[None]:
    customer.add_to_cart(2)
    body = {"address_id": customer.address}
    customer.post_until_ok("/api/payments/payment-intent/", body)
    yield
    customer.pay(customer.post_until_ok("/api/orders/create/", body))


def cancel_item_of_cash_order(customer: Customer) -> Iterator[None]:
    customer.add_to_cart(2)
    body: Json = {"address_id": customer.address, "payment_method": "COD"}
    order = customer.post_until_ok("/api/orders/create/", body)
    customer.settle()
    yield
    body = {"orderId": order["id"], "itemId": order["items"][0]["id"], "reason": "Too many"}
    customer.post_until_ok("/api/orders/cancel-item/", body)
    customer.settle()


def refund_in_dashboard(customer: Customer) -> Iterator[None]:
    customer.shop.stripe.refund(customer.pay(customer.place_order()), 50)
    yield
    customer.settle()


def lose_dispute(customer: Customer) -> Iterator[None]:
    stripe = customer.shop.stripe
    dispute = stripe.open_dispute(customer.pay(customer.place_order()))["id"]
    yield
    customer.settle()
    stripe.close_dispute(dispute, won=False)
    customer.settle()


def return_refund_from_bank(customer: Customer) -> Iterator[None]:
    order = customer.place_order()
    intent = customer.pay(order)
    customer.post_until_ok(f"/api/payments/refund/{order['id']}/")
    customer.settle()
    (refund,) = customer.shop.stripe.ledger()["intents"][intent]["refunds"]
    customer.shop.stripe.fail_refund(refund["id"])
    yield
    customer.settle()


JOURNEYS: tuple[Journey, ...] = (
    buy,
    buy_cash_on_delivery,
    check_out_changed_cart,
    refund_order,
    refund_item_without_webhooks,
    cancel_item,
    settle_pending_refund,
    pay_cancelled_order,
    cancel_unpaid_order,
    let_order_expire,
    replace_unpaid_checkout,
    cancel_item_of_cash_order,
    refund_in_dashboard,
    lose_dispute,
    return_refund_from_bank,
)


@dataclass(slots=True)
class JourneyRunner:
    """Runs journeys on one shop, each with a new customer."""

    shop: CrashHarness
    owner: Person
    numbers: "count[int]"

    @classmethod
    def create(cls, shop: CrashHarness) -> "JourneyRunner":
        create_owner(shop.injector)
        return cls(shop=shop, owner=sign_in(shop.client, "owner"), numbers=count(1))

    def run(self, journey: Journey, *, crash_at: int | None = None) -> Json:
        """Run the journey and a minute of the worker; return the outcome.

        `shop.crashed_at` names the point of the crash; None if there was none.
        """
        customer = Customer(self.shop, f"customer{next(self.numbers)}", self.owner)
        self.shop.sync_clocks()
        self.shop.work()
        steps = journey(customer)
        next(steps)
        self.shop.crash_at(crash_at)
        next(steps, None)
        crashed_at = self.shop.crashed_at
        self.shop.crash_at(None)
        self.shop.run_one_minute()
        self.shop.crashed_at = crashed_at
        return customer.outcome()
