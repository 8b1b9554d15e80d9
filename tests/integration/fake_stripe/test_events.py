"""Events and webhooks (Stripe API: Events; docs: Receive events in your webhook endpoint)."""

import time

import pytest
import stripe
from stripe import StripeClient

from tests.integration.fake_stripe.payments import new_intent, paid_intent
from tests.integration.fake_stripe.shop import ListeningShop
from tests.support.fake_stripe import ControlRefused, FakeStripe, sign
from tests.support.fake_stripe.fixtures import WEBHOOK_SECRET

THIRTY_DAYS = 30 * 86_400


def types(server: FakeStripe) -> list[str]:
    return [event["type"] for event in server.events()]


def test_a_payment_tells_its_story(client: StripeClient, fake_stripe: FakeStripe) -> None:
    intent = new_intent(client).id
    fake_stripe.pay(intent, "decline")
    fake_stripe.pay(intent, "require_action")
    fake_stripe.pay(intent, "process")
    fake_stripe.settle(intent)

    assert types(fake_stripe) == [
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
        "payment_intent.requires_action",
        "charge.pending",
        "payment_intent.processing",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]


def test_a_hold_and_a_cancellation_tell_theirs(
    client: StripeClient, fake_stripe: FakeStripe
) -> None:
    intent = client.v1.payment_intents.create(
        {"amount": 500, "currency": "inr", "capture_method": "manual"}
    )
    fake_stripe.pay(intent.id)
    client.v1.payment_intents.cancel(intent.id)

    assert types(fake_stripe)[1:] == [
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "charge.refunded",
        "payment_intent.canceled",
    ]


def test_refunds_and_disputes_tell_theirs(client: StripeClient, fake_stripe: FakeStripe) -> None:
    """Stripe API: Types of events; since 2024-10-28 ``refund.*`` tell of every refund."""
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


def test_an_event_holds_the_object_as_it_was_then(
    client: StripeClient, fake_stripe: FakeStripe
) -> None:
    intent = client.v1.payment_intents.create(
        {"amount": 500, "currency": "inr"}, {"idempotency_key": "order-7"}
    )
    fake_stripe.pay(intent.id)

    created, succeeded = client.v1.events.list(
        {"types": ["payment_intent.created", "payment_intent.succeeded"]}
    ).data[::-1]

    assert created.id.startswith("evt_")
    assert created.data.object["status"] == "requires_payment_method"
    assert succeeded.data.object["status"] == "succeeded"
    assert created.request is not None
    assert created.request.idempotency_key == "order-7"
    assert client.v1.events.retrieve(created.id) == created


def test_events_arrive_signed(
    client: StripeClient, fake_stripe: FakeStripe, shop: ListeningShop
) -> None:
    intent = paid_intent(client, fake_stripe)
    assert fake_stripe.wait_until_idle()

    arrived = shop.events(WEBHOOK_SECRET)

    assert sorted(event.type for event in arrived) == [
        "charge.succeeded",
        "payment_intent.created",
        "payment_intent.succeeded",
    ]
    (succeeded,) = (event for event in arrived if event.type == "payment_intent.succeeded")
    assert succeeded.data.object["id"] == intent
    assert succeeded == client.v1.events.retrieve(succeeded.id)
    with pytest.raises(stripe.SignatureVerificationError):
        shop.events("whsec_of_someone_else")


def test_an_event_is_repeated_until_it_is_acknowledged(
    client: StripeClient, fake_stripe: FakeStripe, shop: ListeningShop
) -> None:
    shop.statuses = [500, 302, 400]
    new_intent(client)
    assert fake_stripe.wait_until_idle()

    assert len({body for _, body in shop.deliveries}) == 1
    assert len(shop.events(WEBHOOK_SECRET)) == 4
    (event,) = fake_stripe.events()
    assert event["delivery"] == {"state": "delivered", "attempts": 4, "last_status": 200}


def test_an_event_is_given_up_and_can_be_sent_again() -> None:
    with ListeningShop(500, 500) as shop, FakeStripe(retry_delays=(0.01,)) as server:
        server.webhook(shop.url, WEBHOOK_SECRET)
        own = stripe.StripeClient("sk_test_own", base_addresses={"api": server.url})
        new_intent(own)
        assert server.wait_until_idle()
        assert server.events()[0]["delivery"]["state"] == "abandoned"
        assert own.v1.events.list({"delivery_success": False}).data != []

        server.release()

        assert server.wait_until_idle()
        assert server.events()[0]["delivery"]["state"] == "delivered"
        assert own.v1.events.list({"delivery_success": False}).data == []


def test_the_test_delivers_by_hand_in_any_order_any_number_of_times(
    client: StripeClient, fake_stripe: FakeStripe, shop: ListeningShop
) -> None:
    fake_stripe.delivery("manual")
    paid_intent(client, fake_stripe)
    assert fake_stripe.wait_until_idle()
    assert shop.deliveries == []
    ids = [event["id"] for event in fake_stripe.events()]

    statuses = [fake_stripe.deliver(event) for event in [*reversed(ids), *ids, *ids]]

    assert statuses == [200] * 9
    assert [event.id for event in shop.events(WEBHOOK_SECRET)] == [*reversed(ids), *ids, *ids]
    with pytest.raises(ControlRefused):
        fake_stripe.deliver("evt_unknown")


def test_dropped_events_never_arrive_but_can_be_listed(
    client: StripeClient, fake_stripe: FakeStripe, shop: ListeningShop
) -> None:
    fake_stripe.delivery("drop")
    new_intent(client)
    assert fake_stripe.wait_until_idle()

    assert shop.deliveries == []
    assert [event.type for event in client.v1.events.list().data] == ["payment_intent.created"]


def test_an_old_event_arrives_late_with_a_fresh_signature(
    client: StripeClient, fake_stripe: FakeStripe, shop: ListeningShop
) -> None:
    """Each attempt is signed anew (docs: Webhooks, "Preventing replay attacks")."""
    fake_stripe.delivery("manual")
    fake_stripe.clock(-THIRTY_DAYS)
    new_intent(client)
    fake_stripe.clock(0)
    (event,) = fake_stripe.events()

    fake_stripe.deliver(event["id"])

    (arrived,) = shop.events(WEBHOOK_SECRET)
    assert arrived.created <= time.time() - THIRTY_DAYS + 1


def test_a_delivery_can_be_signed_wrongly_on_purpose(
    client: StripeClient, fake_stripe: FakeStripe, shop: ListeningShop
) -> None:
    fake_stripe.delivery("manual")
    new_intent(client)
    (event,) = fake_stripe.events()
    stale = int(time.time()) - 301
    fake_stripe.deliver(event["id"], timestamp=stale)
    fake_stripe.deliver(event["id"], secrets=["whsec_of_someone_else"])

    for headers, body in shop.deliveries:
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(body, headers["stripe-signature"], WEBHOOK_SECRET)


def test_no_answer_is_status_0(client: StripeClient, fake_stripe: FakeStripe) -> None:
    fake_stripe.delivery("manual")
    with ListeningShop() as shop:
        fake_stripe.webhook(shop.url, WEBHOOK_SECRET)
    new_intent(client)

    assert fake_stripe.deliver(fake_stripe.events()[0]["id"]) == 0


def test_without_an_endpoint_events_wait(client: StripeClient, fake_stripe: FakeStripe) -> None:
    new_intent(client)
    (event,) = fake_stripe.events()
    assert event["delivery"]["state"] == "queued"
    with pytest.raises(ControlRefused):
        fake_stripe.deliver(event["id"])


def test_a_signature_is_what_stripes_library_computes() -> None:
    payload = b'{"object": "event", "id": "evt_1"}'
    at = int(time.time())
    header = sign(payload, "whsec_old", "whsec_new", timestamp=at)

    for secret in ("whsec_old", "whsec_new"):
        event = stripe.Webhook.construct_event(payload, header, secret)
        assert event.id == "evt_1"
    assert sign(payload, "whsec_new", timestamp=at) == (
        stripe.WebhookSignature.generate_signature_header(payload.decode(), "whsec_new", at)
    )
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(payload + b" ", header, "whsec_new")
