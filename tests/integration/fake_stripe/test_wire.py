"""What the library does not show: other encodings, and how a connection ends."""

import socket
from urllib.parse import urlsplit

import pytest
import stripe

from tests.integration.fake_stripe.payments import paid_intent
from tests.support.fake_stripe import FakeStripe
from tests.support.fake_stripe.errors import StripeError
from tests.support.fake_stripe.faults import Effect
from tests.support.fake_stripe.fixtures import API_KEY, stripe_client
from tests.support.fake_stripe.form import decode_form


def raw_answer(server: FakeStripe, target: str) -> bytes:
    """Read until the server ends the connection, or raise as the connection was reset."""
    with socket.create_connection(("127.0.0.1", urlsplit(server.url).port), timeout=10) as peer:
        head = f"GET {target} HTTP/1.1\r\nHost: stripe\r\nConnection: close\r\n"
        peer.sendall(f"{head}Authorization: Bearer {API_KEY}\r\n\r\n".encode())
        received = b""
        while part := peer.recv(65536):
            received += part
        return received


def test_names_nest_in_brackets() -> None:
    """Stripe API: Request bodies; positions may be written or left out."""
    form = "a=1&b[c][d]=2&expand[]=x&expand[]=y&list[0][id]=z&m[0]=&plus=%2B+%E2%82%B9"
    assert decode_form(form) == {
        "a": "1",
        "b": {"c": {"d": "2"}},
        "expand": {"0": "x", "1": "y"},
        "list": {"0": {"id": "z"}},
        "m": {"0": ""},
        "plus": "+ ₹",
    }


@pytest.mark.parametrize("form", ["a[b=1", "[a]=1", "a]b=1", "a=1&a[b]=2"])
def test_malformed_names_are_refused(form: str) -> None:
    with pytest.raises(StripeError):
        decode_form(form)


def test_a_list_without_positions_is_understood(fake_stripe: FakeStripe) -> None:
    intent = paid_intent(stripe_client(fake_stripe.url), fake_stripe)
    target = f"/v1/payment_intents/{intent}?expand[]=latest_charge"
    assert b'"amount_captured": 24100' in raw_answer(fake_stripe, target)


@pytest.mark.parametrize("effect", ["close", "hang"])
def test_a_connection_may_end_with_no_answer(fake_stripe: FakeStripe, effect: Effect) -> None:
    fake_stripe.fault(effect, seconds=0.05)
    assert raw_answer(fake_stripe, "/v1/balance") == b""


def test_a_connection_may_be_reset(fake_stripe: FakeStripe) -> None:
    fake_stripe.fault("reset")
    with pytest.raises(ConnectionResetError):
        raw_answer(fake_stripe, "/v1/balance")


def test_it_listens_on_loopback_only(fake_stripe: FakeStripe) -> None:
    assert urlsplit(fake_stripe.url).hostname == "127.0.0.1"


def test_a_stop_ends_what_still_hangs() -> None:
    with FakeStripe() as server:
        server.fault("hang", seconds=3600)
        with socket.create_connection(("127.0.0.1", urlsplit(server.url).port)) as peer:
            peer.sendall(b"GET /v1/balance HTTP/1.1\r\nHost: stripe\r\n\r\n")
            assert server.wait_until_held()
    with pytest.raises(OSError, match="refused"):
        new_connection(server)


def new_connection(server: FakeStripe) -> None:
    socket.create_connection(("127.0.0.1", urlsplit(server.url).port), timeout=1).close()


def test_a_fault_of_the_fake_itself_is_raised_at_the_stop(
    capsys: pytest.CaptureFixture[str],
) -> None:
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
