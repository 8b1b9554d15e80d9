"""Paying and refunding over HTTP with Stripe, whatever Stripe does."""

import json
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector, Module, provider, singleton

from novacart.adapters.stripe.gateway import StripeGateway
from novacart.adapters.stripe.http_client import BoundedClient
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import PaymentGateway
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.application.ports.webhook_events import EventState
from tests.integration.http.conftest import MakeApp
from tests.support.accounts import CheapPasswords, Person, a_customer
from tests.support.checkout import Checkout, Json, done
from tests.support.fake_stripe.faults import Effect
from tests.support.fake_stripe.fixtures import API_KEY, WEBHOOK_SECRET, fake_stripe
from tests.support.fake_stripe.server import FakeStripe

__all__ = ["fake_stripe"]


class QuickStripe(Module):
    """Gives up in a second, so that a test of an outage need not wait."""

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
def shop(client: FlaskClient, injector: Injector) -> Checkout:
    return Checkout(client=client, injector=injector)


@pytest.fixture
def asha(client: FlaskClient) -> Person:
    return a_customer(client)


def _paid(shop: Checkout, asha: Person, stripe: FakeStripe) -> tuple[Json, str]:
    order = shop.order(asha, {shop.product(price=100): 2})
    intent = shop.intent(asha, order["id"])["payment_intent_id"]
    stripe.pay(intent)
    shop.deliver_all(stripe, WEBHOOK_SECRET)
    return order, intent


def _status(asha: Person, order: Json) -> tuple[str, str]:
    shown = done(asha.get(f"/api/orders/{order['id']}/"))
    return shown["status"], shown["payment_status"]


def test_events_pay_the_order_in_any_order_any_number_of_times(
    shop: Checkout, asha: Person, fake_stripe: FakeStripe
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


def test_with_all_events_lost_everything_settles(
    shop: Checkout, asha: Person, fake_stripe: FakeStripe
) -> None:
    order = shop.order(asha, {shop.product(price=100): 2})
    fake_stripe.pay(shop.intent(asha, order["id"])["payment_intent_id"])
    shop.reconcile()
    assert _status(asha, order) == ("PAID", "PAID")
    fake_stripe.set_refund_status("pending")
    answer = done(asha.post(f"/api/payments/refund/{order['id']}/"))
    assert answer["status"] == "pending"
    assert done(asha.get(f"/api/orders/{order['id']}/"))["items"][0]["status"] == (
        "REFUND_REQUESTED"
    )
    for refund in fake_stripe.ledger()["intents"].values():
        fake_stripe.settle_refund(refund["refunds"][0]["id"])
    shop.reconcile()
    assert _status(asha, order) == ("REFUNDED", "REFUNDED")


def test_a_failed_refund_gives_the_line_back(
    shop: Checkout, asha: Person, fake_stripe: FakeStripe
) -> None:
    order, _ = _paid(shop, asha, fake_stripe)
    done(asha.post(f"/api/payments/refund/{order['id']}/"))
    assert _status(asha, order) == ("REFUNDED", "REFUNDED")
    (intent,) = fake_stripe.ledger()["intents"].values()
    fake_stripe.fail_refund(intent["refunds"][0]["id"])
    shop.deliver_all(fake_stripe, WEBHOOK_SECRET)
    assert _status(asha, order) == ("REFUNDED", "PAID")
    done(shop.staff().post(f"/api/payments/refund/{order['id']}/"))
    assert _status(asha, order) == ("REFUNDED", "REFUNDED")


@pytest.mark.parametrize(
    "effect", ["hang", "close", "server_error", "conflict", "rate_limit", "garbage", "redirect"]
)
def test_an_outage_is_a_503_and_nothing_is_charged_twice(
    shop: Checkout, asha: Person, fake_stripe: FakeStripe, effect: Effect
) -> None:
    order = shop.order(asha, {shop.product(): 1})
    fake_stripe.fault(effect, times=50, seconds=30.0)
    body = {"order_id": order["id"]}
    answer = asha.post("/api/payments/payment-intent/", body)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    fake_stripe.clear_faults()
    fake_stripe.resume()
    done(asha.post("/api/payments/payment-intent/", body))
    assert len(fake_stripe.ledger()["intents"]) == 1


@pytest.mark.parametrize("effect", ["hang", "reset", "server_error", "garbage"])
def test_an_answer_that_was_lost_leads_to_one_intent(
    shop: Checkout, asha: Person, fake_stripe: FakeStripe, effect: Effect
) -> None:
    order = shop.order(asha, {shop.product(): 1})
    fake_stripe.fault(effect, when="after", times=3, method="POST", seconds=30.0)
    body = {"order_id": order["id"]}
    first = asha.post("/api/payments/payment-intent/", body)
    assert first.status_code in {200, 503}
    fake_stripe.clear_faults()
    fake_stripe.resume()
    intent = done(asha.post("/api/payments/payment-intent/", body))["payment_intent_id"]
    assert list(fake_stripe.ledger()["intents"]) == [intent]


def test_a_402_leaves_a_payable_order(
    shop: Checkout, asha: Person, fake_stripe: FakeStripe
) -> None:
    order = shop.order(asha, {shop.product(): 1})
    fake_stripe.fault("card_declined", method="POST")
    body = {"order_id": order["id"]}
    assert asha.post("/api/payments/payment-intent/", body).status_code == 402
    assert _status(asha, order) == ("PENDING", "PENDING")
    done(asha.post("/api/payments/payment-intent/", body))


@pytest.mark.parametrize("effect", ["hang", "reset", "server_error", "garbage"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_refund_whose_answer_was_lost_is_made_once(
    shop: Checkout, asha: Person, fake_stripe: FakeStripe, effect: Effect, when: str
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
    done(staff.post(url, {"items": [{"id": line, "quantity": 1}]}))
    fake_stripe.clear_faults()
    fake_stripe.resume()
    shop.reconcile()
    shop.reconcile()
    books = fake_stripe.ledger()["intents"][intent]
    assert books["refunded"] == 10_000
    assert len(books["refunds"]) == 1
    assert _status(asha, order) == ("PAID", "PARTIALLY_REFUNDED")


def test_a_refund_that_stripe_will_not_make_changes_nothing(
    shop: Checkout, asha: Person, fake_stripe: FakeStripe
) -> None:
    order, intent = _paid(shop, asha, fake_stripe)
    fake_stripe.open_dispute(intent)
    answer = asha.post(f"/api/payments/refund/{order['id']}/")
    assert answer.status_code == 409
    assert answer.get_json()["code"] == "refund_refused"
    assert _status(asha, order) == ("PAID", "PAID")
    shop.deliver_all(fake_stripe, WEBHOOK_SECRET)
    again = asha.post(f"/api/payments/refund/{order['id']}/")
    assert again.get_json()["code"] == "nothing_to_refund"


def test_cancelling_closes_the_intent(
    shop: Checkout, asha: Person, fake_stripe: FakeStripe
) -> None:
    order = shop.order(asha, {shop.product(): 1})
    intent = shop.intent(asha, order["id"])["payment_intent_id"]
    done(asha.post(f"/api/orders/cancel/{order['id']}/"))
    shop.work()
    assert fake_stripe.ledger()["intents"][intent]["status"] == "canceled"


def test_money_that_was_on_its_way_comes_back(
    shop: Checkout, asha: Person, fake_stripe: FakeStripe
) -> None:
    order = shop.order(asha, {shop.product(): 1})
    intent = shop.intent(asha, order["id"])["payment_intent_id"]
    fake_stripe.pay(intent, "process")
    done(asha.post(f"/api/orders/cancel/{order['id']}/"))
    shop.work()
    fake_stripe.settle(intent)
    shop.deliver_all(fake_stripe, WEBHOOK_SECRET)
    shop.work()
    books = fake_stripe.ledger()["intents"][intent]
    assert books["captured"] == books["refunded"] > 0
    assert _status(asha, order) == ("CANCELLED", "VOIDED")


# -- events that must not be believed ---------------------------------------------------------


@pytest.mark.parametrize("offset", [-301, 301])
def test_an_event_out_of_its_time_is_refused(shop: Checkout, offset: int) -> None:
    answer = shop.deliver(_event(), WEBHOOK_SECRET, at=int(time.time()) + offset)
    assert answer.status_code == 400
    assert shop.deliver(_event(), WEBHOOK_SECRET).status_code == 200


def test_an_event_that_is_not_signed_by_stripe_is_refused(
    shop: Checkout, client: FlaskClient
) -> None:
    assert shop.deliver(_event(), "whsec_of_somebody").status_code == 400
    payload = json.dumps(_event()).encode()
    for headers in ({}, {"Stripe-Signature": ""}, {"Stripe-Signature": "t=1,v1=00"}):
        answer = client.post("/api/payments/webhook/", data=payload, headers=headers)
        assert answer.status_code == 400
        assert answer.get_json()["code"] == "webhook_signature_invalid"


@pytest.mark.parametrize("body", [[], {}, {"id": 1}, {"id": "", "type": "x", "created": 1}, "x"])
def test_what_is_signed_but_no_event_is_refused(shop: Checkout, body: Json) -> None:
    assert shop.deliver(body, WEBHOOK_SECRET).status_code == 400


def _event(kind: str = "customer.created", thing: Json | None = None, id: str = "evt_x") -> Json:
    return {
        "id": id,
        "object": "event",
        "type": kind,
        "created": int(time.time()),
        "data": {"object": thing or {}},
    }


@pytest.mark.parametrize(
    "kind",
    ["customer.created", "payment_intent.succeeded", "charge.refunded", "charge.dispute.created"],
)
def test_events_that_mean_nothing_here_are_taken_in(shop: Checkout, kind: str) -> None:
    thing = {
        "id": "pi_of_another_shop",
        "status": "succeeded",
        "amount": 100,
        "amount_received": 100,
        "currency": "inr",
        "payment_intent": "pi_of_another_shop",
    }
    assert shop.deliver(_event(kind, thing), WEBHOOK_SECRET).status_code == 200
    assert shop.deliver(_event(kind, thing), WEBHOOK_SECRET).status_code == 200


@pytest.mark.parametrize(
    "lie",
    [
        {"amount": 1},
        {"amount_received": 1},
        {"currency": "usd"},
        {"metadata": {"order_number": "NC-20260101-AAAAAA"}},
    ],
)
def test_an_event_that_contradicts_the_record_is_quarantined(
    shop: Checkout, asha: Person, injector: Injector, lie: Json
) -> None:
    order = shop.order(asha, {shop.product(): 1})
    intent = shop.intent(asha, order["id"])["payment_intent_id"]
    true = {
        "id": intent,
        "status": "succeeded",
        "amount": 24_100,
        "amount_received": 24_100,
        "currency": "inr",
        "metadata": {},
    }
    event = _event("payment_intent.succeeded", true | lie)
    assert shop.deliver(event, WEBHOOK_SECRET).status_code == 200
    assert _status(asha, order) == ("PENDING", "PENDING")
    with injector.get(UnitOfWorkFactory)() as work:  # type: ignore[type-abstract]
        assert work.webhook_events.get("evt_x").state is EventState.QUARANTINED
