"""Real processes, killed for real while a request of theirs hangs at the provider."""

import threading
from collections.abc import Callable

import pytest

from novacart.adapters.persistence.database import Database
from novacart.application.audit.audit_shop import AuditShop
from novacart.entrypoints.container import build_container
from novacart.entrypoints.settings import load_settings
from tests.support.checkout import ADDRESS
from tests.support.fake_stripe.faults import When
from tests.support.process_harness import Street, killed
from tests.support.processes import Process
from tests.support.shoppers import stocked


def _held(street: Street, act: Callable[[], object], victim: Process) -> None:
    """Kill `victim` while what `act` began hangs at the provider."""
    thread = threading.Thread(target=act)
    thread.start()
    try:
        assert street.stripe.held()
        killed(victim)
    finally:
        thread.join(30)
        street.stripe.clear_faults()
        street.stripe.let_go()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("when", ["after", pytest.param("before", marks=pytest.mark.stress)])
def test_web_and_worker_killed_at_the_provider_settle_after_a_restart(
    street: Street, when: When
) -> None:
    settings = load_settings(street.environ, dotenv=street.folder / "no.env")
    injector = build_container(settings)
    product = stocked(injector, price=100)
    stripe = street.stripe
    web, worker = street.process("serve"), street.process("worker")
    try:
        street.sign_in("asha")
        address = street.done("POST", "/api/addresses/", ADDRESS)["id"]
        street.done("POST", "/api/cart/add/", {"product_id": product, "quantity": 2})

        # While the payment is being opened.
        body = {"address_id": address}
        stripe.fault("hang", when=when, method="POST", path="/v1/payment_intents")
        path = "/api/payments/payment-intent/"
        _held(street, lambda: street.ask("POST", path, body, key="pay-1"), web)
        web = street.process("serve")
        asked = street.done("POST", path, body, key="pay-1")
        order_id = asked["order_id"]
        stripe.pay(asked["payment_intent_id"])
        shown = f"/api/orders/{order_id}/"
        street.until(lambda: street.done("GET", shown)["status"] == "PAID")

        # While its refund is being made, and the worker with it.
        stripe.fault("hang", when=when, method="POST", path="/v1/refunds", times=2)
        refund = f"/api/payments/refund/{order_id}/"
        killed(worker)
        _held(street, lambda: street.ask("POST", refund, key="refund-1"), web)
        web, worker = street.process("serve"), street.process("worker")
        street.done("POST", refund, key="refund-1")
        street.until(lambda: street.done("GET", shown)["status"] == "REFUNDED")

        (books,) = stripe.ledger()["intents"].values()
        assert (books["captures"], books["captured"], books["refunded"]) == (1, 20_000, 20_000)
        assert len(books["refunds"]) == 1
        report = injector.get(AuditShop)()
        assert report.holds, report.summary
        assert "the provider's records agree" in report.provider
    finally:
        injector.get(Database).dispose()
        for process in (web, worker):
            if process.running.poll() is None:
                killed(process)
