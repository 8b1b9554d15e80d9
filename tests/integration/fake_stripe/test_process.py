"""The fake Stripe as a process: its state survives a kill, and its own errors are reported."""

import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import stripe

from tests.integration.fake_stripe.payments import paid_intent
from tests.integration.fake_stripe.shop import ListeningShop
from tests.support.fake_stripe import ControlRefused, FakeStripe, RemoteStripe, StripeProcess
from tests.support.fake_stripe.fixtures import WEBHOOK_SECRET, stripe_client


def test_killed_process_keeps_ledger_keys_and_events(tmp_path: Path) -> None:
    options: stripe.RequestOptions = {"idempotency_key": "order-7"}
    server = StripeProcess(tmp_path, "--webhook-secret", WEBHOOK_SECRET)
    with server, ListeningShop() as shop:
        client = stripe_client(server.url)
        first = client.v1.payment_intents.create({"amount": 500, "currency": "inr"}, options)
        server.pay(first.id)
        ledger = server.ledger()
        server.kill()
        with pytest.raises(stripe.APIConnectionError):
            client.v1.balance.retrieve()

        server.start()

        assert server.ledger() == ledger
        again = client.v1.payment_intents.create({"amount": 500, "currency": "inr"}, options)
        assert (again.id, again.status) == (first.id, "requires_payment_method")
        server.webhook(shop.url, WEBHOOK_SECRET)
        assert server.wait_until_idle()
        assert len(shop.events(WEBHOOK_SECRET)) == 3


def test_remote_controls_equal_local_controls(fake_stripe: FakeStripe) -> None:
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


def test_stop_ends_held_requests() -> None:
    with FakeStripe() as server:
        address = ("127.0.0.1", urlsplit(server.url).port)
        server.fault("hang", seconds=3600)
        with socket.create_connection(address) as peer:
            peer.sendall(b"GET /v1/balance HTTP/1.1\r\nHost: stripe\r\n\r\n")
            assert server.wait_until_held()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(address, timeout=1)


def test_stop_raises_internal_errors(capsys: pytest.CaptureFixture[str]) -> None:
    server = FakeStripe().start()
    server._ledger.change("DROP TABLE idempotency_keys")
    client = stripe_client(server.url)
    with pytest.raises(stripe.APIError, match="itself is broken"):
        client.v1.payment_intents.create(
            {"amount": 1, "currency": "inr"}, {"idempotency_key": "order-7"}
        )

    with pytest.raises(ExceptionGroup, match="broken"):
        server.stop()

    assert "no such table" in capsys.readouterr().err
