"""Payments and refunds over HTTP with the fake Stripe, failures included."""

import json
import time
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector, Module, provider, singleton

from novacart.adapters.persistence.database import Database
from novacart.adapters.stripe.gateway import StripeGateway
from novacart.adapters.stripe.http_client import BoundedClient
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import PaymentGateway
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.application.ports.webhook_events import EventState
from tests.integration.http.conftest import MakeApp
from tests.support.accounts import CheapPasswords, Person, a_customer
from tests.support.checkout import CheckoutFixture, Json, ok
from tests.support.databases import on_sqlite
from tests.support.fake_stripe.faults import Effect
from tests.support.fake_stripe.fixtures import API_KEY, WEBHOOK_SECRET, fake_stripe
from tests.support.fake_stripe.server import FakeStripe
from tests.support.race_harness import database_violations

__all__ = ["fake_stripe"]


class QuickStripe(Module):
    """A gateway with short time limits, so that tests of an outage are fast."""

    def __init__(self, url: str) -> None:
        self._url = url

    @provider
    @singleton
    def gateway(self, clock: Clock) -> PaymentGateway:
        return StripeGateway(
            secret_key=API_KEY,
            publishable_key="pk_test_of_the_shop",
            clock=clock,
            api_base=self._url,
            http_client=BoundedClient(budget=1.2, attempt=0.4, pause=0.05),
        )


@pytest.fixture
def app(make_app: MakeApp, fake_stripe: FakeStripe) -> Flask:
    return make_app(
        CheapPasswords(),
        QuickStripe(fake_stripe.url),
        STRIPE_SECRET_KEY=API_KEY,
        STRIPE_WEBHOOK_SECRET=WEBHOOK_SECRET,
        RATELIMIT_ENABLED="False",
    )


@pytest.fixture
def shop(client: FlaskClient, injector: Injector) -> CheckoutFixture:
    return CheckoutFixture(client=client, injector=injector)


@pytest.fixture
def asha(client: FlaskClient) -> Person:
    return a_customer(client)


def _paid(shop: CheckoutFixture, asha: Person, stripe: FakeStripe) -> tuple[Json, str]:
    order = shop.order(asha, {shop.product(price=100): 2})
    intent = shop.intent(asha, order["id"])["payment_intent_id"]
    stripe.pay(intent)
    shop.deliver_all(stripe, WEBHOOK_SECRET)
    return order, intent


def _status(asha: Person, order: Json) -> tuple[str, str]:
    shown = ok(asha.get(f"/api/orders/{order['id']}/"))
    return shown["status"], shown["payment_status"]


def test_repeated_events_in_any_order_lead_to_one_result(
    shop: CheckoutFixture, asha: Person, fake_stripe: FakeStripe
) -> None:
    order, intent = _paid(shop, asha, fake_stripe)
    assert _status(asha, order) == ("PAID", "PAID")
    fake_stripe.refund(intent, 5000)
    fake_stripe.refund(intent)
    events = fake_stripe.events()
    for event in [*reversed(events), *events]:
        event.pop("delivery", None)
        assert shop.deliver(event, WEBHOOK_SECRET).status_code == 200
    assert _status(asha, order) == ("REFUNDED", "REFUNDED")


def test_order_is_paid_and_refunded_without_any_event(
    shop: CheckoutFixture, asha: Person, fake_stripe: FakeStripe
) -> None:
    order = shop.order(asha, {shop.product(price=100): 2})
    fake_stripe.pay(shop.intent(asha, order["id"])["payment_intent_id"])
    shop.reconcile()
    assert _status(asha, order) == ("PAID", "PAID")
    fake_stripe.set_refund_status("pending")
    response = ok(asha.post(f"/api/payments/refund/{order['id']}/"))
    assert response["status"] == "pending"
    assert ok(asha.get(f"/api/orders/{order['id']}/"))["items"][0]["status"] == ("REFUND_REQUESTED")
    for refund in fake_stripe.ledger()["intents"].values():
        fake_stripe.settle_refund(refund["refunds"][0]["id"])
    shop.reconcile()
    assert _status(asha, order) == ("REFUNDED", "REFUNDED")


def test_order_shows_what_is_left_during_a_refund(
    shop: CheckoutFixture, asha: Person, fake_stripe: FakeStripe
) -> None:
    order, _ = _paid(shop, asha, fake_stripe)
    url = f"/api/payments/refund/{order['id']}/"

    def left() -> str:
        [item] = ok(asha.get(f"/api/orders/{order['id']}/"))["items"]
        amount: str = item["refundable_amount"]
        return amount

    assert left() == order["total_amount"] == "200.00"
    fake_stripe.set_refund_status("pending")
    ok(shop.staff().post(url, {"amount": "30.00"}))
    assert ok(asha.get(f"/api/orders/{order['id']}/"))["refunded_amount"] == "0.00"
    assert left() == "170.00"
    assert ok(asha.post(url))["amount"] == "170.00"
    assert left() == "0.00"


def test_failed_refund_can_be_made_again(
    shop: CheckoutFixture, asha: Person, fake_stripe: FakeStripe
) -> None:
    order, _ = _paid(shop, asha, fake_stripe)
    ok(asha.post(f"/api/payments/refund/{order['id']}/"))
    assert _status(asha, order) == ("REFUNDED", "REFUNDED")
    (intent,) = fake_stripe.ledger()["intents"].values()
    fake_stripe.fail_refund(intent["refunds"][0]["id"])
    shop.deliver_all(fake_stripe, WEBHOOK_SECRET)
    assert _status(asha, order) == ("REFUNDED", "PAID")
    ok(shop.staff().post(f"/api/payments/refund/{order['id']}/"))
    assert _status(asha, order) == ("REFUNDED", "REFUNDED")


@pytest.mark.parametrize(
    "effect", ["hang", "close", "server_error", "conflict", "rate_limit", "garbage", "redirect"]
)
def test_outage_responds_503_and_opens_one_payment(
    shop: CheckoutFixture, asha: Person, fake_stripe: FakeStripe, effect: Effect
) -> None:
    order = shop.order(asha, {shop.product(): 1})
    fake_stripe.fault(effect, times=50, seconds=30.0)
    body = {"order_id": order["id"]}
    response = asha.post("/api/payments/payment-intent/", body)
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    fake_stripe.clear_faults()
    fake_stripe.resume()
    ok(asha.post("/api/payments/payment-intent/", body))
    assert len(fake_stripe.ledger()["intents"]) == 1


@pytest.mark.parametrize("effect", ["hang", "reset", "server_error", "garbage"])
def test_lost_response_opens_one_payment(
    shop: CheckoutFixture, asha: Person, fake_stripe: FakeStripe, effect: Effect
) -> None:
    order = shop.order(asha, {shop.product(): 1})
    fake_stripe.fault(effect, when="after", times=3, method="POST", seconds=30.0)
    body = {"order_id": order["id"]}
    first = asha.post("/api/payments/payment-intent/", body)
    assert first.status_code in {200, 503}
    fake_stripe.clear_faults()
    fake_stripe.resume()
    intent = ok(asha.post("/api/payments/payment-intent/", body))["payment_intent_id"]
    assert list(fake_stripe.ledger()["intents"]) == [intent]


def test_declined_card_leaves_a_payable_order(
    shop: CheckoutFixture, asha: Person, fake_stripe: FakeStripe
) -> None:
    order = shop.order(asha, {shop.product(): 1})
    fake_stripe.fault("card_declined", method="POST")
    body = {"order_id": order["id"]}
    assert asha.post("/api/payments/payment-intent/", body).status_code == 402
    assert _status(asha, order) == ("PENDING", "PENDING")
    ok(asha.post("/api/payments/payment-intent/", body))


@pytest.mark.parametrize("effect", ["hang", "reset", "server_error", "garbage"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_refund_with_a_lost_response_is_made_once(
    shop: CheckoutFixture, asha: Person, fake_stripe: FakeStripe, effect: Effect, when: str
) -> None:
    order, intent = _paid(shop, asha, fake_stripe)
    fake_stripe.fault(
        effect,
        when=when,  # type: ignore[arg-type]
        times=3,
        method="POST",
        path="/v1/refunds",
        seconds=30.0,
    )
    line = order["items"][0]["id"]
    staff = shop.staff()
    url = f"/api/payments/refund/{order['id']}/"
    ok(staff.post(url, {"items": [{"id": line, "quantity": 1}]}))
    fake_stripe.clear_faults()
    fake_stripe.resume()
    shop.reconcile()
    shop.reconcile()
    ledger = fake_stripe.ledger()["intents"][intent]
    assert ledger["refunded"] == 10_000
    assert len(ledger["refunds"]) == 1
    assert _status(asha, order) == ("PAID", "PARTIALLY_REFUNDED")


def test_refund_refused_by_stripe_changes_nothing(
    shop: CheckoutFixture, asha: Person, fake_stripe: FakeStripe
) -> None:
    order, intent = _paid(shop, asha, fake_stripe)
    fake_stripe.open_dispute(intent)
    response = asha.post(f"/api/payments/refund/{order['id']}/")
    assert response.status_code == 409
    assert response.get_json()["code"] == "refund_refused"
    assert _status(asha, order) == ("PAID", "PAID")
    shop.deliver_all(fake_stripe, WEBHOOK_SECRET)
    again = asha.post(f"/api/payments/refund/{order['id']}/")
    assert again.get_json()["code"] == "payment_disputed"


def test_repeated_cancellation_of_an_item_reports_its_refused_refund(
    shop: CheckoutFixture, asha: Person, fake_stripe: FakeStripe
) -> None:
    order, intent = _paid(shop, asha, fake_stripe)
    fake_stripe.open_dispute(intent)
    body = {"orderId": order["id"], "itemId": order["items"][0]["id"], "reason": "Too many"}
    headers = asha.headers | {"Idempotency-Key": "one-key"}
    for _ in range(2):
        response = asha.client.post("/api/orders/cancel-item/", json=body, headers=headers)
        assert (response.status_code, response.get_json()["code"]) == (409, "refund_refused")
    assert _status(asha, order) == ("PAID", "PAID")


def test_cancelled_order_has_its_intent_cancelled(
    shop: CheckoutFixture, asha: Person, fake_stripe: FakeStripe
) -> None:
    order = shop.order(asha, {shop.product(): 1})
    intent = shop.intent(asha, order["id"])["payment_intent_id"]
    ok(asha.post(f"/api/orders/cancel/{order['id']}/"))
    shop.work()
    assert fake_stripe.ledger()["intents"][intent]["status"] == "canceled"


def test_late_payment_is_refunded(
    shop: CheckoutFixture, asha: Person, fake_stripe: FakeStripe
) -> None:
    order = shop.order(asha, {shop.product(): 1})
    intent = shop.intent(asha, order["id"])["payment_intent_id"]
    fake_stripe.pay(intent, "process")
    ok(asha.post(f"/api/orders/cancel/{order['id']}/"))
    shop.work()
    fake_stripe.settle(intent)
    shop.deliver_all(fake_stripe, WEBHOOK_SECRET)
    shop.work()
    ledger = fake_stripe.ledger()["intents"][intent]
    assert ledger["captured"] == ledger["refunded"] > 0
    assert _status(asha, order) == ("CANCELLED", "REFUNDED")
    assert ok(asha.get(f"/api/orders/{order['id']}/"))["refunded_amount"] == "241.00"
    database = shop.injector.get(Database)
    assert database_violations(database, at=datetime.now(UTC)) == []
    fake_stripe.fail_refund(ledger["refunds"][0]["id"])
    shop.deliver_all(fake_stripe, WEBHOOK_SECRET)
    assert _status(asha, order) == ("CANCELLED", "VOIDED")
    assert ok(asha.get(f"/api/orders/{order['id']}/"))["refunded_amount"] == "0.00"


# -- events that are refused or quarantined ----------------------------------------------------


@pytest.mark.parametrize("offset", [-301, 301])
def test_event_with_an_old_or_future_timestamp_is_refused(
    shop: CheckoutFixture, offset: int
) -> None:
    response = shop.deliver(_event(), WEBHOOK_SECRET, at=int(time.time()) + offset)
    assert response.status_code == 400
    assert shop.deliver(_event(), WEBHOOK_SECRET).status_code == 200


def test_event_without_a_valid_signature_is_refused(
    shop: CheckoutFixture, client: FlaskClient
) -> None:
    assert shop.deliver(_event(), "whsec_of_another_account").status_code == 400
    payload = json.dumps(_event()).encode()
    for headers in ({}, {"Stripe-Signature": ""}, {"Stripe-Signature": "t=1,v1=00"}):
        response = client.post("/api/payments/webhook/", data=payload, headers=headers)
        assert response.status_code == 400
        assert response.get_json()["code"] == "webhook_signature_invalid"


@on_sqlite
@pytest.mark.parametrize("body", [[], {}, {"id": 1}, {"id": "", "type": "x", "created": 1}, "x"])
def test_signed_body_that_is_not_an_event_is_refused(shop: CheckoutFixture, body: Json) -> None:
    assert shop.deliver(body, WEBHOOK_SECRET).status_code == 400


def _event(event_type: str = "customer.created", obj: Json | None = None) -> Json:
    return {
        "id": "evt_x",
        "object": "event",
        "type": event_type,
        "created": int(time.time()),
        "data": {"object": obj or {}},
    }


@pytest.mark.parametrize(
    "event_type",
    ["customer.created", "payment_intent.succeeded", "charge.refunded", "charge.dispute.created"],
)
def test_events_of_other_types_and_payments_are_accepted(
    shop: CheckoutFixture, event_type: str
) -> None:
    obj = {
        "id": "pi_of_another_shop",
        "status": "succeeded",
        "amount": 100,
        "amount_received": 100,
        "currency": "inr",
        "payment_intent": "pi_of_another_shop",
    }
    assert shop.deliver(_event(event_type, obj), WEBHOOK_SECRET).status_code == 200
    assert shop.deliver(_event(event_type, obj), WEBHOOK_SECRET).status_code == 200


def test_thin_event_is_accepted(shop: CheckoutFixture, injector: Injector) -> None:
    event = {
        "id": "evt_thin",
        "object": "v2.core.event",
        "type": "v1.billing.meter.error_report_triggered",
        "livemode": False,
        "created": "2024-09-17T06:20:52.246Z",
        "context": None,
        "related_object": {"id": "mtr_1", "type": "billing.meter", "url": "/v1/billing/meters/1"},
        "reason": None,
    }
    for _ in range(2):
        assert shop.deliver(event, WEBHOOK_SECRET).status_code == 200
    assert _state(injector, "evt_thin") is EventState.HANDLED


@pytest.mark.parametrize("member", [{"account": "acct_of_another_shop"}, {"livemode": True}])
def test_event_of_another_account_or_mode_is_quarantined(
    shop: CheckoutFixture, asha: Person, injector: Injector, member: Json
) -> None:
    order = shop.order(asha, {shop.product(): 1})
    intent = shop.intent(asha, order["id"])["payment_intent_id"]
    event = _event("payment_intent.succeeded", _succeeded(intent))
    assert shop.deliver(event | member, WEBHOOK_SECRET).status_code == 200
    assert _status(asha, order) == ("PENDING", "PENDING")
    assert _state(injector, "evt_x") is EventState.QUARANTINED
    own = event | {"id": "evt_own", "livemode": False}
    assert shop.deliver(own, WEBHOOK_SECRET).status_code == 200
    assert _status(asha, order) == ("PAID", "PAID")


def _succeeded(intent: str) -> Json:
    return {
        "id": intent,
        "status": "succeeded",
        "amount": 24_100,
        "amount_received": 24_100,
        "currency": "inr",
        "metadata": {},
    }


def _state(injector: Injector, event_id: str) -> EventState:
    with injector.get(UnitOfWorkFactory)() as work:  # type: ignore[type-abstract]
        return work.webhook_events.get(event_id).state


@pytest.mark.parametrize(
    "contradiction",
    [
        {"amount": 1},
        {"amount_received": 1},
        {"currency": "usd"},
        {"metadata": {"order_number": "NC-20260101-AAAAAA"}},
    ],
)
def test_event_that_contradicts_the_record_is_quarantined(
    shop: CheckoutFixture, asha: Person, injector: Injector, contradiction: Json
) -> None:
    order = shop.order(asha, {shop.product(): 1})
    intent = shop.intent(asha, order["id"])["payment_intent_id"]
    event = _event("payment_intent.succeeded", _succeeded(intent) | contradiction)
    assert shop.deliver(event, WEBHOOK_SECRET).status_code == 200
    assert _status(asha, order) == ("PENDING", "PENDING")
    assert _state(injector, "evt_x") is EventState.QUARANTINED
