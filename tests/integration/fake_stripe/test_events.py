"""Events and webhooks (Stripe API: Events; docs: Receive events in your webhook endpoint)."""

import time

import pytest
import stripe
from stripe import StripeClient

from tests.integration.fake_stripe.payments import new_intent, paid_intent
from tests.integration.fake_stripe.shop import ListeningShop
from tests.support.fake_stripe import FakeStripe, sign
from tests.support.fake_stripe.fixtures import WEBHOOK_SECRET, stripe_client


def types(server: FakeStripe) -> list[str]:
    return [event["type"] for event in server.events()]


def test_payment_attempts_emit_events(client: StripeClient, fake_stripe: FakeStripe) -> None:
    intent = new_intent(client).id
    fake_stripe.pay(intent, "decline")
    fake_stripe.pay(intent, "require_action")
    fake_stripe.pay(intent, "process")
    fake_stripe.settle(intent)
    cancelled = new_intent(client).id
    client.v1.payment_intents.cancel(cancelled)

    assert types(fake_stripe) == [
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
        "payment_intent.requires_action",
        "charge.pending",
        "payment_intent.processing",
        "charge.succeeded",
        "payment_intent.succeeded",
        "payment_intent.created",
        "payment_intent.canceled",
    ]


def test_refunds_and_disputes_emit_events(client: StripeClient, fake_stripe: FakeStripe) -> None:
    """Stripe API: Types of events; since 2024-10-28 ``refund.*`` covers every refund."""
    intent, disputed = paid_intent(client, fake_stripe), paid_intent(client, fake_stripe)
    before = len(types(fake_stripe))
    fake_stripe.set_refund_status("pending")
    refund = client.v1.refunds.create({"payment_intent": intent})
    fake_stripe.settle_refund(refund.id)
    fake_stripe.fail_refund(refund.id)
    dispute = fake_stripe.open_dispute(disputed)
    fake_stripe.submit_evidence(dispute["id"])
    fake_stripe.close_dispute(dispute["id"], won=True)

    assert types(fake_stripe)[before:] == [
        "refund.created",
        "charge.refunded",
        "refund.updated",
        "charge.refund.updated",
        "refund.updated",
        "charge.refund.updated",
        "refund.failed",
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
    ]
    (settled, failed) = fake_stripe.events("refund.updated")
    assert settled["data"]["previous_attributes"] == {"status": "pending"}
    assert failed["data"]["previous_attributes"] == {"status": "succeeded"}


def test_event_contains_a_snapshot_of_the_object(
    client: StripeClient, fake_stripe: FakeStripe
) -> None:
    intent = client.v1.payment_intents.create(
        {"amount": 500, "currency": "inr"}, {"idempotency_key": "order-7"}
    )
    fake_stripe.pay(intent.id)

    created, succeeded = client.v1.events.list(
        {"types": ["payment_intent.created", "payment_intent.succeeded"]}
    ).data[::-1]

    assert created.data.object["status"] == "requires_payment_method"
    assert succeeded.data.object["status"] == "succeeded"
    assert created.request is not None
    assert created.request.idempotency_key == "order-7"
    assert client.v1.events.retrieve(created.id) == created


def test_events_are_delivered_with_a_signature(
    client: StripeClient, fake_stripe: FakeStripe, shop: ListeningShop
) -> None:
    paid_intent(client, fake_stripe)
    assert fake_stripe.wait_until_idle()

    events = shop.events(WEBHOOK_SECRET)

    assert sorted(event.type for event in events) == [
        "charge.succeeded",
        "payment_intent.created",
        "payment_intent.succeeded",
    ]
    assert all(event == client.v1.events.retrieve(event.id) for event in events)
    with pytest.raises(stripe.SignatureVerificationError):
        shop.events("whsec_of_someone_else")


def test_event_is_retried_until_it_is_acknowledged(
    client: StripeClient, fake_stripe: FakeStripe, shop: ListeningShop
) -> None:
    shop.statuses = [500, 302, 400]
    new_intent(client)
    assert fake_stripe.wait_until_idle()

    assert len({body for _, body in shop.deliveries}) == 1
    assert len(shop.events(WEBHOOK_SECRET)) == 4
    (event,) = fake_stripe.events()
    assert event["delivery"] == {"state": "delivered", "attempts": 4, "last_status": 200}


def test_event_is_abandoned_after_the_last_retry() -> None:
    with ListeningShop(500, 500) as shop, FakeStripe(retry_delays=(0.01,)) as server:
        server.webhook(shop.url, WEBHOOK_SECRET)
        new_intent(stripe_client(server.url))
        assert server.wait_until_idle()
        assert server.events()[0]["delivery"] == {
            "state": "abandoned",
            "attempts": 2,
            "last_status": 500,
        }


def test_events_without_a_webhook_are_queued(client: StripeClient, fake_stripe: FakeStripe) -> None:
    new_intent(client)
    (event,) = fake_stripe.events()
    assert event["delivery"]["state"] == "queued"


def test_signature_is_accepted_by_stripes_library() -> None:
    payload = b'{"object": "event", "id": "evt_1"}'
    at = int(time.time())
    header = sign(payload, "whsec_old", "whsec_new", timestamp=at)

    for secret in ("whsec_old", "whsec_new"):
        event = stripe.Webhook.construct_event(payload, header, secret)
        assert event.id == "evt_1"
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(payload + b" ", header, "whsec_new")
