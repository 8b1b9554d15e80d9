"""Events often, in any order, late and not at all: one end. Forged ones: no change."""

import hmac
import json
import time
from hashlib import sha256
from random import Random

import pytest

from novacart.adapters.stripe.webhook import StripeEvents
from tests.integration.faults.conftest import MakeShop
from tests.support.checkout import Json
from tests.support.crash_harness import MortalShop
from tests.support.crash_journeys import Travels, Trip
from tests.support.fake_stripe.fixtures import WEBHOOK_SECRET
from tests.support.fake_stripe.server import FakeStripe
from tests.support.fake_stripe.signatures import sign

SEEDS = [*range(4), *(pytest.param(seed, marks=pytest.mark.stress) for seed in range(4, 60))]
TIMES = 10
DAYS_30 = 30 * 24 * 3600


def _send(shop: MortalShop, event: Json, **forged: object) -> int:
    payload = json.dumps({name: event[name] for name in event if name != "delivery"}).encode()
    stamp = int(shop.clock.now().timestamp())
    header = sign(payload, WEBHOOK_SECRET, timestamp=stamp)
    return _post(shop, forged.get("payload", payload), forged.get("signature", header))


def _post(shop: MortalShop, payload: object, signature: object) -> int:
    headers = {} if signature is None else {"Stripe-Signature": str(signature)}
    answer = shop.client.post("/api/payments/webhook/", data=payload, headers=headers)
    return answer.status_code


def _lived(trip: Trip, stripe: FakeStripe) -> Json:
    """An order that was declined once, paid, and refunded in two parts behind the shop's back."""
    order = trip.ordered(3)
    intent = trip.intent(order)
    stripe.pay(intent, "decline")
    stripe.pay(intent)
    stripe.refund(intent, 10_000)
    stripe.refund(intent)
    return order


END = [("REFUNDED", "REFUNDED", "300.00", "REFUNDED")]


@pytest.mark.parametrize("seed", SEEDS)
def test_ten_times_each_in_any_order_lead_to_one_end(
    shop: MortalShop, travels: Travels, fake_stripe: FakeStripe, seed: int
) -> None:
    trip = Trip(shop, "asha", travels.owner)
    _lived(trip, fake_stripe)
    events = fake_stripe.events() * TIMES
    Random(seed).shuffle(events)
    assert {_send(shop, event) for event in events} == {200}
    shop.minute()
    assert trip.outcome()["orders"] == END
    assert shop.contradictions() == []


def test_with_every_event_dropped_reconciliation_finds_the_same_end(
    shop: MortalShop, travels: Travels, fake_stripe: FakeStripe
) -> None:
    trip = Trip(shop, "asha", travels.owner)
    _lived(trip, fake_stripe)
    # Two minutes until a payment is asked about, ten until the provider's own doings are.
    for _ in range(5):
        shop.wait(150)
        shop.work()
    assert trip.outcome()["orders"] == END
    assert shop.contradictions() == []


def test_thirty_days_late_they_change_nothing_that_was_settled(
    shop: MortalShop, travels: Travels, fake_stripe: FakeStripe
) -> None:
    trip = Trip(shop, "asha", travels.owner)
    _lived(trip, fake_stripe)
    for _ in range(5):
        shop.wait(150)
        shop.work()
    settled = trip.outcome()
    shop.wait(DAYS_30)
    shop.work()
    trip.sign_in_again()
    assert {_send(shop, event) for event in reversed(fake_stripe.events())} == {200}
    shop.minute()
    assert trip.outcome() == settled
    assert shop.contradictions() == []


def test_a_payment_that_is_heard_of_after_thirty_days_alone_is_returned(
    shop: MortalShop, travels: Travels, fake_stripe: FakeStripe
) -> None:
    trip = Trip(shop, "asha", travels.owner)
    order = trip.ordered()
    intent = trip.intent(order)
    fake_stripe.pay(intent, "process")
    shop.wait(DAYS_30)
    shop.work()
    trip.sign_in_again()
    fake_stripe.settle(intent)
    trip.rest()
    shop.minute()
    outcome = trip.outcome()
    assert outcome["orders"] == [("CANCELLED", "VOIDED", "200.00", "CANCELLED")]
    assert outcome["payments"] == [("succeeded", 1, 20_000, 20_000, 1)]
    assert shop.contradictions() == []


def _forgeries(payload: bytes, stamp: int) -> dict[str, tuple[bytes, str | None]]:
    right = sign(payload, WEBHOOK_SECRET, timestamp=stamp)
    bare = hmac.new(WEBHOOK_SECRET.encode(), payload, sha256).hexdigest()
    return {
        "no signature": (payload, None),
        "an empty one": (payload, ""),
        "another secret": (payload, sign(payload, "whsec_of_somebody", timestamp=stamp)),
        "a changed byte": (payload.replace(b"20000", b"20001", 1), right),
        "a byte more": (payload + b" ", right),
        "too old": (payload, sign(payload, WEBHOOK_SECRET, timestamp=stamp - 301)),
        "of the future": (payload, sign(payload, WEBHOOK_SECRET, timestamp=stamp + 301)),
        "another moment": (payload, right.replace(f"t={stamp}", f"t={stamp + 1}")),
        "no moment": (payload, f"v1={bare}"),
        "an old scheme": (payload, right.replace("v1=", "v0=")),
    }


def test_a_forged_event_is_refused_and_changes_nothing(
    shop: MortalShop, travels: Travels, fake_stripe: FakeStripe
) -> None:
    trip = Trip(shop, "asha", travels.owner)
    order = trip.ordered()
    fake_stripe.pay(trip.intent(order))
    (event,) = fake_stripe.events("payment_intent.succeeded")
    event.pop("delivery", None)
    payload = json.dumps(event).encode()
    before = trip.outcome()
    stamp = int(shop.clock.now().timestamp())
    for forgery, (sent, signature) in _forgeries(payload, stamp).items():
        assert _post(shop, sent, signature) == 400, forgery
    assert trip.outcome() == before
    assert shop.stored_events() == 0
    assert _post(shop, payload, sign(payload, WEBHOOK_SECRET, timestamp=stamp)) == 200
    assert trip.outcome()["orders"] == [("PAID", "PAID", "200.00", "CONFIRMED")]


def test_a_shop_that_checks_no_signature_believes_them(
    make_shop: MakeShop, fake_stripe: FakeStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    shop = make_shop()
    trip = Trip(shop, "asha", Travels.through(shop).owner)
    trip.intent(trip.ordered())
    intent = next(iter(fake_stripe.ledger()["intents"]))
    lie = {
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
    assert _post(shop, json.dumps(lie).encode(), None) == 400
    monkeypatch.setattr(StripeEvents, "verify", lambda *_, **__: None)
    assert _post(shop, json.dumps(lie).encode(), None) == 200
    assert trip.outcome()["orders"] == [("PAID", "PAID", "200.00", "CONFIRMED")]
    assert shop.contradictions() != []
