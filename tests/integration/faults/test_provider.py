"""A payment provider that fails in each of its ways: nothing is charged or returned twice."""

from collections.abc import Iterator

import pytest

from novacart.adapters.stripe.gateway import StripeGateway
from novacart.adapters.stripe.http_client import BUDGET, BoundedClient
from novacart.adapters.system.clock import SystemClock
from novacart.application.ports.payment_gateway import GatewayUnavailable
from tests.support.checkout import Json
from tests.support.contracts.payment_gateway import request
from tests.support.crash_harness import MortalShop
from tests.support.crash_journeys import Travels, Trip
from tests.support.fake_stripe.faults import Effect
from tests.support.fake_stripe.fixtures import API_KEY
from tests.support.fake_stripe.server import FakeStripe

OUTAGES: list[Effect] = [
    "close", "reset", "server_error", "conflict", "rate_limit", "garbage", "redirect",
]  # fmt: skip


@pytest.fixture
def trip(shop: MortalShop, travels: Travels, fake_stripe: FakeStripe) -> Iterator[Trip]:
    yield Trip(shop, "asha", travels.owner)
    fake_stripe.clear_faults()
    assert shop.contradictions() == []


def _books(stripe: FakeStripe) -> list[Json]:
    return list(stripe.ledger()["intents"].values())


def test_no_call_may_last_longer_than_twenty_seconds() -> None:
    assert BUDGET < 20
    assert BoundedClient()._budget == BUDGET


def test_the_requests_of_one_look_up_share_the_time_of_one_call(fake_stripe: FakeStripe) -> None:
    """Each of the three would have been in time by itself."""
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
    fake_stripe.let_go()
    assert gateway.retrieve(reference) is not None


@pytest.mark.parametrize("effect", OUTAGES)
def test_a_checkout_in_an_outage_is_told_to_come_again_and_then_is_the_same(
    trip: Trip, fake_stripe: FakeStripe, effect: Effect
) -> None:
    trip.fill(2)
    body = {"address_id": trip.address}
    fake_stripe.fault(effect, times=50, seconds=1.0)
    answer = trip.person.post("/api/payments/payment-intent/", body)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    fake_stripe.clear_faults()
    intent = trip.ask("/api/payments/payment-intent/", body)["payment_intent_id"]
    fake_stripe.pay(intent)
    trip.rest()
    assert trip.outcome()["orders"] == [("PAID", "PAID", "200.00", "CONFIRMED")]
    (books,) = _books(fake_stripe)
    assert (books["captures"], books["captured"]) == (1, 20_000)


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("effect", ["close", "server_error", "garbage", "redirect"])
def test_a_refund_that_was_made_without_an_answer_is_not_made_again(
    trip: Trip, fake_stripe: FakeStripe, effect: Effect, *, kept: bool
) -> None:
    order = trip.paid(3)
    items = [{"id": order["items"][0]["id"], "quantity": 1}]
    fake_stripe.fault(
        effect, when="after", times=5, method="POST", path="/v1/refunds", kept=kept, seconds=1.0
    )
    trip.ask(f"/api/payments/refund/{order['id']}/", {"items": items}, by=trip.owner)
    trip.shop.minute()
    fake_stripe.clear_faults()
    trip.shop.minute()
    trip.rest()
    (books,) = _books(fake_stripe)
    assert (books["refunded"], len(books["refunds"])) == (10_000, 1)
    assert trip.outcome()["orders"] == [("PAID", "PARTIALLY_REFUNDED", "300.00", "CONFIRMED")]


@pytest.mark.parametrize("effect", OUTAGES)
def test_a_refund_in_an_outage_is_made_after_it(
    trip: Trip, fake_stripe: FakeStripe, effect: Effect
) -> None:
    order = trip.paid()
    fake_stripe.fault(effect, times=50, seconds=1.0)
    answer = trip.ask(f"/api/payments/refund/{order['id']}/")
    assert answer["status"] == "pending"
    fake_stripe.clear_faults()
    trip.shop.minute()
    (books,) = _books(fake_stripe)
    assert (books["refunded"], len(books["refunds"])) == (20_000, 1)
    assert trip.outcome()["orders"] == [("REFUNDED", "REFUNDED", "200.00", "REFUNDED")]


def test_an_order_that_is_called_off_in_an_outage_can_not_be_paid_after_it(
    trip: Trip, fake_stripe: FakeStripe
) -> None:
    order = trip.ordered()
    trip.intent(order)
    fake_stripe.fault("server_error", times=50)
    trip.call_off(order["id"])
    trip.shop.work()
    fake_stripe.clear_faults()
    trip.shop.minute()
    assert [books["status"] for books in _books(fake_stripe)] == ["canceled"]


def test_an_event_that_comes_in_an_outage_is_handled_after_it(
    trip: Trip, fake_stripe: FakeStripe
) -> None:
    order = trip.paid()
    intent = next(iter(fake_stripe.ledger()["intents"]))
    fake_stripe.refund(intent, 5_000)
    # What happened in the dashboard is told in part, and the rest has to be asked for.
    fake_stripe.fault("close", times=50)
    trip.hear()
    assert trip.person.get(f"/api/orders/{order['id']}/").get_json()["payment_status"] == "PAID"
    fake_stripe.clear_faults()
    trip.shop.minute()
    shown = trip.person.get(f"/api/orders/{order['id']}/").get_json()
    assert shown["payment_status"] == "PARTIALLY_REFUNDED"
