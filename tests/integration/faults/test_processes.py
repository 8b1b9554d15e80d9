"""Processes are killed while a request of theirs hangs at the provider."""

import threading
from collections.abc import Callable

import pytest

from novacart.adapters.persistence.database import Database
from novacart.application.audit.audit_shop import AuditShop
from novacart.entrypoints.container import build_container
from novacart.entrypoints.settings import load_settings
from tests.support.checkout import ADDRESS
from tests.support.fake_stripe.faults import When
from tests.support.process_harness import ProcessHarness, kill
from tests.support.processes import Process
from tests.support.shoppers import new_product


def _kill_during_call(
    processes: ProcessHarness, request: Callable[[], object], process: Process
) -> None:
    """Kill `process` while `request` hangs at the provider."""
    thread = threading.Thread(target=request)
    thread.start()
    try:
        assert processes.stripe.wait_until_held()
        kill(process)
    finally:
        thread.join(30)
        processes.stripe.clear_faults()
        processes.stripe.resume()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("when", ["after", pytest.param("before", marks=pytest.mark.stress)])
def test_processes_killed_during_provider_calls_settle_after_restart(
    processes: ProcessHarness, when: When
) -> None:
    settings = load_settings(processes.environ, dotenv=processes.folder / "no.env")
    injector = build_container(settings)
    product = new_product(injector, price=100)
    stripe = processes.stripe
    web, worker = processes.start("serve"), processes.start("worker")
    try:
        processes.sign_in("asha")
        address = processes.send_until_ok("POST", "/api/addresses/", ADDRESS)["id"]
        processes.send_until_ok("POST", "/api/cart/add/", {"product_id": product, "quantity": 2})

        # Kill the web process while it opens the payment.
        body = {"address_id": address}
        stripe.fault("hang", when=when, method="POST", path="/v1/payment_intents")
        path = "/api/payments/payment-intent/"
        _kill_during_call(processes, lambda: processes.send("POST", path, body, key="pay-1"), web)
        web = processes.start("serve")
        intent = processes.send_until_ok("POST", path, body, key="pay-1")
        order_id = intent["order_id"]
        stripe.pay(intent["payment_intent_id"])
        order_path = f"/api/orders/{order_id}/"
        processes.wait_until(lambda: processes.send_until_ok("GET", order_path)["status"] == "PAID")

        # Kill both processes while the refund is made.
        stripe.fault("hang", when=when, method="POST", path="/v1/refunds", times=2)
        refund_path = f"/api/payments/refund/{order_id}/"
        kill(worker)
        _kill_during_call(
            processes, lambda: processes.send("POST", refund_path, key="refund-1"), web
        )
        web, worker = processes.start("serve"), processes.start("worker")
        processes.send_until_ok("POST", refund_path, key="refund-1")
        processes.wait_until(
            lambda: processes.send_until_ok("GET", order_path)["status"] == "REFUNDED"
        )

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
                kill(process)
