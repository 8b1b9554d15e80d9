"""Fixture for checkouts and payments over HTTP."""

import json
import time
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from injector import Injector
from werkzeug.test import TestResponse

from novacart.application.payments.reconcile_payments import (
    ReconcilePayments,
    ReconcilePaymentsCommand,
)
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.application.relay import Relay
from novacart.domain.shared.ids import ProductId
from novacart.entrypoints.container import build_relay
from tests.support.accounts import Person, create_owner, sign_in
from tests.support.builders.ordering import add_product
from tests.support.fake_stripe.server import FakeStripe
from tests.support.fake_stripe.signatures import sign

ADDRESS = {
    "name": "Asha Rao",
    "mobile": "9000000001",
    "pincode": "560001",
    "state": "Karnataka",
    "district": "Bengaluru",
    "town": "Bengaluru",
    "house_number": "12A",
    "address": "Second floor, Residency Road",
    "address_type": "HOME",
}
Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class CheckoutFixture:
    """Steps of a customer's checkout, and the work of the worker."""

    client: FlaskClient
    injector: Injector

    def product(self, *, price: int = 241, stock: int = 10) -> ProductId:
        begin = self.injector.get(UnitOfWorkFactory)  # type: ignore[type-abstract]
        with begin() as work:
            product_id = add_product(work, price=price, stock=stock)
            work.commit()
        return product_id

    def stock(self, product_id: ProductId) -> int:
        body = self.client.get(f"/api/products/{product_id}/").get_json()
        return int(body["stock"])

    def order(self, person: Person, quantities: dict[ProductId, int]) -> Json:
        self.fill(person, quantities)
        return created(person.post("/api/orders/create/"))

    def fill(self, person: Person, quantities: dict[ProductId, int]) -> None:
        for product_id, quantity in quantities.items():
            response = person.post(
                "/api/cart/add/", {"product_id": product_id, "quantity": quantity}
            )
            assert response.status_code == 200, response.text

    def staff(self) -> Person:
        create_owner(self.injector)
        return sign_in(self.client, "owner")

    def intent(self, person: Person, order_id: int) -> Json:
        return ok(person.post("/api/payments/payment-intent/", {"order_id": order_id}))

    def confirm(self, intent: str, outcome: str = "succeed") -> TestResponse:
        return self.client.post(
            f"/api/payments/sandbox/{intent}/confirm/", json={"outcome": outcome}
        )

    def work(self) -> None:
        """Relay all events, as the worker does."""
        relay: Relay = build_relay(self.injector)
        while relay():
            pass

    def reconcile(self) -> int:
        return self.injector.get(ReconcilePayments)(ReconcilePaymentsCommand(force=True))

    def deliver(self, event: Json, secret: str, *, at: int | None = None) -> TestResponse:
        payload = json.dumps(event).encode()
        signature = sign(payload, secret, timestamp=at or int(time.time()))
        return self.client.post(
            "/api/payments/webhook/", data=payload, headers={"Stripe-Signature": signature}
        )

    def deliver_all(self, stripe: FakeStripe, secret: str) -> None:
        for event in stripe.events():
            event.pop("delivery", None)
            assert self.deliver(event, secret).status_code == 200


def ok(response: TestResponse) -> Json:
    assert response.status_code == 200, response.text
    body: Json = response.get_json()
    return body


def created(response: TestResponse) -> Json:
    assert response.status_code == 201, response.text
    body: Json = response.get_json()
    return body
