"""The fake as a process: it keeps its ledger, its keys and its undelivered events."""

from pathlib import Path

import pytest
import stripe

from tests.integration.fake_stripe.payments import paid_intent
from tests.integration.fake_stripe.shop import ListeningShop
from tests.support.fake_stripe import ControlRefused, FakeStripe, RemoteStripe, StripeProcess
from tests.support.fake_stripe.fixtures import WEBHOOK_SECRET, stripe_client


def test_a_killed_process_comes_back_with_everything(tmp_path: Path) -> None:
    options: stripe.RequestOptions = {"idempotency_key": "order-7"}
    server = StripeProcess(tmp_path, "--webhook-secret", WEBHOOK_SECRET)
    with server, ListeningShop() as shop:
        client = stripe_client(server.url)
        first = client.v1.payment_intents.create({"amount": 500, "currency": "inr"}, options)
        server.pay(first.id)
        truth = server.ledger()
        server.kill()
        with pytest.raises(stripe.APIConnectionError):
            client.v1.balance.retrieve()

        server.start()

        assert server.ledger() == truth
        again = client.v1.payment_intents.create({"amount": 500, "currency": "inr"}, options)
        assert (again.id, again.status) == (first.id, "requires_payment_method")
        server.webhook(shop.url, WEBHOOK_SECRET)
        assert server.wait_until_idle()
        assert len(shop.events(WEBHOOK_SECRET)) == 3


def test_the_controls_are_the_same_from_afar(fake_stripe: FakeStripe) -> None:
    remote = RemoteStripe(fake_stripe.url)
    client = stripe_client(fake_stripe.url)
    intent = paid_intent(client, remote)
    remote.fault("server_error", path="/v1/balance")

    with pytest.raises(stripe.APIError):
        client.v1.balance.retrieve()

    assert remote.ledger() == fake_stripe.ledger()
    assert remote.events() == fake_stripe.events()
    assert remote.requests() == fake_stripe.requests()
    with pytest.raises(ControlRefused):
        remote.pay(intent)
    with pytest.raises(ControlRefused):
        remote.pay("pi_unknown")


def test_the_same_directory_serves_one_run_after_the_other(tmp_path: Path) -> None:
    with FakeStripe(state_dir=tmp_path) as server:
        intent = paid_intent(stripe_client(server.url), server)
        server.set_refund_status("pending")
    with FakeStripe(state_dir=tmp_path) as server:
        refund = stripe_client(server.url).v1.refunds.create({"payment_intent": intent})
        assert refund.status == "pending"
