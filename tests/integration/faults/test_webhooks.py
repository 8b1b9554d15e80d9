"""Webhook events repeated, reordered, late, lost or forged."""

import hmac
import json
import time
from hashlib import sha256
from random import Random

import pytest

from novacart.adapters.stripe.webhook import StripeEventReader
from tests.integration.faults.conftest import MakeShop
from tests.support.checkout import Json
from tests.support.crash_harness import CrashHarness
from tests.support.crash_journeys import Customer, JourneyRunner
from tests.support.fake_stripe.fixtures import WEBHOOK_SECRET
from tests.support.fake_stripe.server import FakeStripe
from tests.support.fake_stripe.signatures import sign

SEEDS = [*range(4), *(pytest.param(seed, marks=pytest.mark.stress) for seed in range(4, 60))]
DELIVERIES = 10
DAYS_30 = 30 * 24 * 3600


def _send(shop: CrashHarness, event: Json, **forged: object) -> int:
    payload = json.dumps({name: event[name] for name in event if name != "delivery"}).encode()
    timestamp = int(shop.clock.now().timestamp())
    header = sign(payload, WEBHOOK_SECRET, timestamp=timestamp)
    return _post(shop, forged.get("payload", payload), forged.get("signature", header))


def _post(shop: CrashHarness, payload: object, signature: object) -> int:
    headers = {} if signature is None else {"Stripe-Signature": str(signature)}
    response = shop.client.post("/api/payments/webhook/", data=payload, headers=headers)
    return response.status_code


def _refunded_order(customer: Customer, stripe: FakeStripe) -> Json:
    """An order declined once, then paid, then refunded in two parts in the dashboard."""
    order = customer.place_order(3)
    intent = customer.open_payment(order)
    stripe.pay(intent, "decline")
    stripe.pay(intent)
    stripe.refund(intent, 10_000)
    stripe.refund(intent)
    return order


REFUNDED = [("REFUNDED", "REFUNDED", "300.00", "REFUNDED")]


@pytest.mark.parametrize("seed", SEEDS)
def test_repeated_and_shuffled_events_lead_to_one_outcome(
    shop: CrashHarness, runner: JourneyRunner, fake_stripe: FakeStripe, seed: int
) -> None:
    customer = Customer(shop, "asha", runner.owner)
    _refunded_order(customer, fake_stripe)
    events = fake_stripe.events() * DELIVERIES
    Random(seed).shuffle(events)
    assert {_send(shop, event) for event in events} == {200}
    shop.run_one_minute()
    assert customer.outcome()["orders"] == REFUNDED
    assert shop.violations() == []


def test_reconciliation_without_any_event_leads_to_the_same_outcome(
    shop: CrashHarness, runner: JourneyRunner, fake_stripe: FakeStripe
) -> None:
    customer = Customer(shop, "asha", runner.owner)
    _refunded_order(customer, fake_stripe)
    # Payments are checked after two minutes, dashboard refunds after ten.
    for _ in range(5):
        shop.wait(150)
        shop.work()
    assert customer.outcome()["orders"] == REFUNDED
    assert shop.violations() == []


def test_events_thirty_days_late_change_nothing(
    shop: CrashHarness, runner: JourneyRunner, fake_stripe: FakeStripe
) -> None:
    customer = Customer(shop, "asha", runner.owner)
    _refunded_order(customer, fake_stripe)
    for _ in range(5):
        shop.wait(150)
        shop.work()
    settled = customer.outcome()
    shop.wait(DAYS_30)
    shop.work()
    customer.sign_in_again()
    assert {_send(shop, event) for event in reversed(fake_stripe.events())} == {200}
    shop.run_one_minute()
    assert customer.outcome() == settled
    assert shop.violations() == []


def test_payment_reported_after_thirty_days_is_refunded(
    shop: CrashHarness, runner: JourneyRunner, fake_stripe: FakeStripe
) -> None:
    customer = Customer(shop, "asha", runner.owner)
    order = customer.place_order()
    intent = customer.open_payment(order)
    fake_stripe.pay(intent, "process")
    shop.wait(DAYS_30)
    shop.work()
    customer.sign_in_again()
    fake_stripe.settle(intent)
    customer.settle()
    shop.run_one_minute()
    outcome = customer.outcome()
    assert outcome["orders"] == [("CANCELLED", "REFUNDED", "200.00", "CANCELLED")]
    assert outcome["payments"] == [("succeeded", 1, 20_000, 20_000, 1)]
    assert shop.violations() == []


def _forgeries(payload: bytes, timestamp: int) -> dict[str, tuple[bytes, str | None]]:
    valid = sign(payload, WEBHOOK_SECRET, timestamp=timestamp)
    bare = hmac.new(WEBHOOK_SECRET.encode(), payload, sha256).hexdigest()
    return {
        "no signature": (payload, None),
        "an empty one": (payload, ""),
        "another secret": (payload, sign(payload, "whsec_of_somebody", timestamp=timestamp)),
        "a changed byte": (payload.replace(b"20000", b"20001", 1), valid),
        "a byte more": (payload + b" ", valid),
        "too old": (payload, sign(payload, WEBHOOK_SECRET, timestamp=timestamp - 301)),
        "of the future": (payload, sign(payload, WEBHOOK_SECRET, timestamp=timestamp + 301)),
        "another timestamp": (payload, valid.replace(f"t={timestamp}", f"t={timestamp + 1}")),
        "no timestamp": (payload, f"v1={bare}"),
        "an old scheme": (payload, valid.replace("v1=", "v0=")),
    }


def test_forged_event_is_400_and_changes_nothing(
    shop: CrashHarness, runner: JourneyRunner, fake_stripe: FakeStripe
) -> None:
    customer = Customer(shop, "asha", runner.owner)
    order = customer.place_order()
    fake_stripe.pay(customer.open_payment(order))
    (event,) = fake_stripe.events("payment_intent.succeeded")
    event.pop("delivery", None)
    payload = json.dumps(event).encode()
    before = customer.outcome()
    timestamp = int(shop.clock.now().timestamp())
    for forgery, (payload_sent, signature) in _forgeries(payload, timestamp).items():
        assert _post(shop, payload_sent, signature) == 400, forgery
    assert customer.outcome() == before
    assert shop.stored_events() == 0
    assert _post(shop, payload, sign(payload, WEBHOOK_SECRET, timestamp=timestamp)) == 200
    assert customer.outcome()["orders"] == [("PAID", "PAID", "200.00", "CONFIRMED")]


def test_forged_event_without_signature_check_pays_the_order(
    make_shop: MakeShop, fake_stripe: FakeStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control."""
    shop = make_shop()
    customer = Customer(shop, "asha", JourneyRunner.create(shop).owner)
    customer.open_payment(customer.place_order())
    intent = next(iter(fake_stripe.ledger()["intents"]))
    event = {
        "id": "evt_forged",
        "object": "event",
        "type": "payment_intent.succeeded",
        "created": int(time.time()),
        "data": {
            "object": {
                "id": intent,
                "status": "succeeded",
                "amount": 20_000,
                "amount_received": 20_000,
                "currency": "inr",
                "metadata": {},
            }
        },
    }
    assert _post(shop, json.dumps(event).encode(), None) == 400
    monkeypatch.setattr(StripeEventReader, "verify", lambda *_, **__: None)
    assert _post(shop, json.dumps(event).encode(), None) == 200
    assert customer.outcome()["orders"] == [("PAID", "PAID", "200.00", "CONFIRMED")]
    assert shop.violations() != []
