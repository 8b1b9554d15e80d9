"""Payments by the sandbox: opening one, and taking in the provider's word that it succeeded."""

from functools import partial
from typing import Final

from benchmarks.http_wire import Request
from benchmarks.scenarios import Batches, Scenario, placing
from benchmarks.servers import WEBHOOK_SECRET
from benchmarks.subject import Subject
from novacart.adapters.sandbox.customer import SandboxCustomer
from novacart.adapters.sandbox.gateway import SandboxGateway
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import PaymentGateway

_LINES: Final = 3


def _intents(subject: Subject, rounds: int, size: int) -> Batches:
    return [_open(subject, size) for _ in range(rounds)]


def _open(subject: Subject, count: int) -> list[Request]:
    buyers = subject.shoppers.make(count, lines=_LINES, progress=subject.progress)
    return [
        Request.post(
            "/api/payments/payment-intent/",
            {"order_id": subject.answer(placing(buyer), expected=201)["id"]},
            token=buyer.access,
        )
        for buyer in buyers
    ]


def _events(subject: Subject, rounds: int, size: int, *, twice: bool) -> Batches:
    signed: list[tuple[bytes, str]] = []
    gateway = subject.injector.get(PaymentGateway)  # type: ignore[type-abstract]
    assert isinstance(gateway, SandboxGateway)
    customer = SandboxCustomer(
        gateway=gateway,
        clock=subject.injector.get(Clock),  # type: ignore[type-abstract]
        secret=WEBHOOK_SECRET,
        deliver=lambda payload, signature: signed.append((payload, signature)),
    )
    batches = []
    for _ in range(rounds):
        signed.clear()
        for opening in _open(subject, size):
            opened = subject.answer(opening, expected=200)
            customer(opened["payment_intent_id"], succeed=True)
        batches.append([_event(payload, signature) for payload, signature in signed])
    if twice:
        for batch in batches:
            for event in batch:
                subject.answer(event, expected=200)
    return batches


def _event(payload: bytes, signature: str) -> Request:
    return Request.post("/api/payments/webhook/", payload, headers={"Stripe-Signature": signature})


PAYMENTS: Final = (
    Scenario(name="payment-intent of an order", prepare=_intents, repeated=False),
    Scenario(
        name="webhook: payment succeeded", prepare=partial(_events, twice=False), repeated=False
    ),
    Scenario(
        name="webhook: the same event again", prepare=partial(_events, twice=True), repeated=False
    ),
)
