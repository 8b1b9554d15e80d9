"""A fake Stripe: its wire format and rules over a ledger that tests can inspect."""

from tests.support.fake_stripe.controls import ControlRefused, Controls
from tests.support.fake_stripe.process import RemoteStripe, StripeProcess
from tests.support.fake_stripe.server import FakeStripe
from tests.support.fake_stripe.signatures import sign
from tests.support.fake_stripe.wire import encode

__all__ = [
    "ControlRefused",
    "Controls",
    "FakeStripe",
    "RemoteStripe",
    "StripeProcess",
    "encode",
    "sign",
]
