"""Real processes, killed for real while a request of theirs hangs at the provider."""

import http.client
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from novacart.adapters.persistence.database import Database
from novacart.application.audit.audit_shop import AuditShop
from novacart.entrypoints.container import build_container
from novacart.entrypoints.settings import load_settings
from tests.support.checkout import ADDRESS, Json
from tests.support.fake_stripe.faults import When
from tests.support.fake_stripe.fixtures import API_KEY, WEBHOOK_SECRET
from tests.support.fake_stripe.process import StripeProcess
from tests.support.processes import Process, free_port
from tests.support.shopping import stocked

PASSWORD = "mango-on-the-roof-3"
PATIENCE = 90.0


@dataclass(slots=True)
class Street:
    """The shop's web and worker beside a Stripe that outlives them."""

    stripe: StripeProcess
    environ: dict[str, str]
    folder: Path
    port: int
    token: str = ""

    def process(self, command: str) -> Process:
        process = Process(command, folder=self.folder, **self.environ)
        if command == "serve":
            process.wait_until_up(f"http://127.0.0.1:{self.port}/api/health/")
        else:
            process.wait_until_said("worker_started")
        return process

    def ask(
        self, method: str, path: str, body: object = None, *, key: str = ""
    ) -> tuple[int, Json]:
        """Status and answer; status 0 where nobody answered."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Content-Type": "application/json"}
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            found: Json = json.loads(answer.read() or b"{}")
        except (OSError, http.client.HTTPException):
            return 0, {}
        else:
            return answer.status, found
        finally:
            connection.close()

    def done(self, method: str, path: str, body: object = None, *, key: str = "") -> Json:
        """The answer in the end, as a patient client gets it."""
        deadline = time.monotonic() + PATIENCE
        while True:
            status, answer = self.ask(method, path, body, key=key)
            if status in {200, 201}:
                return answer
            assert status in {0, 409, 503}, answer
            assert time.monotonic() < deadline, (status, answer)
            time.sleep(0.2)

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline
            time.sleep(0.2)


@pytest.fixture
def street(database_url: str, tmp_path: Path) -> Iterator[Street]:
    port = free_port()
    with StripeProcess(tmp_path / "stripe", "--webhook-secret", WEBHOOK_SECRET) as stripe:
        environ = {
            "SECRET_KEY": "a-key-of-the-tests-alone-0123456789",
            "DATABASE_URL": database_url,
            "VAR_DIR": str(tmp_path / "var"),
            "PORT": str(port),
            "WEB_WORKERS": "1",
            "STRIPE_SECRET_KEY": API_KEY,
            "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "STRIPE_API_BASE": stripe.url,
            "RATELIMIT_ENABLED": "False",
        }
        stripe.webhook(f"http://127.0.0.1:{port}/api/payments/webhook/", WEBHOOK_SECRET)
        yield Street(stripe=stripe, environ=environ, folder=tmp_path, port=port)


def _killed(process: Process) -> None:
    """It and all that it started, at once."""
    os.killpg(process.running.pid, signal.SIGKILL)
    process.running.wait(10)


def _held(street: Street, act: Callable[[], object], victim: Process) -> None:
    """Kill `victim` while what `act` began hangs at the provider."""
    thread = threading.Thread(target=act)
    thread.start()
    try:
        assert street.stripe.held()
        _killed(victim)
    finally:
        thread.join(30)
        street.stripe.clear_faults()
        street.stripe.let_go()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("when", ["after", pytest.param("before", marks=pytest.mark.torture)])
def test_web_and_worker_killed_at_the_provider_settle_after_a_restart(
    street: Street, when: When
) -> None:
    settings = load_settings(street.environ, dotenv=street.folder / "no.env")
    injector = build_container(settings)
    product = stocked(injector, price=100)
    stripe = street.stripe
    web, worker = street.process("serve"), street.process("worker")
    try:
        person = {"username": "asha", "password": PASSWORD}
        street.done("POST", "/api/register/", person | {"email": "asha@example.com"})
        street.token = street.done("POST", "/api/token/", person)["access"]
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
        _killed(worker)
        _held(street, lambda: street.ask("POST", refund, key="refund-1"), web)
        web, worker = street.process("serve"), street.process("worker")
        street.done("POST", refund, key="refund-1")
        street.until(lambda: street.done("GET", shown)["status"] == "REFUNDED")

        (books,) = stripe.ledger()["intents"].values()
        assert (books["captures"], books["captured"], books["refunded"]) == (1, 20_000, 20_000)
        assert len(books["refunds"]) == 1
        report = injector.get(AuditShop)()
        assert report.holds, report.summary
        assert "the provider's books agree" in report.provider
    finally:
        injector.get(Database).dispose()
        for process in (web, worker):
            if process.running.poll() is None:
                _killed(process)
