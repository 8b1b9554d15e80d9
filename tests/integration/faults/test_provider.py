"""Faults of the payment provider: no double charge, no double refund."""

from collections.abc import Iterator

import pytest

from novacart.adapters.stripe.gateway import StripeGateway
from novacart.adapters.stripe.http_client import BUDGET, BoundedClient
from novacart.adapters.system.clock import SystemClock
from novacart.application.ports.payment_gateway import GatewayUnavailable
from tests.support.checkout import Json
from tests.support.contracts.payment_gateway import request
from tests.support.crash_harness import CrashHarness
from tests.support.crash_journeys import Customer, JourneyRunner
from tests.support.fake_stripe.faults import Effect
from tests.support.fake_stripe.fixtures import API_KEY
from tests.support.fake_stripe.server import FakeStripe

OUTAGES: list[Effect] = [
    "close", "reset", "server_error", "conflict", "rate_limit", "garbage", "redirect",
]  # fmt: skip


@pytest.fixture
def customer(
    shop: CrashHarness, runner: JourneyRunner, fake_stripe: FakeStripe
) -> Iterator[Customer]:
    yield Customer(shop, "asha", runner.owner)
    fake_stripe.clear_faults()
    assert shop.violations() == []


def _intents(stripe: FakeStripe) -> list[Json]:
    return list(stripe.ledger()["intents"].values())


def test_provider_call_is_limited_to_twenty_seconds() -> None:
    assert BUDGET < 20
    assert BoundedClient()._budget == BUDGET


def test_requests_of_one_lookup_share_one_time_budget(fake_stripe: FakeStripe) -> None:
    """Each of the three requests alone stays within the budget."""
    gateway = StripeGateway(
        secret_key=API_KEY,
        publishable_key="pk_test_of_the_shop",
        clock=SystemClock(),
        api_base=fake_stripe.url,
        http_client=BoundedClient(budget=1.0, attempt=0.9, pause=0.05),
    )
    reference = gateway.open_payment(request()).reference
    fake_stripe.pay(reference)
    fake_stripe.fault("slow", times=3, method="GET", seconds=0.6)
    with pytest.raises(GatewayUnavailable):
        gateway.retrieve(reference)
    fake_stripe.clear_faults()
    fake_stripe.resume()
    assert gateway.retrieve(reference) is not None


@pytest.mark.parametrize("effect", OUTAGES)
def test_checkout_in_an_outage_is_503_and_its_retry_opens_one_payment(
    customer: Customer, fake_stripe: FakeStripe, effect: Effect
) -> None:
    customer.add_to_cart(2)
    body = {"address_id": customer.address}
    fake_stripe.fault(effect, times=50, seconds=1.0)
    response = customer.person.post("/api/payments/payment-intent/", body)
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    fake_stripe.clear_faults()
    intent = customer.post_until_ok("/api/payments/payment-intent/", body)["payment_intent_id"]
    fake_stripe.pay(intent)
    customer.settle()
    assert customer.outcome()["orders"] == [("PAID", "PAID", "200.00", "CONFIRMED")]
    (intent_ledger,) = _intents(fake_stripe)
    assert (intent_ledger["captures"], intent_ledger["captured"]) == (1, 20_000)


@pytest.mark.parametrize("stored", [False, True])
@pytest.mark.parametrize("effect", ["close", "server_error", "garbage", "redirect"])
def test_refund_without_a_response_is_not_made_twice(
    customer: Customer, fake_stripe: FakeStripe, effect: Effect, *, stored: bool
) -> None:
    order = customer.place_paid_order(3)
    items = [{"id": order["items"][0]["id"], "quantity": 1}]
    fake_stripe.fault(
        effect, when="after", times=5, method="POST", path="/v1/refunds", stored=stored, seconds=1.0
    )
    customer.post_until_ok(
        f"/api/payments/refund/{order['id']}/", {"items": items}, by=customer.owner
    )
    customer.shop.run_one_minute()
    fake_stripe.clear_faults()
    customer.shop.run_one_minute()
    customer.settle()
    (intent_ledger,) = _intents(fake_stripe)
    assert (intent_ledger["refunded"], len(intent_ledger["refunds"])) == (10_000, 1)
    assert customer.outcome()["orders"] == [("PAID", "PARTIALLY_REFUNDED", "300.00", "CONFIRMED")]


@pytest.mark.parametrize("effect", OUTAGES)
def test_refund_in_an_outage_is_made_after_it(
    customer: Customer, fake_stripe: FakeStripe, effect: Effect
) -> None:
    order = customer.place_paid_order()
    fake_stripe.fault(effect, times=50, seconds=1.0)
    response = customer.post_until_ok(f"/api/payments/refund/{order['id']}/")
    assert response["status"] == "pending"
    fake_stripe.clear_faults()
    customer.shop.run_one_minute()
    (intent_ledger,) = _intents(fake_stripe)
    assert (intent_ledger["refunded"], len(intent_ledger["refunds"])) == (20_000, 1)
    assert customer.outcome()["orders"] == [("REFUNDED", "REFUNDED", "200.00", "REFUNDED")]


def test_payment_of_order_cancelled_in_an_outage_is_cancelled_after_it(
    customer: Customer, fake_stripe: FakeStripe
) -> None:
    order = customer.place_order()
    customer.open_payment(order)
    fake_stripe.fault("server_error", times=50)
    customer.cancel(order["id"])
    customer.shop.work()
    fake_stripe.clear_faults()
    customer.shop.run_one_minute()
    assert [intent_ledger["status"] for intent_ledger in _intents(fake_stripe)] == ["canceled"]


def test_event_received_in_an_outage_is_handled_after_it(
    customer: Customer, fake_stripe: FakeStripe
) -> None:
    order = customer.place_paid_order()
    intent = next(iter(fake_stripe.ledger()["intents"]))
    fake_stripe.refund(intent, 5_000)
    # The event of a dashboard refund lacks data that has to be requested.
    fake_stripe.fault("close", times=50)
    customer.deliver_events()
    assert customer.person.get(f"/api/orders/{order['id']}/").get_json()["payment_status"] == "PAID"
    fake_stripe.clear_faults()
    customer.shop.run_one_minute()
    order_shown = customer.person.get(f"/api/orders/{order['id']}/").get_json()
    assert order_shown["payment_status"] == "PARTIALLY_REFUNDED"
